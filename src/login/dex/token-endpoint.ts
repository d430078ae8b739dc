// What Dex's token endpoint gives tokens for: an authorization code, and a refresh token.

import * as oauth from 'oauth4webapi';
import { type Client, clientAuthentication, type Grant, type GrantContext, grant, type Tokens } from './grant.js';

export type { Client, Tokens };

/**
 * Redeems an authorization code.
 * @param parameters of the redirect, with code and state
 * @param state that was sent
 * @throws AuthError; its id is "invalid-grant" when the code is stale
 */
export function redeemCode(
  context: GrantContext,
  client: Client,
  parameters: URLSearchParams,
  state: string,
  verifier: string,
): Promise<Tokens> {
  return grant(context, client, codeGrant(client, parameters, state, verifier));
}

/** The grant of an authorization code, at any provider. @param more parameters of the request */
export function codeGrant(
  client: Pick<Client, 'clientSecret' | 'redirectUri'>,
  parameters: URLSearchParams,
  state: string,
  verifier: string,
  more: Record<string, string> = {},
): Grant {
  const secret = clientAuthentication(client);
  return {
    stage: 'token',
    what: 'redeem the code',
    send: async (server, id, given) => {
      const callback = oauth.validateAuthResponse(server, id, parameters, state);
      const options = { ...given, additionalParameters: more };
      return oauth.authorizationCodeGrantRequest(server, id, secret, callback, client.redirectUri, verifier, options);
    },
    check: (server, id, response) =>
      oauth.processAuthorizationCodeResponse(server, id, response, { requireIdToken: true }),
  };
}

/**
 * Exchanges a refresh token for new tokens (RFC 6749, 6). The old one can be used once: Dex rotates them unless configured otherwise.
 * @throws AuthError; its id is "refresh-refused" when only a new login helps
 */
export function refreshTokens(context: GrantContext, client: Client, refreshToken: string): Promise<Tokens> {
  const secret = clientAuthentication(client);
  return grant(context, client, {
    stage: 'refresh',
    what: 'refresh the token',
    send: (server, id, options) => oauth.refreshTokenGrantRequest(server, id, secret, refreshToken, options),
    check: oauth.processRefreshTokenResponse,
  });
}
