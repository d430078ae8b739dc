// Logins at Keycloak, through the real oauth2-proxy to MLflow, and how they are refused.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runWorkflow } from '../stack/act.js';
import { losesNothing } from '../stack/loses-nothing.js';
import { type Env, envOf, isRefused, keyEnv, logsIn, SECRET } from '../stack/providers/drive.js';
import { CI_JOB, CLIENT_SECRET } from '../stack/stack.js';
import { runCommand } from '../support/program.js';
import { type AtKeycloak, startAtKeycloak } from './keycloak.js';

let ci: AtKeycloak['ci'];
let keycloak: AtKeycloak['keycloak'];
let behind: AtKeycloak['behind'];
let stop: AtKeycloak['stop'] | undefined;
before(async () => {
  ({ ci, keycloak, behind, stop } = await startAtKeycloak({ usual: {}, group: { allowed_groups: ['team-a'] } }));
});
after(() => stop?.());

const secret = (client: string, more: Env = {}) => envOf(behind, client, { ...SECRET, ...more });
/** Without a client: Keycloak knows it by the subject. */
const job = (more: Env = {}): Env => {
  const { DEX_CLIENT_ID: _, ...env } = envOf(behind, '', { MLFLOW_AUTH_LOGIN: 'client-assertion', ...more });
  return env;
};
const given = (claims: Record<string, unknown> = {}) =>
  job({ MLFLOW_AUTH_ID_TOKEN: ci.token({ aud: keycloak.issuer, ...claims }) });

describe('a login at Keycloak', () => {
  it('finds the issuer, and takes the secret in the header or in the body', async () => {
    for (const MLFLOW_AUTH_CLIENT_AUTH of ['auto', 'basic', 'post'])
      assert.ok([(await logsIn(secret('ci', { MLFLOW_AUTH_CLIENT_AUTH }))).aud].flat().includes('mlflow'));
    const { MLFLOW_AUTH_LOGIN: _, ...env } = secret('ci', { MLFLOW_AUTH_ISSUER: keycloak.issuer });
    await logsIn(env);
  });

  it('goes by a key', async () => {
    await logsIn(envOf(behind, 'ci-key', keyEnv(behind.folder)));
    const issuer = { MLFLOW_AUTH_ASSERTION_AUDIENCE: keycloak.issuer };
    await logsIn(envOf(behind, 'ci-key', { ...keyEnv(behind.folder), ...issuer }));
    const other = { MLFLOW_AUTH_ASSERTION_AUDIENCE: 'https://other.example' };
    await isRefused(envOf(behind, 'ci-key', { ...keyEnv(behind.folder), ...other }), 'assertion-audience');
    await isRefused(envOf(behind, 'ci', keyEnv(behind.folder)), 'client-refused');
  });

  it('goes by the ID token of a CI job alone, given once or from GitHub', async () => {
    const env = given();
    await logsIn(env);
    await isRefused(env, 'assertion-reused');
    await logsIn(job(ci.variables));
  });

  it('refuses other ID tokens, and shows what they say', async () => {
    await isRefused(given({ aud: keycloak.tokenEndpoint }), 'assertion-audience');
    await isRefused(given({ aud: 'mlflow' }), 'assertion-audience');
    await isRefused(given({ exp: Math.floor(Date.now() / 1000) - 60 }), 'assertion-time');
    const said = await isRefused(given({ sub: 'repo:evil/repo:ref:refs/heads/main' }), 'client-refused');
    assert.match(said, /The ID token says: iss http.*sub repo:evil\/repo/);
    await isRefused(given({ iss: 'https://ci.example' }), 'client-refused');
    const [head, body] = ci.token({ aud: keycloak.issuer }).split('.');
    await isRefused(job({ MLFLOW_AUTH_ID_TOKEN: `${head}.${body}.${'A'.repeat(342)}` }), 'client-refused');
  });

  it('is refused, and says why', async () => {
    await isRefused(secret('ci', { DEX_CLIENT_SECRET: 'wrong secret' }), 'client-refused');
    await isRefused(secret('nobody'), 'client-refused');
    await isRefused(secret('ci-disabled'), 'client-refused');
    await isRefused(secret('ci-no-service'), 'service-account-off');
    await isRefused(secret('ci', { DEX_SCOPES: 'nope' }), 'scope-refused');
    await isRefused(secret('ci', { MLFLOW_AUTH_ISSUER: `${keycloak.issuer}x` }), 'not-an-issuer');
    const audience = await isRefused(secret('ci-no-mapper', { DEX_AUDIENCE: 'mlflow' }), 'provider-audience');
    assert.match(audience, /Keycloak: add a mapper of type Audience with mlflow as Included Client Audience/);
    await isRefused(secret('ci-default'), 'email-unverified');
    await isRefused({ ...secret('ci'), MLFLOW_TRACKING_URI: behind.proxy('group') }, 'proxy-forbids');
    await logsIn({ ...secret('ci-grouped'), MLFLOW_TRACKING_URI: behind.proxy('group') });
  });

  it('warns of 300 seconds where nothing renews the token', async () => {
    const { status, stderr } = await runCommand(['env'], secret('ci'));
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^! the token expires 300 s after the login and is not renewed/m);
  });

  it('loses nothing in 60 seconds with tokens of 20, by a secret, and by ID tokens from GitHub', async () => {
    await losesNothing({ ...behind, env: secret('ci') }, secret('ci-short'), 60);
    const variables = { ...ci.variables };
    const short = job({ ...variables, DEX_CLIENT_ID: 'ci-federated' });
    await losesNothing({ ...behind, env: secret('ci') }, short, 20);
  });

  it('keeps a secret for renewals in the private file alone, and nothing of a job', async () => {
    const dir = join(behind.folder, 'sdk');
    const kept = async (env: Env) => {
      const { status, stderr } = await runCommand(['env', '--dir', dir, '--renew'], env);
      assert.equal(status, 0, stderr);
      return readFileSync(join(dir, 'renewal.json'), 'utf8');
    };
    assert.ok((await kept(secret('ci'))).includes(CLIENT_SECRET));
    const keyless = await kept(job(ci.variables));
    assert.ok(!keyless.includes(ci.variables.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? ''));
    assert.doesNotMatch(keyless, /"(clientSecret|clientKey|password)":"[^"]/);
  });

  it('works in a real workflow without any secret, and shows no token in the log', async () => {
    const caFile = join(behind.folder, 'none');
    writeFileSync(caFile, '');
    const target = { ...behind, address: behind.proxy('usual'), caFile };
    const { status, log, left } = await runWorkflow(target, 'test/stack/workflows/keycloak.yml', '', ci.variables);
    assert.equal(status, 0, log);
    assert.match(log, /run: [0-9a-f]{32}/);
    assert.match(log, /token \*\*\* and \*\*\*/);
    assert.doesNotMatch(log, /ey[\w-]+\.ey[\w-]+\.[\w-]+/);
    assert.deepEqual(left, []);
  });

  it('is shown by doctor', async () => {
    const { status, stdout } = await runCommand(['doctor'], job({ MLFLOW_AUTH_ID_TOKEN: ci.token() }));
    assert.equal(status, 0, stdout);
    assert.match(stdout, /OpenID provider: http:\S+\/realms\/ml \(at which the MLflow proxy logs in\), token endpoint/);
    assert.ok(stdout.includes(`sub ${CI_JOB}`), stdout);
  });
});
