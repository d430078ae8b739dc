// Vets the authorization request of oauth2-proxy before the account logs in for it: a hostile server could relay one that
// somebody began elsewhere, and the code would then end the login of that somebody.

import { AuthError } from '../../errors/errors.js';
import type { Http } from '../../http/types.js';
import type { Method } from '../../settings/types.js';
import { printable } from '../../util/text.js';
import { parseUrl } from '../../util/url.js';
import { discover } from '../dex/issuer.js';
import type { ProxyLogin } from './start.js';

/** What the settings say of the login that is to be begun. */
export interface Expected {
  platform: string;
  dexUrl: string;
  trackingUri: string;
  method: Method;
  /** The client of oauth2-proxy, checked with the method cookie; '' where it is not known. */
  clientId: string;
  /** The redirect URI that the user named, or the platform's own. */
  redirectUri: string;
  /** Scopes that the user named are good in the request, too. */
  scopes: string;
}

/** Servers differ in which of two they take. */
const SINGLE = ['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state'];
/** With it, Dex makes a token that other clients take as well. */
export const CROSS_CLIENT = 'audience:server:client_id:';

/** @throws AuthError when the request is not one that the oauth2-proxy in front of this MLflow can have begun */
export async function checkAuthorizationRequest(http: Http, login: ProxyLogin, expected: Expected): Promise<void> {
  const { tried } = login;
  const refuse = (flaw: string, hint?: string) => {
    throw new AuthError({ request: 'proxy', tried, diagnosis: { id: 'foreign-login', facts: { flaw } }, hint });
  };
  const flaw = parameterFlaw(new URLSearchParams(login.query), expected);
  if (flaw) refuse(flaw);
  if (!isOwnRedirectUri(login.redirectUri, expected)) {
    const uri = printable(login.redirectUri.origin + login.redirectUri.pathname);
    const hint = `If ${uri} is the callback of this MLflow proxy, set redirect-uri to it.`;
    refuse(`with the redirect URI ${uri}, which is neither the platform's nor the tracking URI's`, hint);
  }
  if (!(await isDexEndpoint(http, login, expected))) refuse(`to ${login.endpoint.origin}, which is not this platform`);
}

/** What no oauth2-proxy asks for, or not this one. */
function parameterFlaw(query: URLSearchParams, { method, clientId, scopes }: Expected): string | undefined {
  const twice = SINGLE.find((name) => query.getAll(name).length > 1);
  if (twice) return `with "${twice}" more than once`;
  const of = (name: string) => (query.get(name) ?? '').trim();
  if (of('response_type') !== 'code') return 'with a response_type other than "code"';
  if (!['', 'query'].includes(of('response_mode'))) return 'with a response_mode other than "query"';
  if (of('state') === '') return 'without a state';
  const client = of('client_id');
  if (method === 'cookie' && clientId && client !== clientId)
    return `of the client ${printable(client)}, while client-id is ${clientId}`;
  const wanted = new Set([`${CROSS_CLIENT}${client}`, ...scopes.split(' ')]);
  const foreign = of('scope')
    .split(/\s+/)
    .find((scope) => scope.startsWith(CROSS_CLIENT) && !wanted.has(scope));
  return foreign && `with the scope ${printable(foreign)}, which makes a token for another client`;
}

/** The code goes there, and nowhere else. */
function isOwnRedirectUri(uri: URL, { platform, trackingUri, redirectUri }: Expected): boolean {
  if (uri.username || uri.password) return false;
  if (uri.origin === platform || uri.origin === new URL(trackingUri).origin) return true;
  return uri.protocol === 'https:' && uri.href === parseUrl(redirectUri)?.href;
}

/** Whether the login goes to this Dex: the platform is where that is; its Dex may know itself by another address, which its discovery then names. */
export async function isDexEndpoint(
  http: Http,
  { endpoint, relative }: Pick<ProxyLogin, 'endpoint' | 'relative'>,
  { platform, dexUrl }: Pick<Expected, 'platform' | 'dexUrl'>,
): Promise<boolean> {
  if (relative || endpoint.origin === platform || endpoint.origin === new URL(dexUrl).origin) return true;
  const { issuer, authorization_endpoint } = await discover(http, dexUrl, 'proxy');
  return [issuer, authorization_endpoint].some(
    (address) => typeof address === 'string' && parseUrl(address.trim())?.origin === endpoint.origin,
  );
}
