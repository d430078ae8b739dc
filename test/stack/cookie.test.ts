// The cookie method against the real Dex, oauth2-proxy and MLflow, up to the stock SDK and a real workflow.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/program.js';
import { runWorkflow } from './act.js';
import { ask, requestOfAnotherClient, startRelay } from './relay.js';
import { python } from './run-python.js';
import { PASSWORD, type Stack, startStack } from './stack.js';

let stack: Stack;
before(async () => {
  stack = await startStack({
    c1: {},
    'flag-off': { skip_jwt_bearer_tokens: false },
    'provider-button': { skip_provider_button: false, skip_jwt_bearer_tokens: false },
    'approval-page': { approval_prompt: 'force' },
    'csrf-per-request': { cookie_csrf_per_request: true, encode_state: true },
    'other-name': { cookie_name: '__Host-mlflow', cookie_csrf_per_request: true },
    'short-lived': { cookie_expire: '40s', cookie_refresh: '0s' },
    closed: { email_domains: ['elsewhere.test'] },
    'wrong-secret': { client_secret: 'rotated' },
  });
});
after(() => stack?.stop());

/** What `env --dir` hands over after a login without a client secret. */
async function handedOver(cluster: string, more: Record<string, string> = {}): Promise<Record<string, string>> {
  const { DEX_CLIENT_SECRET: _, ...env } = stack.env;
  const dir = join(stack.folder, `sdk-${cluster}-${Math.random().toString(36).slice(2)}`);
  const { status, stdout, stderr } = await runCommand(['env', '--format', 'json', '--dir', dir], {
    ...env,
    CLUSTER: cluster,
    ...more,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

async function runsEverything(env: Record<string, string>, owner: string): Promise<void> {
  const { status, stdout, stderr } = await python(stack, env, ['everything.py']);
  assert.equal(status, 0, stderr);
  assert.match(stdout, new RegExp(`^owner: ${owner}$`, 'm'));
  assert.match(stdout, /^version: 1$/m);
}

describe('the cookie method on the real oauth2-proxy', () => {
  for (const cluster of ['flag-off', 'provider-button', 'approval-page', 'csrf-per-request', 'other-name']) {
    it(`${cluster} logs in, and the SDK reaches the workspace`, async () => {
      const env = await handedOver(cluster);
      const name = cluster === 'other-name' ? '__Host-mlflow' : '_oauth2_proxy';
      assert.ok(env.MLFLOW_PROXY_COOKIE?.startsWith(`${name}=`));
      const { status, stdout, stderr } = await python(stack, env, ['quickstart.py']);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^run: [0-9a-f]{32}$/m);
    });
  }

  it('runs the whole SDK over the edge', async () => await runsEverything(await handedOver('c1'), 'ci@example.com'));

  it('runs the whole SDK over the plain address within the cluster, with a public redirect URL', async () => {
    const before = stack.codes.length;
    const env = await handedOver('c1', { CLUSTER: '', MLFLOW_TRACKING_URI: stack.inCluster('c1') });
    assert.equal(env.MLFLOW_TRACKING_URI, stack.inCluster('c1'));
    const callback = { path: '/clusters/c1/mlflow/oauth2/callback', cookies: ['_oauth2_proxy_csrf'] };
    assert.deepEqual(stack.codes.slice(before), [callback], 'the code goes to the public redirect URI');
    const session = { cookie: env.MLFLOW_PROXY_COOKIE ?? '' };
    const outside = await ask(stack, '/clusters/c1/mlflow/oauth2/userinfo', session);
    assert.equal(outside.status, 200, 'the session is good at the public address, too');
    await runsEverything(env, 'ci@example.com');
  });

  it('takes all chunks of an account in 60 groups', async () => {
    const env = await handedOver('c1', { MLFLOW_USERNAME: 'big@example.com' });
    const names = env.MLFLOW_PROXY_COOKIE?.split('; ').map((pair) => pair.slice(0, pair.indexOf('='))) ?? [];
    assert.ok(names.length >= 3, names.join());
    assert.deepEqual(
      names,
      names.map((_, index) => `_oauth2_proxy_${index}`),
    );
    await runsEverything(env, 'big@example.com');
  });

  it('makes the upload of an artifact fail when the cookie has expired', async () => {
    const env = await handedOver('short-lived');
    const started = await python(stack, env, ['quickstart.py']);
    const run = /^run: ([0-9a-f]{32})$/m.exec(started.stdout)?.[1] ?? assert.fail(started.stderr);
    const late = await python(stack, env, ['upload.py', run, '41']);
    assert.notEqual(late.status, 0, late.stdout);
    assert.doesNotMatch(late.stdout, /uploaded/);
    assert.match(late.stderr, /mlflow-auth: the session cookie for .* expired\. Log in again\./);
    assert.ok(!existsSync(join(stack.folder, 'artifacts', 'late.txt')));
  });

  const REFUSED: [name: string, cluster: string, message: RegExp][] = [
    [
      'an account that it does not let in',
      'closed',
      /403 HTML page "403 Forbidden.*request id [0-9a-f-]{36}.*the account is not in the email domains/,
    ],
    [
      'a login that it cannot redeem',
      'wrong-secret',
      /500 HTML page "500 Internal Server Error.*request id [0-9a-f-]{36}.*\n.*rotated client secret/,
    ],
    ['a cluster that is none', 'c9', /200 HTML page "Console" \(there is no oauth2-proxy at this URL\)/],
  ];
  for (const [name, cluster, message] of REFUSED) {
    it(`refuses ${name} and names the cause`, async () => {
      const { status, stdout, stderr } = await runCommand(['cookie', '--cluster', cluster], stack.env);
      assert.deepEqual([status, stdout], [1, ''], stderr);
      assert.match(stderr, message);
    });
  }

  it('refuses a token of an account that it does not let in, and names that cause', async () => {
    const { status, stdout, stderr } = await runCommand(['token', '--cluster', 'closed'], stack.env);
    assert.deepEqual([status, stdout], [1, ''], stderr);
    assert.match(stderr, /403 HTML page.*the account is not in the email domains or groups/);
  });

  it('works in a real workflow: uses: ./, then a plain python step, no secret in the log', async () => {
    const { status, log } = await runWorkflow(stack, 'test/stack/workflows/cookie.yml');
    assert.equal(status, 0, log);
    assert.match(log, /run: [0-9a-f]{32}/);
    assert.match(log, /cookie _oauth2_proxy=\*\*\* and _oauth2_proxy=\*\*\*/);
    assert.match(log, /identity ci@example\.com, method cookie/);
    assert.ok(!log.includes(PASSWORD), log);
    assert.doesNotMatch(log, /\|\d{10}\|/);
  });
});

describe('a tracking server that relays a login which somebody began elsewhere', () => {
  const CALLBACK = '/clusters/c1/mlflow/oauth2/callback';
  const SESSION = '_oauth2_proxy=of-somebody-else; Path=/';

  /** Runs the cookie method at it. @returns the outcome, what it was asked, and where codes went */
  async function relayed(location: string, cookies: string[], clientId: string) {
    const relay = await startRelay(location, [SESSION, ...cookies]);
    const [codes, logins] = [stack.codes.length, stack.logins.count];
    const tracking = { CLUSTER: '', MLFLOW_TRACKING_URI: relay.address, DEX_CLIENT_ID: clientId };
    const outcome = await runCommand(['cookie'], { ...stack.env, ...tracking });
    relay.close();
    assert.deepEqual([outcome.status, outcome.stdout], [1, ''], outcome.stderr);
    assert.ok(relay.asked.length > 0);
    for (const url of relay.asked) assert.doesNotMatch(url, /code=/);
    return { ...outcome, codes: stack.codes.slice(codes), logins: stack.logins.count - logins };
  }

  it('gets no login at another client than client-id', async () => {
    const { stderr, codes, logins } = await relayed(requestOfAnotherClient(stack), [], 'alauda-auth');
    assert.match(stderr, /of the client another-client, while client-id is alauda-auth/);
    assert.deepEqual([codes, logins], [[], 0]);
  });

  it('gets no code of another client, which goes to the redirect URI and is good for nothing there', async () => {
    const begun = await ask(stack, '/clusters/c1/mlflow/oauth2/start?rd=%2F');
    const { stderr, codes, logins } = await relayed(requestOfAnotherClient(stack), begun.cookies, '');
    assert.match(stderr, /Tried: send the code to oauth2-proxy/);
    assert.deepEqual([codes, logins], [[{ path: CALLBACK, cookies: ['_oauth2_proxy_csrf'] }], 1]);
  });

  it("gets no code of the real oauth2-proxy's own start, which ends without the session of whoever began it", async () => {
    const begun = await ask(stack, '/clusters/c1/mlflow/oauth2/start?rd=%2F');
    const { codes, logins } = await relayed(begun.location, begun.cookies, '');
    assert.deepEqual([codes, logins], [[{ path: CALLBACK, cookies: ['_oauth2_proxy_csrf'] }], 1]);
  });
});

describe('the Python provider', () => {
  it('passes its own tests under MLflow, as it is handed over', async () => {
    const env = await handedOver('c1');
    const { status, stderr } = await python(stack, env, ['../../python/test_provider.py', '-v']);
    assert.equal(status, 0, stderr);
    const count = readFileSync('test/python/test_provider.py', 'utf8').match(/^ {4}def test_/gm)?.length;
    assert.match(stderr, new RegExp(`^Ran ${count} tests in `, 'm'));
    assert.match(stderr, /^OK$/m);
  });
});
