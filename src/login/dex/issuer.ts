// The issuer that an ID token must name.

import type { RequestName } from '../../errors/failure.js';
import { type Json, jsonObject, responseError } from '../../http/response.js';
import type { Http, HttpResponse } from '../../http/types.js';
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
  const { answer, document } = await getDiscovery(http, dexUrl, stage, false);
  if (answer.status === 429 || answer.status >= 500) throw responseError(answer, stage);
  return document ?? {};
}

/** The answer with the discovery document, which is undefined where it is no JSON object. @throws AuthError without an answer */
export async function getDiscovery(
  http: Http,
  dexUrl: string,
  stage: RequestName,
  retry: boolean,
): Promise<{ answer: HttpResponse; document: Json | undefined }> {
  const address = `${dexUrl}/.well-known/openid-configuration`;
  const answer = await http(address, { stage, what: 'request the discovery document of Dex', retry });
  return { answer, document: jsonObject(answer.body) };
}
