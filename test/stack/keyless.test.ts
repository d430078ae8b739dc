// Logins without any secret on the real stack: Dex exchanges the ID tokens of a CI system, oauth2-proxy and MLflow are as always.

import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeClaims } from '../../src/login/dex/claims.js';
import { runCommand } from '../support/program.js';
import { runWorkflow } from './act.js';
import { losesNothing } from './loses-nothing.js';
import { python } from './run-python.js';
import { CI_JOB, type Stack, startStack, UNTRUSTED } from './stack.js';

const EXTRA = 'extra';

let stack: Stack;
before(async () => {
  stack = await startStack({ c1: {}, [EXTRA]: {} }, { idTokens: '20s' }, (ci) => ({
    [EXTRA]: { extra_jwt_issuers: [`${ci.issuer}=mlflow`, `${ci.issuer}=${UNTRUSTED}`] },
  }));
});
after(() => stack?.stop());

/** A login by `token` with this ID token of the CI system. */
const exchange = (idToken: string, flags: string[] = [], env: Record<string, string> = {}) =>
  runCommand(['token', ...flags], { ...stack.keyless, MLFLOW_AUTH_ID_TOKEN: idToken, ...env });

describe('a keyless login on the real stack', () => {
  it('gets a token for the unchanged proxy, and the run belongs to the job', async () => {
    const env = { ...stack.keyless, ...stack.ci.variables };
    const { status, stdout, stderr } = await runCommand(['env', '--format', 'json'], env);
    assert.equal(status, 0, stderr);
    const handed = JSON.parse(stdout);
    const { aud, email } = decodeClaims(handed.MLFLOW_TRACKING_TOKEN) ?? {};
    assert.deepEqual([[aud].flat().sort(), email], [['alauda-auth', 'mlflow-ci'], CI_JOB]);
    const first = await python(stack, handed, ['quickstart.py']);
    const run = /^run: ([0-9a-f]{32})$/m.exec(first.stdout)?.[1] ?? assert.fail(first.stderr);
    const seen = await python(stack, handed, ['read_run.py', run]);
    assert.equal(JSON.parse(seen.stdout).owner, CI_JOB, seen.stderr);
  });

  const REFUSED: Record<string, [claims: Record<string, unknown>, flags: string[], id: string]> = {
    'another owner': [{ repository_owner: 'evil', repository: 'evil/repo' }, [], 'exchange-refused'],
    'another branch, which has no rights': [{ sub: 'repo:org/repo:ref:refs/heads/dev' }, [], 'workspace-forbidden'],
    'another workspace': [{}, ['--workspace', 'team-b'], 'workspace-forbidden'],
    'another issuer': [{ iss: 'https://ci.example' }, [], 'exchange-refused'],
    // Before two minutes have passed, the clocks may differ.
    'a token that has just expired': [{ exp: Math.floor(Date.now() / 1000) - 10 }, [], 'exchange-refused'],
    'a connector without the name of the user': [{}, ['--connector', 'no-name'], 'exchange-refused'],
    'a connector that does not exist': [{}, ['--connector', 'nope'], 'exchange-connector'],
    'a connector for passwords': [{}, ['--connector', 'local'], 'exchange-connector'],
    'a client that the proxy does not trust': [{}, ['--client-id', 'mlflow-lone'], 'exchange-peer'],
    'an unknown client': [{}, ['--client-id', 'nope'], 'exchange-client'],
    'a public client with a secret': [{}, ['--client-secret', 'x'], 'exchange-client'],
    'an unknown audience': [{}, ['--audience', 'nope'], 'exchange-peer'],
  };
  for (const [name, [claims, flags, id]] of Object.entries(REFUSED)) {
    it(`is refused for ${name}, which ends with ${id}`, async () => {
      const { status, stdout, stderr } = await exchange(stack.ci.token(claims), flags);
      assert.deepEqual([status, stdout], [1, ''], stderr);
      assert.match(stderr, new RegExp(`\\[mlflow-auth: ${id}\\]`));
    });
  }

  it('is refused for a forged token', async () => {
    const [head, body] = stack.ci.token().split('.');
    const { status, stderr } = await exchange(`${head}.${body}.${'A'.repeat(342)}`);
    assert.equal(status, 1);
    assert.match(stderr, /\[mlflow-auth: exchange-refused\]/);
  });

  it('without the wall lets every owner in, and any audience, as the documents warn', async () => {
    const claims = { aud: 'sts.amazonaws.com', repository_owner: 'evil', sub: CI_JOB };
    const { status, stderr } = await exchange(stack.ci.token(claims), ['--connector', 'no-wall']);
    assert.equal(status, 0, stderr);
  });

  it('takes the token of a service account, by its audience', async () => {
    const flags = ['--connector', 'kubernetes'];
    const good = await exchange(stack.ci.serviceAccount('mlflow'), flags);
    assert.equal(good.status, 0, good.stderr);
    const other = await exchange(stack.ci.serviceAccount('https://kubernetes.default.svc'), flags);
    assert.match(other.stderr, /\[mlflow-auth: exchange-refused\]/);
  });

  it('gives a public client with a password a token for the proxy, which is refreshed without a secret', async () => {
    const { DEX_CLIENT_SECRET: _, ...env } = stack.env;
    const file = join(stack.folder, 'public-refresh-token');
    for (const grant of ['code', 'refresh'] as const) {
      const before = stack.grants[grant];
      const flags = ['--client-id', 'mlflow-ci', '--refresh-token-file', file];
      const { status, stdout, stderr } = await runCommand(['refresh', ...flags], env);
      assert.equal(status, 0, stderr);
      assert.deepEqual([decodeClaims(stdout)?.aud].flat().sort(), ['alauda-auth', 'mlflow-ci']);
      assert.equal(stack.grants[grant] - before, 1);
    }
    const lone = await runCommand(['token', '--client-id', 'mlflow-lone'], env);
    assert.match(lone.stderr, /\[mlflow-auth: peer\]/);
  });

  it('hands a token over as it is where oauth2-proxy and Kubernetes take it, and tells which of them does not', async () => {
    const direct = { MLFLOW_AUTH_LOGIN: 'id-token', CLUSTER: EXTRA };
    const token = stack.ci.token({ sub: CI_JOB });
    const good = await exchange(token, [], direct);
    assert.deepEqual([good.status, good.stdout], [0, token], good.stderr);
    const untrusted = await exchange(stack.ci.token({ aud: UNTRUSTED }), [], direct);
    assert.match(untrusted.stderr, /\[mlflow-auth: kubernetes-untrusted\]/);
    const unknown = await exchange(stack.ci.token({ aud: 'other' }), [], direct);
    assert.match(unknown.stderr, /\[mlflow-auth: audience\]/);
  });

  it('works in a real workflow without any secret, and shows no token in the log', async () => {
    const { status, log, left } = await runWorkflow(stack, 'test/stack/workflows/keyless.yml', '', stack.ci.variables);
    assert.equal(status, 0, log);
    assert.ok(log.includes(`Logged in as ${CI_JOB}, valid until`), log);
    assert.match(log, /run: [0-9a-f]{32}/);
    assert.match(log, /token \*\*\* and \*\*\*/);
    assert.doesNotMatch(log, /ey[\w-]+\.ey[\w-]+\.[\w-]+/);
    assert.deepEqual(left, []);
  });

  it('loses nothing in 90 seconds with tokens of 20, out of a file that is replaced meanwhile', async () => {
    const file = join(stack.folder, 'rotating');
    const rotate = () => {
      writeFileSync(`${file}.new`, stack.ci.token({ exp: Math.floor(Date.now() / 1000) + 30 }));
      renameSync(`${file}.new`, file);
    };
    rotate();
    const rotation = setInterval(rotate, 5000);
    const before = stack.grants.exchange;
    try {
      await losesNothing(stack, { ...stack.keyless, MLFLOW_AUTH_ID_TOKEN_FILE: file }, 90);
    } finally {
      clearInterval(rotation);
    }
    assert.ok(stack.grants.exchange - before >= 6, `${stack.grants.exchange - before} exchanges`);
  });

  it('reads a token that is used as it is anew for each request', async () => {
    const file = join(stack.folder, 'projected');
    // As the kubelet does it: whoever reads meanwhile finds the one or the other.
    const rotate = () => {
      writeFileSync(`${file}.new`, stack.ci.token({ sub: CI_JOB, exp: Math.floor(Date.now() / 1000) + 8 }));
      renameSync(`${file}.new`, file);
    };
    rotate();
    const rotation = setInterval(rotate, 3000);
    try {
      const { MLFLOW_AUTH_LOGIN, CLUSTER } = { MLFLOW_AUTH_LOGIN: 'id-token', CLUSTER: EXTRA };
      const env = { ...stack.keyless, MLFLOW_AUTH_LOGIN, CLUSTER, MLFLOW_AUTH_ID_TOKEN_FILE: file };
      await losesNothing(stack, env, 20);
    } finally {
      clearInterval(rotation);
    }
  });
});

describe('a Dex without the grant', () => {
  it('is told before the ID token is requested', async () => {
    const other = await startStack({ c1: {} }, { grantTypes: ['authorization_code', 'refresh_token'] });
    try {
      const { status, stderr } = await runCommand(['token'], { ...other.keyless, ...other.ci.variables });
      assert.equal(status, 1);
      assert.match(stderr, /grant_types_supported without token-exchange .*\[mlflow-auth: exchange-off\]/s);
    } finally {
      await other.stop();
    }
  });
});
