// Ends a login at oauth2-proxy: gives it the code, and takes its session cookie.

import { AuthError } from '../../errors/errors.js';
import type { SymptomId } from '../../errors/symptoms/all.js';
import { factsOf, responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import { isVisibleAscii } from '../../util/text.js';
import { type SessionCookie, sessionCookie, sessionCookieName } from './cookies.js';
import type { ProxyLogin } from './start.js';

const DEFAULT_COOKIE_NAME = '_oauth2_proxy';
/** 380 kB of session; each chunk is a mask, and so a line of the log. */
const MOST_CHUNKS = 100;

/**
 * Takes code and state to the redirect URI, and nowhere else, with the csrf cookie of the start. The start may have been at
 * the in-cluster Service while the redirect URI is the public route: behind both is the same oauth2-proxy, whose csrf
 * cookie is good at either.
 * @param login whose redirect URI is vetted (authorization-request.ts)
 * @param parameters of the redirect, with code and state
 * @param wantedName of the session cookie, when the user gave one
 * @throws AuthError unless the answer is a redirect with a session cookie
 */
export async function finishProxyLogin(
  http: Http,
  { jar, state, redirectUri }: ProxyLogin,
  parameters: URLSearchParams,
  wantedName: string | undefined,
): Promise<SessionCookie> {
  const target = new URL(redirectUri);
  target.searchParams.set('code', parameters.get('code') ?? '');
  target.searchParams.set('state', state);
  // One try: a code can be used once.
  const answer = await http(target, {
    stage: 'callback',
    what: 'send the code to oauth2-proxy',
    headers: { accept: 'text/html', ...(jar.csrf ? { cookie: jar.csrf } : {}) },
  });
  if (answer.status < 300 || answer.status > 399) throw responseError(answer, 'callback');
  const name = wantedName ?? sessionCookieName(jar.names, state) ?? DEFAULT_COOKIE_NAME;
  const session = sessionCookie(answer.headers, name);
  const failed = (id: SymptomId, text: string) =>
    new AuthError({
      request: 'callback',
      tried: answer.tried,
      diagnosis: { id, facts: { text, status: answer.status, name } },
    });
  if (session && session.parts.length > MOST_CHUNKS)
    throw failed(
      'callback-chunks',
      `${answer.status} with a session cookie of ${session.parts.length} chunks, more than ${MOST_CHUNKS}`,
    );
  if (session && !session.parts.every(({ value }) => isVisibleAscii(value)))
    throw failed(
      'callback-cookie',
      `${answer.status} redirect with an invalid session cookie: expected visible ASCII without whitespace`,
    );
  if (session) return session;
  const again = factsOf(answer).redirect?.login === true;
  throw failed(
    again ? 'callback-address' : 'callback-cookie',
    `${answer.status} redirect without a session cookie "${name}"`,
  );
}
