// Revokes a refresh token, where the provider can (RFC 7009).

import * as oauth from 'oauth4webapi';
import { responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import type { Settings } from '../../settings/types.js';
import { clientAuthentication, post } from '../dex/grant.js';
import { findProvider } from '../openid/provider.js';
import { requireTrusted } from '../openid/trust.js';
import { endpointsOfDex, revocationOf } from './endpoints.js';
import { AT_DEX, AT_PROVIDER } from './names.js';

/**
 * @returns false where the provider lists no revocation endpoint, as Dex 2.45
 * @throws AuthError where it cannot be asked, or refuses
 */
export async function revokeRefreshToken(http: Http, settings: Settings, refreshToken: string): Promise<boolean> {
  const { at, clientId, dexUrl } = settings;
  const [{ revocation }, names] =
    at === 'provider' ? [await ofProvider(http, settings), AT_PROVIDER] : [await endpointsOfDex(http, dexUrl), AT_DEX];
  if (!revocation) return false;
  const server = { issuer: revocation.origin, revocation_endpoint: revocation.href };
  const stage = names.request.revoke;
  const request = {
    stage,
    what: 'revoke the refresh token',
    retry: 'rate-limit',
    send: (to: oauth.AuthorizationServer, id: oauth.Client, options: oauth.TokenEndpointRequestOptions) => {
      const hint = { ...options, additionalParameters: { token_type_hint: 'refresh_token' } };
      return oauth.revocationRequest(to, id, clientAuthentication(settings), refreshToken, hint);
    },
  } as const;
  const answer = await post(http, request, server, { client_id: clientId });
  if (answer.status !== 200) throw responseError(answer, stage);
  return true;
}

async function ofProvider(http: Http, settings: Settings) {
  const provider = await findProvider({ http }, settings);
  requireTrusted(provider, settings.trackingUri);
  return revocationOf(provider);
}
