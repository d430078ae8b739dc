// A tracking server that relays an authorization request which somebody began elsewhere: no code and no session of the
// account reaches anyone but the redirect URI, and none of what others sent along does.

import assert from 'node:assert/strict';
import { get } from 'node:https';
import { describe, it } from 'node:test';
import { serverCertificate, testAuthority } from '../support/fake/certificates.js';
import { type FakePlatform, type StartOptions, startPlatform } from '../support/fake/platform.js';
import { goodEnv, runCommand, timesAsked } from '../support/program.js';
import { sampled } from '../support/sample.js';

const CALLBACK = '/clusters/c1/mlflow/oauth2/callback';

/** An authorization request as oauth2-proxy makes it, with some parameters replaced, added or left out. */
function requestFor({ address }: FakePlatform, changes: Record<string, string | string[] | undefined> = {}): string {
  const usual = {
    client_id: 'alauda-auth',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    redirect_uri: `${address}${CALLBACK}`,
    response_type: 'code',
    scope: 'openid email profile groups offline_access',
    state: 'nonce-of-somebody-else:/',
  };
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries({ ...usual, ...changes }))
    for (const value of [values ?? []].flat()) query.append(name, value);
  return `${address}/dex/auth?${query}`;
}

interface Relayed {
  location: (platform: FakePlatform) => string;
  cookies?: string[];
  env?: Record<string, string>;
}

/** Runs the cookie method at a tracking server that relays a request, and proves that it heard of no code. */
async function relayed({ location, cookies = [], env = {} }: Relayed, options: StartOptions = {}) {
  const platform = await startPlatform(options);
  const start = { status: 302, headers: { location: location(platform), 'set-cookie': cookies } };
  const evil = await startPlatform({ host: '127.0.0.1', canned: { start, root: start } });
  const outcome = await runCommand(['cookie'], {
    ...goodEnv(platform),
    CLUSTER: '',
    MLFLOW_TRACKING_URI: `${evil.address}/clusters/c1/mlflow`,
    ...env,
  });
  await platform.close();
  await evil.close();
  assert.ok(!evil.asked.some(({ request }) => request.url.searchParams.has('code')));
  assert.equal(outcome.stdout, '');
  return { ...outcome, platform, evil };
}

type Changes = Record<string, string | string[] | undefined>;

const REFUSED: Record<string, [changes: Changes | ((platform: FakePlatform) => Changes), message: RegExp]> = {
  'with a redirect URI of a third host': [
    { redirect_uri: 'https://evil.test/oauth2/callback' },
    /the redirect URI https:\/\/evil\.test\/oauth2\/callback, which is neither.*\n.*set redirect-uri to it/,
  ],
  'with a redirect URI that only looks like the platform': [
    ({ address }) => ({ redirect_uri: `${address}@evil.test${CALLBACK}` }),
    /the redirect URI https:\/\/evil\.test\//,
  ],
  'with a user in the redirect URI': [
    ({ port }) => ({ redirect_uri: `https://user@localhost:${port}${CALLBACK}` }),
    /which is neither/,
  ],
  'with a redirect URI without TLS': [
    ({ port }) => ({ redirect_uri: `http://localhost:${port}${CALLBACK}` }),
    /the redirect URI http:\/\/localhost/,
  ],
  'with two redirect URIs': [
    ({ address }) => ({ redirect_uri: [`${address}${CALLBACK}`, 'https://evil.test/'] }),
    /"redirect_uri" more than once/,
  ],
  'with two clients': [{ client_id: ['alauda-auth', 'another'] }, /"client_id" more than once/],
  'of another client than client-id': [
    { client_id: 'another' },
    /of the client another, while client-id is alauda-auth/,
  ],
  'for a token': [{ response_type: 'token' }, /a response_type other than "code"/],
  'for a code and a token': [{ response_type: 'code id_token' }, /a response_type other than "code"/],
  'without a response type': [{ response_type: undefined }, /a response_type other than "code"/],
  'with an answer in a form': [{ response_mode: 'form_post' }, /a response_mode other than "query"/],
  'for a token that another client takes': [
    { scope: 'openid email audience:server:client_id:kubernetes' },
    /the scope audience:server:client_id:kubernetes, which makes a token for another client/,
  ],
  'without a state': [{ state: undefined }, /without a state/],
};

describe('an authorization request', () => {
  for (const [name, [changes, message]] of sampled(Object.entries(REFUSED))) {
    it(`${name} is refused before anything is sent to log in`, async () => {
      const { status, stderr, platform } = await relayed({
        location: (one) => requestFor(one, typeof changes === 'function' ? changes(one) : changes),
        env: { MLFLOW_AUTH_METHOD: 'cookie' },
      });
      assert.equal(status, 1);
      assert.match(stderr, message);
      assert.match(stderr, /the oauth2-proxy of this MLflow did not begin this login/);
      assert.equal(timesAsked(platform, 'POST login'), 0);
    });
  }

  it('to another host than the platform is refused before anything is sent to log in', async () => {
    const { status, stderr, platform } = await relayed({
      location: (one) => requestFor(one).replace(one.address, 'https://evil.test'),
    });
    assert.equal(status, 1);
    assert.match(stderr, /an authorization request to https:\/\/evil\.test, which is not this platform/);
    assert.equal(timesAsked(platform, 'POST login'), 0);
  });

  it('with a scope for another client that the settings name, or for its own, is good', async () => {
    for (const [scope, scopes] of [
      ['kubernetes', 'openid audience:server:client_id:kubernetes'],
      ['alauda-auth', 'openid'],
    ]) {
      const { platform } = await relayed({
        location: (one) => requestFor(one, { scope: `openid audience:server:client_id:${scope}` }),
        env: { DEX_SCOPES: scopes ?? '' },
      });
      assert.equal(timesAsked(platform, 'POST login'), 1);
    }
  });
});

describe('a login that somebody began at the real oauth2-proxy', () => {
  it('ends there and with its csrf cookie alone, so that neither code nor session become theirs', async () => {
    const platform = await startPlatform();
    const begun = await new Promise<{ location: string; cookies: string[] }>((resolve, reject) => {
      const address = `${platform.address}/clusters/c1/mlflow/oauth2/start?rd=%2F`;
      get(address, { ca: platform.ca }, ({ headers }) =>
        resolve({ location: headers.location ?? '', cookies: headers['set-cookie'] ?? [] }),
      ).on('error', reject);
    });
    const cookies = ['_oauth2_proxy=session-of-somebody-else; Path=/', ...begun.cookies, 'JSESSIONID=fixed; Path=/'];
    const start = { status: 302, headers: { location: begun.location, 'set-cookie': cookies } };
    const evil = await startPlatform({ host: '127.0.0.1', canned: { start, root: start } });
    const tracking = { CLUSTER: '', MLFLOW_TRACKING_URI: `${evil.address}/clusters/c1/mlflow` };
    const { status } = await runCommand(['cookie'], { ...goodEnv(platform), ...tracking });
    await platform.close();
    await evil.close();
    assert.equal(status, 1, 'the other server does not know the session');
    assert.ok(!evil.asked.some(({ request }) => request.url.searchParams.has('code')));
    const [callback, ...more] = platform.asked.filter(({ endpoint }) => endpoint === 'GET callback');
    assert.equal(more.length, 0);
    assert.match(callback?.request.headers.cookie ?? '', /^_oauth2_proxy_csrf=[^;]+$/);
  });
});

describe('a start within the cluster', () => {
  const CERTIFICATE = serverCertificate({ hosts: ['localhost', '127.0.0.1', 'mlflow.localhost'] });

  /** Logs in at a platform whose oauth2-proxy is reached as 127.0.0.1, and by the world as another host. */
  async function inCluster(publicHost: string, env: (port: number) => Record<string, string> = () => ({})) {
    const platform = await startPlatform({
      certificate: CERTIFICATE,
      publicHost,
      dexHost: 'localhost',
      anyRedirectUri: publicHost !== 'localhost',
    });
    const outcome = await runCommand(['cookie'], {
      ...goodEnv(platform),
      CLUSTER: '',
      MLFLOW_TRACKING_URI: `https://127.0.0.1:${platform.port}/clusters/c1/mlflow`,
      PLATFORM_CA: testAuthority().cert,
      ...env(platform.port),
    });
    await platform.close();
    const hosts = (endpoint: string) =>
      platform.asked.filter((one) => one.endpoint === endpoint).map(({ request }) => request.url.hostname);
    return { ...outcome, platform, hosts };
  }

  it('takes the code to the public redirect URI with its csrf cookie, and the session is good within, too', async () => {
    const { status, stdout, stderr, hosts, platform } = await inCluster('localhost');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^_oauth2_proxy=/);
    assert.deepEqual([hosts('GET start'), hosts('GET callback')], [['127.0.0.1'], ['localhost']]);
    assert.deepEqual(hosts('GET userinfo'), ['127.0.0.1']);
    const callback = platform.asked.find(({ endpoint }) => endpoint === 'GET callback');
    assert.match(callback?.request.headers.cookie ?? '', /^_oauth2_proxy_csrf=[^;]+$/);
  });

  it('takes the code to a redirect URI of a third host only where redirect-uri names it', async () => {
    const refused = await inCluster('mlflow.localhost');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /If https:\/\/mlflow\.localhost:\d+\S+ is the callback.*, set redirect-uri to it/);
    assert.equal(timesAsked(refused.platform, 'POST login'), 0);
    const named = await inCluster('mlflow.localhost', (port) => ({
      DEX_REDIRECT_URI: `https://mlflow.localhost:${port}${CALLBACK}`,
    }));
    assert.equal(named.status, 0, named.stderr);
    assert.deepEqual(named.hosts('GET callback'), ['mlflow.localhost']);
  });
});
