// Ends a login at oauth2-proxy: gives it the code, and takes its session cookie.

import { AuthError } from '../../errors/errors.js';
import { responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import { type SessionCookie, sessionCookie, sessionCookieName } from './cookies.js';
import type { ProxyLogin } from './start.js';

const DEFAULT_COOKIE_NAME = '_oauth2_proxy';

/**
 * Takes code and state to the callback, with the csrf cookie, which only the host of the start may see. That may be the
 * in-cluster Service while the redirect URI is the public route; oauth2-proxy redeems with the latter all the same.
 * @param parameters of the redirect, with code and state
 * @param wantedName of the session cookie, when the user gave one
 * @throws AuthError unless the answer is a redirect with a session cookie
 */
export async function finishProxyLogin(
  http: Http,
  trackingUri: string,
  login: ProxyLogin,
  parameters: URLSearchParams,
  wantedName: string | undefined,
): Promise<SessionCookie> {
  const { jar, state, redirectUri } = login;
  const sameHost = redirectUri.origin === new URL(trackingUri).origin;
  const target = new URL(sameHost ? redirectUri : `${trackingUri}/oauth2/callback`);
  target.searchParams.set('code', parameters.get('code') ?? '');
  target.searchParams.set('state', state);
  // One try: the code is spent by it.
  const answer = await http(target, {
    stage: 'callback',
    what: 'hand the code to oauth2-proxy',
    headers: { accept: 'text/html', cookie: jar.toString() },
  });
  if (answer.status < 300 || answer.status > 399) throw responseError(answer, 'callback');
  const name = wantedName ?? sessionCookieName(jar.names, state) ?? DEFAULT_COOKIE_NAME;
  const session = sessionCookie(answer.headers, name);
  if (session) return session;
  const again = /[?&]client_id=/.test(answer.headers.get('location') ?? '') ? 'to another login ' : '';
  const got = `${answer.status} redirect ${again}without a session cookie "${name}"`;
  throw new AuthError({ stage: 'callback', tried: answer.tried, got });
}
