// The token method against the real Dex, oauth2-proxy and MLflow, up to the stock SDK and a real workflow.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/program.js';
import { runWorkflow } from './act.js';
import { python } from './run-python.js';
import { CLIENT_SECRET, PASSWORD, type Stack, startStack } from './stack.js';

let stack: Stack;
before(async () => {
  stack = await startStack();
});
after(() => stack?.stop());

/** Logs in through the bundle and returns what `env` hands over. */
async function handedOver(flags: string[] = [], account = 'ci@example.com'): Promise<Record<string, string>> {
  const env = { ...stack.env, MLFLOW_USERNAME: account };
  const { status, stdout, stderr } = await runCommand(['env', '--format', 'json', ...flags], env);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

describe('the token method on the real stack', () => {
  it('lets the stock SDK write a run that the account owns', async () => {
    const env = await handedOver();
    const { status, stdout, stderr } = await python(stack, env, ['quickstart.py']);
    assert.equal(status, 0, stderr);
    const run = /^run: ([0-9a-f]{32})$/m.exec(stdout)?.[1] ?? assert.fail(stdout);
    const seen = await python(stack, env, ['read_run.py', run]);
    assert.deepEqual(JSON.parse(seen.stdout), {
      owner: 'ci@example.com',
      params: { learning_rate: '0.0002' },
      metrics: { loss: 0.123 },
    });
  });

  it('registers a model and loads it again', async () => {
    const { status, stdout, stderr } = await python(stack, await handedOver(), ['register_model.py']);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^version: 1 predicts: 4\.0$/m);
  });

  it('warns of an account in 300 groups, and ends with a proof or with the cause', async () => {
    const env = { ...stack.env, MLFLOW_USERNAME: 'huge@example.com' };
    const { status, stderr } = await runCommand(['token'], env);
    assert.match(
      stderr,
      /^! the token has 1[45]\.\d kB, mostly because of the 300 groups of the account\. .*"openid email"/m,
    );
    // MLflow's server refuses some of these requests: those whose headers arrive in pieces.
    assert.match(
      stderr,
      status === 0 ? /✓ workspace team-a open/ : /headers of this size, and the token is one of them/,
    );
  });

  it('lets an account in 300 groups write a run with a token that names none of them', async () => {
    const env = await handedOver(['--scopes', 'openid email'], 'huge@example.com');
    assert.ok((env.MLFLOW_TRACKING_TOKEN ?? assert.fail()).length < 1000);
    const { status, stdout, stderr } = await python(stack, env, ['quickstart.py']);
    assert.equal(status, 0, stderr);
    const run = /^run: ([0-9a-f]{32})$/m.exec(stdout)?.[1] ?? assert.fail(stdout);
    const seen = await python(stack, env, ['read_run.py', run]);
    assert.equal(JSON.parse(seen.stdout).owner, 'huge@example.com');
  });

  const REFUSED: [name: string, flags: string[], message: RegExp][] = [
    [
      'a workspace without access',
      ['--workspace', 'team-b'],
      /403 PERMISSION_DENIED: Permission denied for requested operation\. \(the account has no role in this workspace\)/,
    ],
    [
      'a workspace that does not exist',
      ['--workspace', 'team-x'],
      /404 RESOURCE_DOES_NOT_EXIST: .* \(the server has no such workspace\)/,
    ],
    [
      'another client',
      ['--client-id', 'another-client'],
      /401 the token is for client another-client, oauth2-proxy logs in as alauda-auth/,
    ],
    ['an unknown client', ['--client-id', 'no-such-client'], /404 InternalError: Invalid client_id\./],
    [
      'an unknown redirect URI',
      ['--redirect-uri', 'https://localhost/other'],
      /Unregistered redirect_uri.*\n.*The redirect URI sent was https:\/\/localhost\/other\./,
    ],
    ['an unknown scope', ['--scopes', 'openid nonsense'], /invalid_scope: Unrecognized scope\(s\)/],
    ['a wrong client secret', ['--client-secret', 'wrong'], /401 invalid_client: Invalid client credentials\./],
    ['a wrong password', ['--password', 'wrong'], /failed to authenticate \(wrong username or password/],
    ['a wrong cluster', ['--cluster', 'c9'], /200 HTML page "Console" \(there is no oauth2-proxy at this URL\)/],
  ];
  for (const [name, flags, message] of REFUSED) {
    it(`refuses ${name} and names the cause`, async () => {
      const { status, stdout, stderr } = await runCommand(['token', ...flags], stack.env);
      assert.deepEqual([status, stdout], [1, ''], stderr);
      assert.match(stderr, message);
    });
  }

  it('works in a real workflow: uses: ./, then a plain python step, no secret in the log', async () => {
    const { status, log } = await runWorkflow(stack, 'test/stack/workflows/token.yml');
    assert.equal(status, 0, log);
    assert.match(log, /Logged in as ci@example\.com, valid until/);
    assert.match(log, /run: [0-9a-f]{32}/);
    assert.match(log, /token \*\*\* and \*\*\*/);
    assert.match(log, /workspace \*\*\*/);
    assert.match(log, /identity ci@example\.com, method token/);
    for (const secret of [PASSWORD, CLIENT_SECRET, encodeURIComponent(CLIENT_SECRET)])
      assert.ok(!log.includes(secret), log);
    assert.doesNotMatch(log, /ey[\w-]+\.ey[\w-]+\.[\w-]+/);
    assert.match(log, /Removed the credential from disk\./);
  });

  it('in a real workflow with a wrong password fails one login, and the post step does not log in', async () => {
    const before = stack.logins.count;
    const { status, log, left } = await runWorkflow(stack, 'test/stack/workflows/token.yml', 'wrong password');
    assert.notEqual(status, 0, log);
    assert.match(log, /wrong username or password/);
    assert.match(log, /No credential on disk\./);
    assert.equal(stack.logins.count - before, 1, log);
    assert.deepEqual(left, []);
  });

  it('in a real workflow with one 500 at the token endpoint, the post step neither logs in nor leaves anything', async () => {
    const before = stack.logins.count;
    stack.tokenErrors.next = 1;
    const { status, log, left } = await runWorkflow(stack, 'test/stack/workflows/token.yml');
    assert.notEqual(status, 0, log);
    assert.equal(stack.tokenErrors.next, 0);
    assert.match(log, /No credential on disk\./);
    assert.doesNotMatch(log, /Logged in as/);
    assert.equal(stack.logins.count - before, 1, log);
    assert.deepEqual(left, []);
  });
});
