// A login at the HTML pages of upstream Dex: follow inside, recognise the page, answer. The password is sent once.

import { AuthError } from '../../errors/errors.js';
import type { Diagnosis, RequestName } from '../../errors/failure.js';
import { factsOf, locationOf } from '../../http/response.js';
import type { HttpResponse } from '../../http/types.js';
import { printable } from '../../util/text.js';
import { parseUrl } from '../../util/url.js';
import type { Account } from '../account.js';
import { answerParameters } from '../answer-parameters.js';
import type { Context } from '../context.js';
import { filledIn, type Page, readPage } from './page.js';

/** Requests of one login: chooser, form, approval and factors, with a redirect before each. */
const MOST_STEPS = 15;

/**
 * Both generations of pages (Dex 2.45 and later ones) and any theme; behind an address other than the issuer's, too.
 * @param query of the authorization request
 * @param retry whether what comes before the password may be tried again
 * @returns the parameters of the redirect: code and state
 * @throws AuthError
 */
export async function dexPagesLogin(
  context: Context,
  account: Account,
  query: string,
  retry: boolean,
): Promise<URLSearchParams> {
  const start = startOf(query, account);
  const redirectUri = parseUrl(new URLSearchParams(query).get('redirect_uri') ?? '', start);
  const base = new URL(account.dexUrl);
  const { step, beforePassword } = context;
  const isInside = (url: URL) =>
    url.origin === base.origin && `${url.pathname}/`.startsWith(`${base.pathname.replace(/\/$/, '')}/`);
  let at = start;
  let body: URLSearchParams | undefined;
  let sent = false;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const request = { at, body, retry: retry && !sent, username: account.username };
    const carries = body?.has('password') === true;
    const ask = () => send(context, request, sent);
    const answer = carries
      ? await step(`logged in as ${account.username} (connector ${account.connector})`, ask)
      : await ask();
    body = undefined;
    const failed = (id: Diagnosis['id'], facts: Diagnosis['facts'] = {}) =>
      new AuthError({
        request: sent ? 'form' : 'page',
        tried: answer.tried,
        diagnosis: { id, facts: { status: answer.status, ...facts } },
      });
    const target = locationOf(answer);
    if (target) {
      if (redirectUri && target.origin === redirectUri.origin && target.pathname === redirectUri.pathname)
        return answerParameters(target, answer, sent ? 'form' : 'page');
      // Dex itself begins with a page of its own; only a connector leads to another server.
      if (!isInside(target))
        throw failed(sent || at === start ? 'dex-elsewhere' : 'connector-browser', {
          target: printable(target.origin + target.pathname),
        });
      at = target;
      continue;
    }
    const page = readPage(answer.body, at, base);
    switch (page.kind) {
      case 'login': {
        if (sent) throw failed('wrong-password', { text: `${answer.status} login form again` });
        const action = parseUrl(page.form.action || at.href, at);
        if (!action || !isInside(action))
          throw failed('foreign-form', {
            target: printable(action ? action.origin + action.pathname : page.form.action),
          });
        beforePassword?.();
        [at, body, sent] = [action, filledIn(page.form, { login: account.username, password: account.password }), true];
        break;
      }
      case 'approval':
        body = filledIn(page.form, { approval: 'approve' });
        break;
      case 'chooser':
        at = chosen(page, account.connector, failed);
        break;
      case 'mfa':
        throw failed('second-factor', { text: `${answer.status} page that requests a second factor` });
      case 'device':
      case 'saml':
        throw failed(sent ? 'dex-elsewhere' : 'connector-browser', {
          target: page.kind === 'saml' ? 'a SAML identity provider' : 'a device login',
        });
      case 'other':
        throw otherPage(answer, sent ? 'form' : 'page', page.text);
    }
  }
  const tried = { what: 'log in at the pages of Dex', address: base.href };
  throw new AuthError({
    request: sent ? 'form' : 'page',
    tried,
    diagnosis: { id: 'dex-steps', facts: { steps: MOST_STEPS } },
  });
}

/**
 * A connector that the user named is chosen by the request itself, which spares the page on which people choose. One that
 * oauth2-proxy, or who stands in for it, names is left out: it would get the password.
 */
function startOf(query: string, { dexUrl, namedConnector }: Account): URL {
  const own = query.split('&').filter((one) => !new URLSearchParams(one).has('connector_id'));
  const named = namedConnector ? [`connector_id=${encodeURIComponent(namedConnector)}`] : [];
  const start = new URL(`${dexUrl}/auth`);
  start.search = `?${[...own, ...named].join('&')}`;
  return start;
}

interface Asked {
  at: URL;
  body: URLSearchParams | undefined;
  retry: boolean;
  username: string;
}

function send({ http }: Context, { at, body, retry, username }: Asked, sent: boolean): Promise<HttpResponse> {
  const stage: RequestName = sent ? 'form' : 'page';
  const what = body?.has('password') ? `log in as ${username} at the pages of Dex` : 'request a login page of Dex';
  const headers = { accept: 'text/html', ...(body ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) };
  return http(at, { stage, what, headers, retry, ...(body ? { body: `${body}` } : {}) });
}

/** The one that was named, or `local` where none was, or the only one. */
function chosen(
  { connectors }: Extract<Page, { kind: 'chooser' }>,
  connector: string,
  failed: (id: 'connector', facts: Diagnosis['facts']) => AuthError,
): URL {
  const only = connectors.size === 1 ? [...connectors.values()][0] : undefined;
  const found = connectors.get(connector) ?? (connector === 'local' ? only : undefined);
  if (found) return found;
  throw failed('connector', { connector, ids: printable([...connectors.keys()].join(', ')) });
}

/** An error page, whose message says what is wrong. */
function otherPage(answer: HttpResponse, request: RequestName, text: string): AuthError {
  const facts = factsOf(answer);
  const message = facts.kind === 'page' && text ? text : facts.message;
  return new AuthError({ request, tried: answer.tried, answer: { ...facts, ...(message ? { message } : {}) } });
}
