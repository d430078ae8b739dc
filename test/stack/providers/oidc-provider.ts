// The certified npm package oidc-provider in this process, with the clients of the tests.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { errors, type ResourceServer } from 'oidc-provider';
import { signJwt } from '../../support/fake/jwt.js';
import { keyFor } from '../../support/fake/keys.js';
import { CLIENT_SECRET } from '../stack.js';
import { PROXY_CLIENT, type Provider as Running } from './behind.js';
import { addPasswordGrant, PASSWORD_CLIENT, STEADY_CLIENT } from './oidc-password.js';
import { clientJwk } from './requests.js';

/** The `resource` (RFC 8707) whose tokens are JWTs for the proxy, and the same with tokens of 20 seconds. */
export const RESOURCE = 'https://mlflow.example.com';
export const SHORT = 'https://mlflow.example.com/short';
/** One whose tokens are JWTs for another server. */
export const OTHER = 'https://other.example.com';

const AUDIENCES: Record<string, { audience: string; accessTokenTTL: number }> = {
  [RESOURCE]: { audience: PROXY_CLIENT, accessTokenTTL: 3600 },
  [SHORT]: { audience: PROXY_CLIENT, accessTokenTTL: 20 },
  [OTHER]: { audience: 'other', accessTokenTTL: 3600 },
};

/** The public client of people: a native application, whose redirects go to any port of this machine (RFC 8252, 7.3). */
export const PERSON_CLIENT = 'person';

/** Claims of the tokens of some clients. */
const CLAIMS: Record<string, Record<string, unknown>> = {
  'ci-unverified': { email: 'ci@example.com', email_verified: false },
  [PERSON_CLIENT]: { email: 'ann@example.com', email_verified: true },
  'ci-member': { email: 'ci@example.com', email_verified: true, groups: ['team-a'] },
};

/** @throws InvalidTarget */
function resourceServer(resource: string): ResourceServer {
  const known = AUDIENCES[resource];
  if (!known) throw new errors.InvalidTarget();
  return { scope: '', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } }, ...known };
}

export async function startOidcProvider(): Promise<Running> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const machine = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
  const secret = { ...machine, client_secret: CLIENT_SECRET };
  const open = {
    ...machine,
    grant_types: ['password', 'refresh_token'],
    token_endpoint_auth_method: 'none' as const,
    scope: 'offline_access',
  };
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...keyFor('server').export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'provider' }] },
    cookies: { keys: ['0123456789abcdef'] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    rotateRefreshToken: ({ oidc }) => oidc.client?.clientId !== STEADY_CLIENT,
    clients: [
      { client_id: PROXY_CLIENT, client_secret: CLIENT_SECRET, redirect_uris: ['http://localhost/callback'] },
      ...['ci', 'ci-unverified', 'ci-member'].map((client_id) => ({ ...secret, client_id })),
      ...[PASSWORD_CLIENT, STEADY_CLIENT].map((client_id) => ({ ...open, client_id })),
      {
        client_id: PERSON_CLIENT,
        application_type: 'native' as const,
        token_endpoint_auth_method: 'none' as const,
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        redirect_uris: ['http://127.0.0.1/mlflow-auth'],
      },
      { ...secret, client_id: 'ci-post', token_endpoint_auth_method: 'client_secret_post' as const },
      {
        ...machine,
        client_id: 'ci-key',
        token_endpoint_auth_method: 'private_key_jwt' as const,
        jwks: { keys: [clientJwk()] },
      },
    ],
    extraTokenClaims: (_context, token) => CLAIMS[token.clientId ?? ''],
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => resourceServer(resource),
      },
    },
  });
  addPasswordGrant(provider, resourceServer);
  server.on('request', provider.callback());
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { issuer, tokenEndpoint: `${issuer}/token`, close };
}

/** A token that the provider could have signed, for the proxy. */
export function signedBy({ issuer }: Running, claims: Record<string, unknown>): string {
  return signJwt({ iss: issuer, aud: PROXY_CLIENT, sub: 'elsewhere', ...claims }, keyFor('server'), 'provider');
}
