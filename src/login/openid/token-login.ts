// One request for a token at an OpenID provider of any kind, and which of the tokens that come is the credential.

import * as oauth from 'oauth4webapi';
import { AuthError, errorCodes, hasSymptom } from '../../errors/errors.js';
import type { Diagnosis, RequestName } from '../../errors/failure.js';
import { isText, type Json, responseError } from '../../http/response.js';
import type { HttpResponse } from '../../http/types.js';
import type { Settings } from '../../settings/types.js';
import { isJwt } from '../../util/jwt.js';
import { isVisibleAscii, printable } from '../../util/text.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { decodeClaims } from '../dex/claims.js';
import { base64Hint, post, receive } from '../dex/grant.js';
import type { TokenLogin } from '../login-way.js';
import { credentialOf } from '../token-method.js';
import { opaqueAdvice } from './advice.js';
import { findProvider, type Provider, requireGrant } from './provider.js';

export const CLIENT_CREDENTIALS = 'client_credentials';
export const PASSWORD = 'password';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Grants that a provider lists if it has them. */
const LISTED = new Set([CLIENT_CREDENTIALS, PASSWORD]);

/** A request at the token endpoint. */
export interface TokenRequest {
  /** As "log in as the client ci". */
  what: string;
  grant: string;
  /** The name of the request in failures; `grant` if absent. */
  stage?: RequestName;
  auth: oauth.ClientAuth;
  parameters?: Record<string, string>;
  /** A refresh token in the answer is kept for renewals; those of a client itself request another token instead. */
  keepsRefreshToken?: boolean;
}

/** Finds the provider, which must not say that it lacks the grant; Hydra has jwt-bearer and does not list it. @throws AuthError */
export async function providerFor(context: Context, settings: Settings, grant: string): Promise<Provider> {
  const provider = await context.step('OpenID provider found', () => findProvider(context, settings));
  context.note(`issuer: ${printable(provider.issuer)}`);
  if (LISTED.has(grant)) requireGrant(provider, grant);
  return provider;
}

/**
 * Requests a token, once: nothing that carries a secret or an assertion is sent again, but after a 429 that says when, and
 * nothing else is tried. A password is never sent again (Auth0 answers 429 to those that lock an account), and no refresh token.
 * @throws AuthError
 */
export async function requestToken(
  given: Context,
  settings: Settings,
  provider: Provider,
  { what, grant, stage = 'grant', auth, parameters = {}, keepsRefreshToken = false }: TokenRequest,
): Promise<TokenLogin> {
  const context = keepsRefreshToken ? given : { ...given, keep: undefined };
  const { issuer, tokenEndpoint } = provider;
  const { audience, resource, scopes: scope, clientId } = settings;
  const server = { issuer, token_endpoint: tokenEndpoint };
  const form = new URLSearchParams({ ...parameters, ...onlySet({ audience, resource, scope }) });
  const request = {
    stage,
    what,
    retry: keepsRefreshToken ? false : 'rate-limit',
    send: (to: oauth.AuthorizationServer, id: oauth.Client, options: oauth.TokenEndpointRequestOptions) =>
      oauth.genericTokenEndpointRequest(to, id, auth, grant, form, options),
  } as const;
  const answer = await post(context.http, request, server, clientOf(clientId));
  const json = receive(context, answer);
  if (answer.status !== 200 || !json) {
    const error = responseError(answer, stage);
    const hint = settings.clientSecret && hasSymptom(error, 'client-refused') && base64Hint(settings.clientSecret);
    throw hint ? responseError(answer, stage, hint) : error;
  }
  const made = { stage, grant, keepsRefreshToken };
  return { credential: await credentialIn(json, answer, provider, settings, made), repeated: false };
}

/**
 * The credential of a successful token response.
 * @throws AuthError
 */
export async function credentialIn(
  json: Json,
  { tried }: Pick<HttpResponse, 'tried'>,
  provider: Provider,
  { clientId, verify }: Pick<Settings, 'clientId' | 'verify'>,
  { stage, grant, keepsRefreshToken }: { stage: RequestName; grant?: string; keepsRefreshToken: boolean },
): Promise<TokenCredential> {
  const { issuer, tokenEndpoint } = provider;
  const failed = (id: Diagnosis['id'], facts: Diagnosis['facts'], hint?: string) =>
    new AuthError({ request: stage, tried, diagnosis: { id, facts }, hint });
  await check({ issuer, token_endpoint: tokenEndpoint }, clientOf(clientId), json, grant).catch((error) => {
    // Its message may quote what a server said, and its cause a token.
    throw failed('token-response', { text: errorCodes(error)[0] ?? 'no token response' });
  });
  const token = credentialAmong(json, provider);
  if (!token) throw failed('opaque-token', {}, opaqueAdvice(issuer));
  const next = keepsRefreshToken && isText(json.refresh_token) ? json.refresh_token : undefined;
  if (next !== undefined && !isVisibleAscii(next)) throw failed('token-response', { text: 'an invalid refresh_token' });
  return { ...named(token, verify), refreshToken: next };
}

/** Parameters of a request, without those that are ''. */
export const onlySet = (parameters: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''));

/** The library wants a name even where no client takes part; nothing sends that one (see client-auth.ts). */
const clientOf = (clientId: string): oauth.Client => ({ client_id: clientId || 'unnamed' });

/** Has the library look at all but the ID token: whether a token is good for the proxy, the proxy itself says. */
async function check(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  json: Json,
  grant: string | undefined,
): Promise<void> {
  const { id_token: _, ...others } = json;
  // What an exchange gives may be an ID token, which is of no type (RFC 8693, 2.2.1).
  const recognizedTokenTypes: oauth.RecognizedTokenTypes = grant === EXCHANGE ? { n_a: () => {} } : {};
  await oauth.processGenericTokenEndpointResponse(server, client, Response.json(others), { recognizedTokenTypes });
}

/** Of the JWTs, the one for the client of oauth2-proxy, else the access token. @returns undefined for an opaque one */
function credentialAmong({ access_token, id_token }: Json, { proxyClient }: Provider): string | undefined {
  const tokens = [access_token, id_token].filter(isText).filter(isJwt);
  const fits = (token: string) => [decodeClaims(token)?.aud].flat().includes(proxyClient);
  return tokens.find(fits) ?? (isText(access_token) && isJwt(access_token) ? access_token : undefined);
}

/** Who owns a run is what oauth2-proxy makes of the claims: an address, or else by its settings, which its answer shows. */
function named(token: string, verify: boolean): TokenCredential {
  const credential = credentialOf({ idToken: token, refreshToken: undefined });
  return verify && !isText(decodeClaims(token)?.email) ? { ...credential, identity: '' } : credential;
}
