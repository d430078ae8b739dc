// The real MLflow without oauth2-proxy: its own basic-auth, and mlflow-oidc-auth, with stock clients.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { markOf } from '../../src/errors/explain.js';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import { testAuthority } from '../support/fake/certificates.js';
import { pythonWithMlflow } from '../support/installed.js';
import { exportSpan, LANGUAGES } from '../support/otlp.js';
import { runAction, runCommand, runProgram } from '../support/program.js';
import { withProxy } from '../support/proxying.js';
import { ACCOUNT, ADMIN, NOT_ASCII, startBasicAuth, startOidcAuth } from './basic.js';
import { javaClient } from './java.js';
import { stopAll } from './processes.js';
import { RESOURCE, startOidcProvider } from './providers/oidc-provider.js';
import { quiet } from './run-python.js';
import { CLIENT_SECRET } from './stack.js';
import { tools } from './tools.js';

type Env = Record<string, string>;

const RUN = /^run: .*\/workspaces\/default\//m;

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-basic-'));
after(async () => {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const inputsOf = (uri: string, { username, password }: typeof ACCOUNT) => ({
  login: 'basic',
  'tracking-uri': uri,
  username,
  password,
});
const envOf = (uri: string, { username, password } = ACCOUNT): Env => ({
  MLFLOW_AUTH_LOGIN: 'basic',
  MLFLOW_TRACKING_URI: uri,
  MLFLOW_USERNAME: username,
  MLFLOW_PASSWORD: password,
});

/** A command that ends well. @returns what it prints */
async function prints(args: string[], env: Env): Promise<string> {
  const { status, stdout, stderr } = await runCommand(args, env);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function isRefused(env: Env, id: SymptomId): Promise<string> {
  const { status, stdout, stderr } = await runCommand(['env'], env);
  assert.deepEqual([status, stdout], [1, ''], stderr);
  assert.ok(stderr.includes(markOf(id)), stderr);
  return stderr;
}

describe("MLflow's own basic-auth", () => {
  let uri: string;
  let python: string;
  before(async () => {
    uri = await startBasicAuth(folder);
    python = (await tools()).python;
  });

  /** What client.py prints of a run. */
  const resultsOf = (stdout: string) => JSON.parse(/^results: (.*)$/m.exec(stdout)?.[1] ?? assert.fail(stdout));
  const works = (stdout: string, workspace: string) => {
    const { param, search, registry, workspace: own, 'artifact of 1 kB': small } = resultsOf(stdout);
    assert.deepEqual([param, search, registry, small], [{ learning_rate: '0.1' }, true, true, true]);
    assert.equal(own, workspace);
  };
  const run = async (program: string, env: Env, script = 'client.py') => {
    const { status, stdout, stderr } = await runProgram(program, [`test/stack/python/${script}`], {
      ...env,
      ...quiet({ folder }),
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };

  it('is used by the stock SDK with the variables of env, in a workspace', async () => {
    const env = { ...envOf(uri, ADMIN), MLFLOW_WORKSPACE: 'team-a' };
    works(await run(python, JSON.parse(await prints(['env', '--format', 'json'], env))), 'team-a');
  });

  it('is used in exec, by an old SDK', async () => {
    const args = ['exec', '--', await pythonWithMlflow('2.9.2'), 'test/stack/python/client.py'];
    works(await prints(args, { ...envOf(uri), ...quiet({ folder }) }), 'default');
  });

  it('is used after the action', async () => {
    const { status, stdout, files } = await runAction(inputsOf(uri, ACCOUNT));
    assert.equal(status, 0, stdout);
    const pairs = [...(files.GITHUB_ENV ?? '').matchAll(/^(\w+)<<(ghadelimiter_\S+)\n(.*)\n\2$/gm)];
    const env = Object.fromEntries(pairs.map(([, name = '', , value = '']) => [name, value]));
    assert.match(await run(python, env, 'create_run.py'), RUN);
  });

  it('is used through the proxy, which names the workspace', async () => {
    const env = { ...envOf(uri, ADMIN), MLFLOW_WORKSPACE: 'team-a' };
    await withProxy(env, async ({ variables }) => {
      const { MLFLOW_WORKSPACE: _, ...others } = variables;
      assert.match(await run(python, others, 'create_run.py'), /^run: .*\/workspaces\/team-a\//m);
    });
  });

  it('is used by the Java client', async () => {
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, testAuthority().cert);
    const variables = JSON.parse(await prints(['env', '--format', 'json'], envOf(uri)));
    const { status, stdout, stderr } = await javaClient({ folder, caFile }, variables);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^found: 1$/m);
  });

  it('is used by OTLP exporters, with the header of env --otlp', async () => {
    const variables = JSON.parse(await prints(['env', '--format', 'json', '--otlp'], envOf(uri)));
    const name = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';
    for (const [more, stored] of [
      ['', true],
      ['AAAA', false],
    ] as const) {
      const headers = variables[name].replace('Basic%20', `Basic%20${more}`);
      const env = { ...variables, [name]: `${headers},x-mlflow-experiment-id=0` };
      for (const language of LANGUAGES) {
        const { success, output } = await exportSpan(language, env);
        assert.equal(success, stored, output);
      }
    }
  });

  it('refuses, and the error says why', async () => {
    await isRefused(envOf(uri, { ...ACCOUNT, password: 'wrong password' }), 'basic-rejected');
    await isRefused(envOf(uri, { ...ACCOUNT, username: 'nobody' }), 'basic-rejected');
    await isRefused({ ...envOf(uri), MLFLOW_WORKSPACE: 'team-a' }, 'basic-forbidden');
    await isRefused({ ...envOf(uri, ADMIN), MLFLOW_WORKSPACE: 'team-x' }, 'workspace-unknown');
  });

  it('accepts characters outside ASCII for its REST API alone, which a login says', async () => {
    const { status, stdout, stderr } = await runCommand(['env', '--format', 'json'], envOf(uri, NOT_ASCII));
    assert.equal(status, 0, stderr);
    assert.match(stderr, /outside ASCII, which MLflow \(3\.17\) rejects for artifacts/);
    const answer = await runProgram(python, ['test/stack/python/client.py'], {
      ...JSON.parse(stdout),
      ...quiet({ folder }),
    });
    assert.match(answer.stderr, /401 Client Error: Unauthorized for url: \S+mlflow-artifacts/);
  });

  it('is named where another login is tried', async () => {
    const env = { MLFLOW_TRACKING_URI: uri, MLFLOW_AUTH_BEARER: 'eyJhIjowfQ.eyJhIjowfQ.AAAA' };
    await isRefused(env, 'basic-required');
  });

  it('is checked by doctor', async () => {
    const stdout = await prints(['doctor', '--login'], envOf(uri));
    assert.match(stdout, /✓ MLflow: MLflow accepts username and password of ci@example\.com/);
    assert.match(stdout, /✓ MLflow: workspaces are enabled/);
  });
});

describe('mlflow-oidc-auth without oauth2-proxy', () => {
  let uri: string;
  let provider: Awaited<ReturnType<typeof startOidcProvider>>;
  before(async () => {
    provider = await startOidcProvider();
    uri = await startOidcAuth(folder, provider.issuer);
  });
  after(() => provider?.close());

  const client = (id: string, more: Env = {}): Env => ({
    MLFLOW_TRACKING_URI: uri,
    MLFLOW_AUTH_LOGIN: 'client-credentials',
    MLFLOW_AUTH_ISSUER: provider.issuer,
    MLFLOW_AUTH_RESOURCE: RESOURCE,
    DEX_CLIENT_ID: id,
    DEX_CLIENT_SECRET: CLIENT_SECRET,
    ...more,
  });

  it('takes a token of the provider, and gives one of its own that goes by basic', async () => {
    const token = await prints(['token'], client('ci-member'));
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const expiration = new Date(Date.now() + 86_400_000).toISOString();
    const body = JSON.stringify({ name: 'of the tests', expiration });
    const answer = await fetch(`${uri}/api/2.0/mlflow/users/current/tokens`, { method: 'POST', headers, body });
    const own = (await answer.json()) as { token?: string };
    assert.ok(own.token, JSON.stringify(own));
    const account = { username: 'ci@example.com', password: own.token };
    const variables = JSON.parse(await prints(['env', '--format', 'json'], envOf(uri, account)));
    assert.equal(variables.MLFLOW_TRACKING_PASSWORD, own.token);
    await isRefused(envOf(uri, { ...account, password: 'wrong password' }), 'basic-rejected');
  });

  it('refuses a token of nobody, and the error says what the token has', async () => {
    const said = await isRefused(client('ci'), 'oidc-auth-rejected');
    assert.match(said, /aud mlflow; email absent; preferred_username absent; groups absent/);
  });

  it('requires the issuer', async () => {
    const { stderr } = await runCommand(['token'], client('ci-member', { MLFLOW_AUTH_ISSUER: '' }));
    assert.match(stderr, /Set issuer \(MLFLOW_AUTH_ISSUER\)/);
  });
});
