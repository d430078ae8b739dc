// Ory Hydra with its store in memory, and the clients of the tests, which its admin API makes.

import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyFor } from '../../support/fake/keys.js';
import type { CiSystem } from '../ci-issuer.js';
import { freePorts, startServer, stopServer } from '../processes.js';
import { CI_JOB, CLIENT_SECRET } from '../stack.js';
import { buildHydra } from '../tools.js';
import { PROXY_CLIENT, type Provider } from './behind.js';
import { admin, clientJwk } from './requests.js';

/** An audience that nobody but a proxy may know. */
export const UNTRUSTED = 'not-for-kubernetes';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Clients by name; the audience that they may ask for is that of the proxy, where one is listed. */
const CLIENTS: Record<string, Record<string, unknown>> = {
  [PROXY_CLIENT]: { grant_types: ['authorization_code'], redirect_uris: ['http://localhost/callback'] },
  ci: { token_endpoint_auth_method: 'client_secret_basic' },
  'ci-post': { token_endpoint_auth_method: 'client_secret_post' },
  'ci-opaque': { access_token_strategy: 'opaque' },
  'ci-short': { client_credentials_grant_access_token_lifespan: '20s' },
  'ci-no-audience': { audience: [] },
  'ci-untrusted': { audience: [UNTRUSTED] },
  'ci-jwt-bearer': { grant_types: [JWT_BEARER] },
};

/** Starts it. Access tokens are JWTs, which is not its default. @param ci the CI system whose job the jwt-bearer grant trusts */
export async function startHydra(ci: CiSystem): Promise<Provider> {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-hydra-'));
  const [port = 0, adminPort = 0] = await freePorts(2);
  const issuer = `http://127.0.0.1:${port}`;
  const config = {
    dsn: 'memory',
    serve: { public: { host: '127.0.0.1', port }, admin: { host: '127.0.0.1', port: adminPort } },
    urls: { self: { issuer }, login: `${issuer}/login`, consent: `${issuer}/consent` },
    secrets: { system: ['0123456789abcdef0123456789abcdef'] },
    strategies: { access_token: 'jwt' },
    sqa: { opt_out: true },
  };
  const file = join(folder, 'hydra.json');
  writeFileSync(file, JSON.stringify(config));
  // --dev lets it have an issuer without TLS.
  const args = ['serve', 'all', '--dev', '--config', file];
  const child = await startServer('hydra', await buildHydra(), args, `${issuer}/health/ready`);
  await register(`http://127.0.0.1:${adminPort}/admin`, ci);
  const close = async () => {
    await stopServer(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { issuer, tokenEndpoint: `${issuer}/oauth2/token`, close };
}

async function register(api: string, ci: CiSystem): Promise<void> {
  const usual = { client_secret: CLIENT_SECRET, grant_types: ['client_credentials'], audience: [PROXY_CLIENT] };
  for (const [client_id, own] of Object.entries(CLIENTS))
    await admin('POST', `${api}/clients`, { client_id, scope: 'openid mlflow', ...usual, ...own });
  await admin('POST', `${api}/clients`, {
    ...usual,
    client_id: 'ci-key',
    client_secret: undefined,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'RS256',
    jwks: { keys: [clientJwk()] },
  });
  const jwk = createPublicKey(keyFor('sign')).export({ format: 'jwk' });
  await admin('POST', `${api}/trust/grants/jwt-bearer/issuers`, {
    issuer: ci.issuer,
    subject: CI_JOB,
    scope: ['openid', 'mlflow'],
    jwk: { ...jwk, kid: 'fake', use: 'sig', alg: 'RS256' },
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
  });
}
