// The discovery document of an OpenID provider (OpenID Connect Discovery, 4), Dex or any other: requested and read here alone.

import type { RequestName } from '../errors/failure.js';
import { type Json, jsonObject, responseError } from '../http/response.js';
import type { Http, HttpResponse } from '../http/types.js';

/** An answer, and the document in it: undefined unless the status is 200 and the body a JSON object. */
export interface Discovery {
  answer: HttpResponse;
  document: Json | undefined;
}

/**
 * @param issuer address of the provider, without a slash at its end
 * @param stage 'issuer' for a provider of any kind, otherwise the request of Dex's login for which it is read
 * @throws AuthError without an answer
 */
export async function requestDiscovery(
  http: Http,
  issuer: string,
  stage: RequestName,
  retry = true,
): Promise<Discovery> {
  const what = `request the discovery document of ${stage === 'issuer' ? 'the OpenID provider' : 'Dex'}`;
  const answer = await http(`${issuer}/.well-known/openid-configuration`, { stage, what, retry });
  return { answer, document: answer.status === 200 ? jsonObject(answer.body) : undefined };
}

/** @throws AuthError without a document, too */
export function requireDocument({ answer, document }: Discovery, stage: RequestName): Json {
  if (!document) throw responseError(answer, stage);
  return document;
}

/** Whether the server is overloaded or down, so that the answer says nothing about the document. */
export const isUnavailable = ({ answer: { status } }: Discovery): boolean => status === 429 || status >= 500;
