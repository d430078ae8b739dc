// Logins at Ory Hydra and at oidc-provider, through the real oauth2-proxy to MLflow, and how they are refused.

import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { markOf } from '../../../src/errors/explain.js';
import { BUNDLE, runCommand, runProgram } from '../../support/program.js';
import { type CiSystem, startCi } from '../ci-issuer.js';
import { losesNothing } from '../loses-nothing.js';
import { CI_JOB, CLIENT_SECRET } from '../stack.js';
import { type Behind, type Provider, startBehind } from './behind.js';
import { type Env, envOf, isRefused, keyEnv, logsIn, SECRET } from './drive.js';
import { startHydra } from './hydra.js';
import { PASSWORD_CLIENT, STEADY_CLIENT, USER, USER_PASSWORD } from './oidc-password.js';
import { OTHER, RESOURCE, SHORT, signedBy, startOidcProvider } from './oidc-provider.js';
import { basic, post } from './requests.js';

describe('logins at Hydra', () => {
  let ci: CiSystem;
  let hydra: Provider;
  let behind: Behind;
  before(async () => {
    ci = await startCi();
    hydra = await startHydra(ci);
    behind = await startBehind(hydra, { usual: {}, group: { allowed_groups: ['team-a'] } });
  });
  after(async () => {
    await behind?.stop();
    await ci?.close();
  });

  const AUDIENCE = { DEX_AUDIENCE: 'mlflow' };
  const secret = (client: string, more: Env = {}) => envOf(behind, client, { ...SECRET, ...AUDIENCE, ...more });
  const jwtBearer = (token: string, more: Env = {}) =>
    secret('ci-jwt-bearer', { MLFLOW_AUTH_LOGIN: 'jwt-bearer', MLFLOW_AUTH_ID_TOKEN: token, ...more });

  it('find the issuer, and take the secret in the header, or in the body where that is set', async () => {
    assert.deepEqual((await logsIn(secret('ci'))).aud, ['mlflow']);
    await logsIn(secret('ci-post', { MLFLOW_AUTH_CLIENT_AUTH: 'post' }));
    const { DEX_AUDIENCE: _, MLFLOW_AUTH_LOGIN: __, ...env } = secret('ci');
    const { sub } = await logsIn({ ...env, MLFLOW_AUTH_ISSUER: `${hydra.issuer}/` }, ['--audience', 'mlflow']);
    assert.equal(sub, 'ci');
  });

  it('go by a key', async () => {
    const { sub } = await logsIn(envOf(behind, 'ci-key', { ...keyEnv(behind.folder), ...AUDIENCE }));
    assert.equal(sub, 'ci-key');
    const env = envOf(behind, 'ci-key', { ...keyEnv(behind.folder), MLFLOW_AUTH_ASSERTION_AUDIENCE: hydra.issuer });
    await isRefused(env, 'assertion-audience');
  });

  it('go by the ID token of a CI job, given or from GitHub', async () => {
    assert.equal((await logsIn(jwtBearer(ci.token({ aud: hydra.tokenEndpoint })))).sub, CI_JOB);
    const { MLFLOW_AUTH_ID_TOKEN: _, ...env } = jwtBearer('');
    assert.equal((await logsIn({ ...env, ...ci.variables })).sub, CI_JOB);
    const said = await isRefused(
      jwtBearer(ci.token({ aud: hydra.tokenEndpoint, sub: 'repo:evil/repo' })),
      'federation-unknown',
    );
    assert.match(said, /sub repo:evil\/repo/);
    await isRefused(jwtBearer(ci.token()), 'assertion-audience');
  });

  it('are refused, and say why', async () => {
    await isRefused(secret('ci', { DEX_CLIENT_SECRET: 'wrong secret' }), 'client-refused');
    await isRefused(secret('nobody'), 'client-refused');
    await isRefused(secret('ci-post'), 'client-auth-method');
    await isRefused(secret('ci', { MLFLOW_AUTH_CLIENT_AUTH: 'post' }), 'client-auth-method');
    await isRefused(secret('ci-no-audience'), 'audience-not-allowed');
    await isRefused(secret('ci-opaque'), 'opaque-token');
    await isRefused(secret('ci', { DEX_SCOPES: 'nope' }), 'scope-refused');
    await isRefused(secret('ci-jwt-bearer'), 'grant-refused');
    const nobody = await isRefused(envOf(behind, 'ci', SECRET), 'provider-audience');
    assert.match(nobody, /the token is for nobody, oauth2-proxy logs in as mlflow.*Set audience \(Ory Hydra/s);
    await isRefused(secret('ci', { MLFLOW_AUTH_ISSUER: `${hydra.issuer}/nope` }), 'not-an-issuer');
    await isRefused({ ...secret('ci'), MLFLOW_TRACKING_URI: behind.proxy('group') }, 'proxy-forbids');
  });

  it('send no secret to an issuer on another host that only the proxy names', async () => {
    const uri = behind.proxy('usual').replace('127.0.0.1', 'localhost');
    await isRefused({ ...secret('ci'), MLFLOW_TRACKING_URI: uri }, 'issuer-elsewhere');
    await logsIn({ ...secret('ci'), MLFLOW_TRACKING_URI: uri, MLFLOW_AUTH_ISSUER: hydra.issuer });
  });

  it('take a token from elsewhere as it is', async () => {
    const form = { grant_type: 'client_credentials', audience: 'mlflow' };
    const headers = basic('ci', SECRET.DEX_CLIENT_SECRET ?? '');
    const bearer = async () => (await post(hydra.tokenEndpoint, form, headers)).body.access_token;
    const given = envOf(behind, '', { MLFLOW_AUTH_BEARER: await bearer() });
    assert.equal((await logsIn(given)).sub, 'ci');
    const { access_token } = (await post(hydra.tokenEndpoint, { grant_type: 'client_credentials' }, headers)).body;
    await isRefused({ ...given, MLFLOW_AUTH_BEARER: access_token }, 'provider-audience');
    await isRefused({ ...given, MLFLOW_AUTH_BEARER: 'ory_at_opaque' }, 'opaque-token');
  });

  it('lose nothing in 60 seconds with tokens of 20', async () => {
    await losesNothing({ ...behind, env: secret('ci') }, secret('ci-short'), 60);
  });

  it('lose nothing with a token in a file that another program replaces', async () => {
    const file = join(behind.folder, 'bearer');
    const rotate = async () => {
      const form = { grant_type: 'client_credentials', audience: 'mlflow' };
      const { body } = await post(hydra.tokenEndpoint, form, basic('ci-short', SECRET.DEX_CLIENT_SECRET ?? ''));
      writeFileSync(`${file}.new`, body.access_token);
      renameSync(`${file}.new`, file);
    };
    await rotate();
    const rotation = setInterval(rotate, 8000);
    try {
      await losesNothing({ ...behind, env: secret('ci') }, envOf(behind, '', { MLFLOW_AUTH_BEARER_FILE: file }), 30);
    } finally {
      clearInterval(rotation);
    }
  });

  it('are shown by doctor: issuer, grants and authentication methods, and the token with --login', async () => {
    const { status, stdout } = await runCommand(['doctor', '--login'], secret('ci'));
    assert.equal(status, 0, stdout);
    assert.match(stdout, /OpenID provider: http:\/\/127\.0\.0\.1:\d+ \(at which the MLflow proxy logs in\)/);
    assert.match(stdout, /grants: .*client_credentials.*; client authentication: .*client_secret_basic/);
    assert.match(stdout, /OpenID provider: token from http:\S+ for mlflow, /);
  });
});

/** A machine whose clock is a minute slow. */
const SLOW_CLOCK = `data:text/javascript,const now = Date.now; Date.now = () => now() - 60000;`;

describe('logins at oidc-provider', () => {
  let provider: Provider;
  let behind: Behind;
  before(async () => {
    provider = await startOidcProvider();
    behind = await startBehind(provider, {
      usual: {},
      unverified: { insecure_oidc_allow_unverified_email: true },
      'no-fallback': { bearer_token_login_fallback: false },
      'no-bearer': { skip_jwt_bearer_tokens: false },
      domain: { email_domains: ['example.com'] },
      group: { allowed_groups: ['team-a'] },
    });
  });
  after(() => behind?.stop());

  const secret = (client: string, resource: string, more: Env = {}) =>
    envOf(behind, client, { ...SECRET, MLFLOW_AUTH_RESOURCE: resource, ...more });

  it('take a secret or a key, with a resource', async () => {
    assert.equal((await logsIn(secret('ci', RESOURCE))).aud, 'mlflow');
    await logsIn(secret('ci-post', RESOURCE, { MLFLOW_AUTH_CLIENT_AUTH: 'post' }));
    await logsIn(envOf(behind, 'ci-key', { ...keyEnv(behind.folder), MLFLOW_AUTH_RESOURCE: RESOURCE }));
  });

  it('are refused, and say why', async () => {
    await isRefused(secret('ci', ''), 'opaque-token');
    await isRefused(secret('ci', OTHER), 'provider-audience');
    await isRefused(secret('ci', 'https://unknown.example'), 'audience-not-allowed');
    await isRefused(secret('ci-unverified', RESOURCE), 'email-unverified');
    await isRefused(secret('ci', RESOURCE, { DEX_CLIENT_SECRET: 'wrong secret' }), 'client-refused');
  });

  it('are refused by the proxy, whose settings decide and whose answers differ', async () => {
    const at = (proxy: string, client: string, resource = RESOURCE) => ({
      ...secret(client, resource),
      MLFLOW_TRACKING_URI: behind.proxy(proxy),
    });
    await logsIn(at('no-fallback', 'ci'));
    await isRefused(at('no-fallback', 'ci', OTHER), 'provider-audience');
    await isRefused(at('no-fallback', 'ci', ''), 'opaque-token');
    await isRefused(at('no-fallback', 'ci-unverified'), 'email-unverified');
    await isRefused(at('no-bearer', 'ci'), 'bearer-off');
    await logsIn(at('unverified', 'ci-unverified'));
    await logsIn(at('domain', 'ci-member'));
    await isRefused(at('domain', 'ci'), 'proxy-forbids');
    await logsIn(at('group', 'ci-member'));
    await isRefused(at('group', 'ci'), 'proxy-forbids');
  });

  const person = (client: string, more: Env = {}) =>
    envOf(behind, client, {
      MLFLOW_AUTH_LOGIN: 'password-grant',
      MLFLOW_USERNAME: USER,
      MLFLOW_PASSWORD: USER_PASSWORD,
      MLFLOW_AUTH_RESOURCE: RESOURCE,
      ...more,
    });

  it('take a password by name, and refuse a wrong one', async () => {
    const { sub, aud } = await logsIn(person(PASSWORD_CLIENT));
    assert.deepEqual([sub, aud], [USER, 'mlflow']);
    await isRefused(person(PASSWORD_CLIENT, { MLFLOW_PASSWORD: 'Xv9-not-this' }), 'provider-password-refused');
    await isRefused(person('ci', { DEX_CLIENT_SECRET: CLIENT_SECRET }), 'provider-password-off');
    await isRefused(person(PASSWORD_CLIENT, { MLFLOW_AUTH_RESOURCE: OTHER }), 'provider-audience');
  });

  for (const client of [PASSWORD_CLIENT, STEADY_CLIENT])
    it(`take a refresh token of ${client}, which is used once with rotation`, async () => {
      const file = join(behind.folder, client);
      const rotates = client === PASSWORD_CLIENT;
      const first = await runCommand(['refresh', '--refresh-token-file', file], person(client));
      assert.equal(first.status, 0, first.stderr);
      const token = readFileSync(file, 'utf8');
      const env = envOf(behind, client, { DEX_REFRESH_TOKEN_FILE: file, MLFLOW_AUTH_RESOURCE: RESOURCE });
      assert.equal((await logsIn(env)).sub, USER);
      assert.equal(readFileSync(file, 'utf8') === token, !rotates);
      await logsIn(env);
      writeFileSync(file, token);
      if (rotates) await isRefused(env, 'provider-refresh-refused');
      else await logsIn(env);
      // After a refusal, a password that is set by name follows.
      writeFileSync(file, 'none');
      await isRefused(env, 'provider-refresh-refused');
      await logsIn({ ...env, ...person(client) });
    });

  it('lose nothing in 60 seconds with tokens of 20, by refresh tokens that are each used once', async () => {
    const login = person(PASSWORD_CLIENT, { MLFLOW_AUTH_RESOURCE: SHORT });
    await losesNothing({ ...behind, env: secret('ci', RESOURCE) }, login, 60);
  });

  it('give tokens whose times the proxy compares with its clock', async () => {
    const now = Math.floor(Date.now() / 1000);
    const bearer = (claims: Record<string, unknown>) =>
      envOf(behind, '', { MLFLOW_AUTH_BEARER: signedBy(provider, { iat: now, exp: now + 3600, ...claims }) });
    await logsIn(bearer({ nbf: now + 60 }));
    await logsIn(bearer({ iat: now + 600 }));
    const early = await isRefused(bearer({ nbf: now + 360 }), 'token-early');
    assert.match(early, /valid from \S+Z on .*allows 5 minutes/);
    // It is not even sent where this machine sees that, too.
    await isRefused(bearer({ exp: now - 5 }), 'bearer-expired');
    const brief = bearer({ exp: now + 4 });
    await sleep(5000);
    const { status, stderr } = await runProgram(process.execPath, ['--import', SLOW_CLOCK, BUNDLE, 'token'], brief);
    assert.equal(status, 1, stderr);
    assert.ok(stderr.includes(markOf('token-expired')), stderr);
  });

  it('warn of a token that expires soon, where nothing renews it', async () => {
    const { status, stderr } = await runCommand(['token'], secret('ci', SHORT));
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /^! the token expires 20 s after the login and is not renewed: use exec or proxy, or set renew$/m,
    );
  });
});
