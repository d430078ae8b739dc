// Where an OpenID provider may send a login: which addresses are safe to use, and which ones a secret or a person may go to.

import { AuthError } from '../../errors/errors.js';
import type { Failure, Tried } from '../../errors/failure.js';
import { isLoopback } from '../../http/loopback.js';
import { isPrivate } from '../../settings/id-token-source.js';
import { printable } from '../../util/text.js';
import { parseUrl } from '../../util/url.js';

/** The request whose answer names an address, for failures. */
export type Source = Pick<Failure, 'request' | 'tried'>;

/** What of a provider says whether it may have a secret. */
interface Named {
  issuer: string;
  tokenEndpoint: string;
  found: boolean;
  tried: Tried;
}

const hostOf = (address: string) => parseUrl(address)?.hostname;

/**
 * The page to which oauth2-proxy sends people, before anything near it is requested: a document that came in plain text
 * could be anyone's. Plain http beyond this machine requires a tracking URI of that kind, which requires allow-http.
 * @throws AuthError
 */
export function requireSafeStart(endpoint: URL, trackingUri: string, source: Source): void {
  const safe = (url: URL) => isPrivate(url.href) || !isPrivate(trackingUri);
  // Its query holds the state of that login.
  const { href } = Object.assign(new URL(endpoint), { search: '', hash: '' });
  checked('authorization_endpoint', href, safe, source);
}

/**
 * An endpoint, or a page, that a provider names: https, or plain http where its issuer has that, and not beyond this machine
 * where the issuer is on it.
 * @throws AuthError
 */
export function requireSafe(name: string, address: string, issuer: string, source: Source): URL {
  const base = parseUrl(issuer);
  const mayBePlain = (url: URL) =>
    base?.protocol === 'http:' && (isLoopback(url.hostname) || !isLoopback(base.hostname));
  return checked(name, address, (url) => url.protocol === 'https:' || mayBePlain(url), source);
}

function checked(name: string, address: string, safe: (url: URL) => boolean, source: Source): URL {
  const facts = { name, address: printable(address) };
  const url = parseUrl(address);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw new AuthError({ ...source, diagnosis: { id: 'provider-address', facts } });
  if (!safe(url)) throw new AuthError({ ...source, diagnosis: { id: 'issuer-insecure', facts } });
  return url;
}

/** Of a provider that nobody but oauth2-proxy names. @throws AuthError for an address on another host than the tracking URI */
export function requireOwnHost(name: string, address: string, trackingUri: string, source: Source): void {
  const host = hostOf(trackingUri) ?? '';
  if (hostOf(address) === host) return;
  const facts = { name, address: printable(address), host };
  throw new AuthError({ ...source, diagnosis: { id: 'issuer-elsewhere', facts } });
}

/**
 * A secret goes to an issuer that the user has named, or to one on the host of the tracking URI: whoever controls another
 * MLflow server could otherwise name an issuer of its own. The other endpoints are checked where they are used.
 * @throws AuthError
 */
export function requireTrusted({ found, issuer, tokenEndpoint, tried }: Named, trackingUri: string): void {
  if (!found) return;
  for (const [name, address] of Object.entries({ issuer, token_endpoint: tokenEndpoint }))
    requireOwnHost(name, address, trackingUri, { request: 'issuer', tried });
}
