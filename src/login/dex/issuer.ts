// The issuer that an ID token must name.

import { AuthError } from '../../errors/errors.js';
import type { Diagnosis, RequestName } from '../../errors/failure.js';
import { type Json, responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import { isUnavailable, requestDiscovery, requireDocument } from '../discovery.js';
import { decodeClaims } from './claims.js';

/**
 * The issuer to expect. A platform may have several addresses while its Dex keeps the first as issuer, so when the
 * token names another one, the discovery document (OpenID Connect Discovery, 4) of the address in use decides.
 * @param idToken as it came, of any type
 * @throws AuthError when the discovery document cannot be had for now
 */
export async function expectedIssuer(http: Http, dexUrl: string, idToken: unknown): Promise<string> {
  const named = typeof idToken === 'string' ? decodeClaims(idToken)?.iss : undefined;
  if (named === undefined || named === dexUrl) return dexUrl;
  const { issuer } = await discover(http, dexUrl, 'token');
  return typeof issuer === 'string' ? issuer.trim() : dexUrl;
}

/**
 * What the discovery document says; nothing where there is none.
 * @throws AuthError when it cannot be had for now
 */
export async function discover(http: Http, dexUrl: string, stage: RequestName): Promise<Json> {
  const discovery = await requestDiscovery(http, dexUrl, stage, false);
  if (isUnavailable(discovery)) throw responseError(discovery.answer, stage);
  return discovery.document ?? {};
}

/**
 * Accepts what a list of the discovery document names, and anything if the document has no such list (RFC 8414, 2).
 * @param id of the symptom if the list does not name it
 * @throws AuthError, also without a discovery document
 */
export async function requireListed(
  http: Http,
  dexUrl: string,
  list: 'grant_types_supported' | 'response_types_supported',
  name: string,
  id: Diagnosis['id'],
): Promise<void> {
  const discovery = await requestDiscovery(http, dexUrl, 'discovery');
  const listed = requireDocument(discovery, 'discovery')[list];
  if (!Array.isArray(listed) || listed.includes(name)) return;
  throw new AuthError({ request: 'discovery', tried: discovery.answer.tried, diagnosis: { id, facts: {} } });
}
