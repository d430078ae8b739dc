// The issuer that an id token must name.

import type { RequestName } from '../../errors/failure.js';
import { type Json, jsonObject, responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import { decodeClaims } from './claims.js';

/**
 * The issuer to expect. A platform may have several addresses while its Dex keeps the first as issuer, so when the
 * token names another one, the discovery document (OpenID Connect Discovery, 4) of the address in use decides.
 * @param idToken as it came, of any type
 * @throws AuthError when the discovery document cannot be had for now
 */
export async function expectedIssuer(http: Http, platform: string, idToken: unknown): Promise<string> {
  const usual = `${platform}/dex`;
  const named = typeof idToken === 'string' ? decodeClaims(idToken)?.iss : undefined;
  if (named === undefined || named === usual) return usual;
  const { issuer } = await discover(http, platform, 'token');
  return typeof issuer === 'string' ? issuer.trim() : usual;
}

/**
 * What the discovery document says; nothing where there is none.
 * @throws AuthError when it cannot be had for now
 */
export async function discover(http: Http, platform: string, stage: RequestName): Promise<Json> {
  const address = `${platform}/dex/.well-known/openid-configuration`;
  const answer = await http(address, { stage, what: 'request the issuer' });
  if (answer.status === 429 || answer.status >= 500) throw responseError(answer, stage);
  return jsonObject(answer.body) ?? {};
}
