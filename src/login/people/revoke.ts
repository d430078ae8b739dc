// Revokes a refresh token, where the provider can (RFC 7009).

import * as oauth from 'oauth4webapi';
import { responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import { type Client, clientAuthentication, post } from '../dex/grant.js';
import { findProvider } from './provider.js';

/**
 * @returns false where the provider lists no revocation endpoint, as Dex 2.45
 * @throws AuthError where it cannot be asked, or refuses
 */
export async function revokeRefreshToken(http: Http, client: Client, refreshToken: string): Promise<boolean> {
  const { revocation } = await findProvider(http, client.dexUrl);
  if (!revocation) return false;
  const server = { issuer: client.dexUrl, revocation_endpoint: revocation.href };
  const request = {
    stage: 'revoke',
    what: 'revoke the refresh token',
    retry: true,
    send: (to: oauth.AuthorizationServer, id: oauth.Client, options: oauth.TokenEndpointRequestOptions) => {
      const hint = { ...options, additionalParameters: { token_type_hint: 'refresh_token' } };
      return oauth.revocationRequest(to, id, clientAuthentication(client), refreshToken, hint);
    },
  } as const;
  const answer = await post(http, request, server, { client_id: client.clientId });
  if (answer.status !== 200) throw responseError(answer, 'revoke');
  return true;
}
