// The fake's token exchange, as Dex 2.45 answers it (server/handlers.go, handleTokenExchange; connector/oidc, TokenIdentity).

import { decodeClaims } from '../../../src/login/dex/claims.js';
import { ciIssuer } from './ci.js';
import type { Answer } from './platform.js';
import type { Switches } from './switches.js';

const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
export const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const CROSS_CLIENT = 'audience:server:client_id:';

/** The connector of the fake's CI system, and the owner that its `allowedGroups` lets in. */
export const CI_CONNECTOR = 'github-actions';
const ALLOWED_OWNER = 'org';

const refused = (status: number, error: string, error_description?: string): Answer => ({
  status,
  body: { error, ...(error_description ? { error_description } : {}) },
});

/** @param idToken makes Dex's ID token with these claims */
export function exchange(
  form: URLSearchParams,
  origin: string,
  { grantTypes, trustedPeers, proxyClientId, tokenLife }: Switches,
  idToken: (claims: Record<string, unknown>) => string,
): Answer {
  if (!grantTypes.includes(GRANT)) return refused(400, 'unsupported_grant_type');
  if (!form.get('subject_token')) return refused(400, 'invalid_request', 'Missing subject_token');
  if (form.get('subject_token_type') !== ID_TOKEN)
    return refused(400, 'request_not_supported', 'Invalid subject_token_type.');
  if (form.get('connector_id') !== CI_CONNECTOR)
    return refused(400, 'invalid_request', 'Requested connector does not exist.');
  const subject = { ...decodeClaims(form.get('subject_token') ?? '') } as Record<string, unknown>;
  const current = Number(subject.exp) * 1000 > Date.now() && subject.iss === ciIssuer(origin);
  // The audience is not looked at.
  if (!current || subject.repository_owner !== ALLOWED_OWNER) return refused(401, 'access_denied');
  const client = form.get('client_id') ?? '';
  const scopes = (form.get('scope') ?? '').split(' ');
  const peers = scopes.filter((one) => one.startsWith(CROSS_CLIENT)).map((one) => one.slice(CROSS_CLIENT.length));
  if (peers.some((peer) => peer !== proxyClientId || !trustedPeers.includes(client)))
    return refused(500, 'server_error');
  const audience = peers.length > 0 ? { aud: [...new Set([...peers, client])], azp: client } : { aud: client };
  return {
    status: 200,
    body: {
      access_token: idToken({ ...audience, email: subject.sub, groups: [`gh:${subject.repository_owner}`] }),
      issued_token_type: ID_TOKEN,
      token_type: 'bearer',
      expires_in: tokenLife,
    },
  };
}
