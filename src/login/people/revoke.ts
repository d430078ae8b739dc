// Revokes a refresh token, where the provider can (RFC 7009).

import * as oauth from 'oauth4webapi';
import { responseError } from '../../http/response.js';
import type { Http, HttpResponse } from '../../http/types.js';
import { type Client, clientAuthentication } from '../dex/grant.js';
import { findProvider } from './provider.js';

/**
 * @returns false where the provider lists no revocation endpoint, as Dex 2.45
 * @throws AuthError where it cannot be asked, or refuses
 */
export async function revokeRefreshToken(http: Http, client: Client, refreshToken: string): Promise<boolean> {
  const { revocation } = await findProvider(http, client.dexUrl);
  if (!revocation) return false;
  const server = { issuer: client.dexUrl, revocation_endpoint: revocation.href };
  let answer: HttpResponse | undefined;
  await oauth.revocationRequest(server, { client_id: client.clientId }, clientAuthentication(client), refreshToken, {
    // The settings have already refused http: to other machines, unless allow-http is set.
    [oauth.allowInsecureRequests]: true,
    additionalParameters: { token_type_hint: 'refresh_token' },
    [oauth.customFetch]: async (address, { headers, body }) => {
      const what = 'revoke the refresh token';
      answer = await http(address, { stage: 'revoke', what, headers, body: String(body), retry: true });
      return new Response();
    },
  });
  if (!answer) throw new Error('no request was sent');
  if (answer.status !== 200) throw responseError(answer, 'revoke');
  return true;
}
