// The token method: authorization code with PKCE (RFC 6749, 4.1; RFC 7636), ending in a Dex ID token.

import * as oauth from 'oauth4webapi';
import { hasSymptom } from '../errors/errors.js';
import { loadFetchClasses } from '../http/globals.js';
import type { Account } from './account.js';
import { authenticate } from './authenticate.js';
import { codeFrom } from './check-state.js';
import type { Context } from './context.js';
import { withCookies } from './cookies-kept.js';
import type { TokenCredential } from './credential.js';
import { decodeClaims, expiryOf, identityOf, lifeOf } from './dex/claims.js';
import { type Client, redeemCode, type Tokens } from './dex/token-endpoint.js';
import type { TokenLogin } from './login-way.js';

export interface TokenRequest extends Account, Client {
  scopes: string;
}

/**
 * Logs in and returns the ID token.
 * Only when the token endpoint calls the code stale is the whole flow run once more: the password was right, so that
 * counts towards no lockout.
 * @throws AuthError
 */
export async function tokenMethod(context: Context, request: TokenRequest): Promise<TokenLogin> {
  try {
    return { credential: credentialOf(await flow(context, request, true)), repeated: false };
  } catch (error) {
    if (!hasSymptom(error, 'invalid-grant')) throw error;
    context.note(`${error.got}: logging in again from the start`);
    return { credential: credentialOf(await flow(context, request, false)), repeated: true };
  }
}

/** An authorization request with PKCE (RFC 6749, 4.1.1; RFC 7636, 4.3), and what must be kept for its answer. */
export async function authorizationRequest({
  clientId,
  redirectUri,
  scopes,
}: Pick<TokenRequest, 'clientId' | 'redirectUri' | 'scopes'>) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: scopes,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  return { query, state, verifier };
}

async function flow(given: Context, request: TokenRequest, retry: boolean): Promise<Tokens> {
  const context = { ...given, http: withCookies(given.http, request) };
  const { mask, step } = context;
  const { query, state, verifier } = await authorizationRequest(request);
  mask(verifier);
  const authenticating = authenticate(context, request, query.toString(), retry);
  loadFetchClasses();
  const parameters = await authenticating;
  codeFrom(parameters, state);
  return step('code exchanged for a token', () => redeemCode(context, request, parameters, state, verifier));
}

/** A credential as the tokens describe it. */
export function credentialOf({ idToken, refreshToken }: Tokens): TokenCredential {
  const claims = decodeClaims(idToken) ?? {};
  const [identity, expiresAt, life] = [identityOf(claims), expiryOf(claims), lifeOf(claims)];
  return { method: 'token', token: idToken, refreshToken, identity, expiresAt, life };
}
