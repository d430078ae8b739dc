// The login basic through the built program: what is sent to whom and how often, what is handed over, and every refusal.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { markOf } from '../../src/errors/explain.js';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import { signJwt } from '../support/fake/jwt.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import { issuerAt, PROVIDER_CLIENT } from '../support/fake/provider.js';
import { USUAL } from '../support/fake/switches.js';
import { assertNoSecret, assertNothingHandedOver } from '../support/leaks.js';
import { atPlatform, goodEnv, goodInputs, runAction, runCommand } from '../support/program.js';
import { ask, withProxy } from '../support/proxying.js';

type Env = Record<string, string>;

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-basic-'));
after(() => rmSync(folder, { recursive: true }));

const { username, password } = USUAL;
const basicOf = (word: string) => Buffer.from(`${username}:${word}`).toString('base64');
const SECRETS = [password, basicOf(password)];
const MLFLOW: StartOptions = { basicAuth: 'mlflow' };

/** Nothing of a platform is needed. */
const envOf = ({ address, ca }: FakePlatform, more: Env = {}): Env => ({
  MLFLOW_AUTH_LOGIN: 'basic',
  MLFLOW_TRACKING_URI: `${address}/clusters/c1/mlflow`,
  MLFLOW_WORKSPACE: 'team-a',
  MLFLOW_USERNAME: username,
  MLFLOW_PASSWORD: password,
  PLATFORM_CA: ca,
  ...more,
});

/** The requests, each with the credential that it carried. */
const carried = ({ asked }: FakePlatform) =>
  asked.map(({ endpoint, request: { headers } }) => [endpoint, headers.authorization ?? headers.cookie]);
const PROBE = ['GET experiments', undefined];
const PROOF = ['GET workspace', `Basic ${basicOf(password)}`];

/** What `env` prints, as JSON. */
async function variables(env: Env, flags: string[] = []): Promise<{ values: Env; stderr: string }> {
  const { status, stdout, stderr } = await runCommand(['env', '--format', 'json', ...flags], env);
  assert.equal(status, 0, stderr);
  return { values: JSON.parse(stdout), stderr };
}

describe('login: basic', () => {
  it('asks without a login first, proves the password by one request, and hands both over', () =>
    atPlatform(MLFLOW, async (platform) => {
      const { values, stderr } = await variables(envOf(platform, { PLATFORM_CA: '' }), ['--insecure-tls']);
      assert.deepEqual(carried(platform), [PROBE, PROOF]);
      assert.deepEqual(values, {
        MLFLOW_TRACKING_URI: `${platform.address}/clusters/c1/mlflow`,
        MLFLOW_TRACKING_USERNAME: username,
        MLFLOW_TRACKING_PASSWORD: password,
        MLFLOW_WORKSPACE: 'team-a',
        MLFLOW_TRACKING_INSECURE_TLS: 'true',
      });
      assertNoSecret({ stderr }, SECRETS);
      assert.match(stderr, /method: basic/);
      assert.match(stderr, /outside ASCII/);
    }));

  it('writes the CA alone into a folder, also with renew, and no password', () =>
    atPlatform(MLFLOW, async (platform) => {
      const dir = join(folder, 'dir');
      const { values, stderr } = await variables(envOf(platform), ['--dir', dir, '--renew']);
      assert.deepEqual(readdirSync(dir), ['ca.pem']);
      assert.equal(values.MLFLOW_TRACKING_SERVER_CERT_PATH, join(dir, 'ca.pem'));
      const others = ['MLFLOW_TRACKING_AUTH', 'MLFLOW_AUTH_CREDENTIAL_FILE', 'PYTHONPATH', 'MLFLOW_TRACKING_TOKEN'];
      assert.ok(others.every((name) => values[name] === undefined));
      assert.match(stderr, /renew has no effect with basic/);
    }));

  it('gives OTLP exporters the header', () =>
    atPlatform(MLFLOW, async (platform) => {
      const { values } = await variables(envOf(platform, { PLATFORM_CA: '' }), ['--otlp', '--insecure-tls']);
      const header = `authorization=${encodeURIComponent(`Basic ${basicOf(password)}`)}`;
      const rest = 'x-mlflow-workspace=team-a,accept=application%2Fjson';
      assert.equal(values.OTEL_EXPORTER_OTLP_TRACES_HEADERS, `${header},${rest}`);
    }));

  it('sends nothing at all where nothing is to be verified', () =>
    atPlatform(MLFLOW, async (platform) => {
      const { values } = await variables(envOf(platform, { MLFLOW_AUTH_VERIFY: 'false' }), ['--dir', folder]);
      assert.equal(values.MLFLOW_TRACKING_PASSWORD, password);
      assert.deepEqual(platform.asked, []);
    }));

  it('keeps what an earlier login exported from the command of exec', () =>
    atPlatform(MLFLOW, async (platform) => {
      const wheel = join(folder, 'mlflow-auth-python', 'x.whl');
      const earlier = {
        MLFLOW_TRACKING_TOKEN: 'token-of-an-earlier-login',
        MLFLOW_PROXY_COOKIE: 'a=cookie-of-an-earlier-login',
        MLFLOW_TRACKING_AUTH: 'mlflow-auth',
        MLFLOW_AUTH_CREDENTIAL_FILE: join(folder, 'credential.json'),
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20old',
        PYTHONPATH: [wheel, '/mine'].join(process.platform === 'win32' ? ';' : ':'),
      };
      const show = 'console.log(JSON.stringify(process.env))';
      const args = ['exec', '--', process.execPath, '-e', show];
      const { status, stdout, stderr } = await runCommand(args, { ...envOf(platform), ...earlier });
      assert.equal(status, 0, stderr);
      const env: Env = JSON.parse(stdout);
      const { PYTHONPATH: _, ...gone } = earlier;
      assert.ok(
        Object.keys(gone).every((name) => env[name] === undefined),
        stdout,
      );
      assert.equal(env.PYTHONPATH, '/mine');
      assert.deepEqual([env.MLFLOW_TRACKING_USERNAME, env.MLFLOW_TRACKING_PASSWORD], [username, password]);
      assert.equal(env.MLFLOW_PASSWORD, undefined);
      assert.doesNotMatch(stderr, /still set|MLFLOW_TRACKING_AUTH (is|was)/);
      assert.match(stderr, /removed from the environment of the command, as of another login: MLFLOW_TRACKING_TOKEN, /);
      // A shell cannot be made to forget them, so they are named.
      const { stderr: warned } = await variables({ ...envOf(platform), ...earlier }, ['--dir', join(folder, 'other')]);
      for (const name of ['MLFLOW_TRACKING_TOKEN', 'MLFLOW_PROXY_COOKIE', 'MLFLOW_TRACKING_AUTH'])
        assert.match(warned, new RegExp(`! ${name} is .*: unset it`));
    }));

  it('is an action with masked outputs, and a post step with nothing to hide', () =>
    atPlatform(MLFLOW, async (platform) => {
      const {
        'client-id': _,
        'client-secret': __,
        'platform-address': ___,
        cluster: ____,
        ...inputs
      } = goodInputs(platform);
      const uri = `${platform.address}/clusters/c1/mlflow`;
      const outcome = await runAction({ ...inputs, 'tracking-uri': uri, login: 'basic', renew: 'true' });
      assert.equal(outcome.status, 0, outcome.stdout);
      for (const secret of SECRETS) assert.match(outcome.stdout, new RegExp(`^::add-mask::${maskOf(secret)}$`, 'm'));
      const { GITHUB_OUTPUT: output = '', GITHUB_ENV: env = '', ...others } = outcome.files;
      assert.ok(output.includes('\nbasic\n') && output.includes(password) && env.includes(password));
      assert.ok(env.includes('MLFLOW_TRACKING_USERNAME') && !env.includes('MLFLOW_TRACKING_AUTH'));
      assertNoSecret({ ...outcome, files: others }, SECRETS);
      assert.deepEqual(carried(platform), [PROBE, PROOF]);
    }));
});

/** As the toolkit escapes it, in a pattern. */
const maskOf = (secret: string) => secret.replaceAll('%', '%25').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

interface Refusal {
  options: StartOptions;
  env?: Env;
  id: SymptomId;
  /** Requests with username and password. */
  sent: number;
}

const forbid = (more: StartOptions = {}): StartOptions => ({ ...MLFLOW, ...more });
const REFUSALS: Record<string, Refusal> = {
  'a wrong password': { options: MLFLOW, env: { MLFLOW_PASSWORD: 'wrong password' }, id: 'basic-rejected', sent: 1 },
  'a wrong password at mlflow-oidc-auth': {
    options: { basicAuth: 'oidc-auth' },
    env: { MLFLOW_PASSWORD: 'wrong password' },
    id: 'basic-rejected',
    sent: 1,
  },
  'a wrong password without a workspace': {
    options: MLFLOW,
    env: { MLFLOW_PASSWORD: 'wrong password', MLFLOW_WORKSPACE: '' },
    id: 'basic-rejected',
    sent: 1,
  },
  'a workspace without access': {
    options: MLFLOW,
    env: { MLFLOW_WORKSPACE: 'team-b' },
    id: 'basic-forbidden',
    sent: 1,
  },
  'an unknown workspace': { options: MLFLOW, env: { MLFLOW_WORKSPACE: 'team-x' }, id: 'workspace-unknown', sent: 1 },
  'a server without workspaces': { options: forbid({ workspacesEnabled: false }), id: 'workspaces-off', sent: 1 },
  'a server that requires no login': { options: { openToAll: true }, id: 'basic-not-required', sent: 0 },
  'oauth2-proxy in front': { options: {}, id: 'basic-other-login', sent: 0 },
  'oauth2-proxy with its sign-in page in front': {
    options: {
      canned: {
        experiments: {
          status: 403,
          body: '<html><title>Sign In</title></html>',
          headers: { 'content-type': 'text/html' },
        },
      },
    },
    id: 'basic-other-login',
    sent: 0,
  },
  'a login page elsewhere': {
    options: {
      canned: { experiments: { status: 302, headers: { location: 'https://idp.test/authorize?client_id=x' } } },
    },
    id: 'basic-other-login',
    sent: 0,
  },
  'a challenge of another scheme': {
    options: {
      canned: { experiments: { status: 401, headers: { 'www-authenticate': 'Negotiate, Bearer realm="basic"' } } },
    },
    id: 'basic-other-login',
    sent: 0,
  },
  'a server that is down after the challenge': {
    options: forbid({ canned: { workspace: { status: 503 } } }),
    id: 'mlflow-error',
    sent: 1,
  },
  'a redirect after the challenge': {
    options: forbid({ canned: { workspace: { status: 302, headers: { location: 'https://evil.test/' } } } }),
    id: 'mlflow-login',
    sent: 1,
  },
  'no MLflow at this URL': {
    options: { canned: { experiments: { status: 404, body: '<html><title>Not Found</title></html>' } } },
    id: 'workspace-unknown',
    sent: 0,
  },
};

describe('login: basic is refused', () => {
  for (const [name, { options, env, id, sent }] of Object.entries(REFUSALS))
    it(`by ${name}`, () =>
      atPlatform(options, async (platform) => {
        const { status, stdout, stderr } = await runCommand(['env', '--dir', join(folder, 'no')], envOf(platform, env));
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assert.ok(stderr.includes(markOf(id)), stderr);
        const word = env?.MLFLOW_PASSWORD ?? password;
        assertNoSecret({ stderr }, [word, basicOf(word)]);
        assert.equal(carried(platform).filter(([, value]) => value !== undefined).length, sent);
      }));

  it('and hands nothing over', () =>
    atPlatform(MLFLOW, async (platform) => {
      const inputs = { ...goodInputs(platform), login: 'basic', password: 'wrong password' };
      const outcome = await runAction(inputs);
      assert.equal(outcome.status, 1);
      assertNoSecret(assertNothingHandedOver(outcome), ['wrong password', basicOf('wrong password')]);
    }));

  const SETTINGS: [name: string, args: string[], env: Env, says: RegExp][] = [
    ['the command token', ['token'], {}, /method: .* never a token\. Use env, exec or proxy/],
    ['the command cookie', ['cookie'], {}, /method: .* never a session cookie\. Use env, exec or proxy/],
    ['the command refresh', ['refresh', '--format', 'json'], {}, /method: .* never a token/],
    [
      'the command login',
      ['login'],
      { PLATFORM_ADDRESS: 'https://p.test', DEX_CLIENT_ID: 'x' },
      /login: with basic, no person/,
    ],
    ['the method token', ['env'], { MLFLOW_AUTH_METHOD: 'token' }, /method: .* never a token/],
    ['the method cookie', ['env'], { MLFLOW_AUTH_METHOD: 'cookie' }, /method: .* never a session cookie/],
    ['a colon', ['env'], { MLFLOW_USERNAME: 'a:b' }, /username: contains ":".*RFC 7617/],
    ['a line break in the username', ['env'], { MLFLOW_USERNAME: 'a\nb' }, /username: .*control character/],
    [
      'a line break in the password',
      ['env'],
      { MLFLOW_PASSWORD: 'first line\nsecond' },
      /password: .*control character/,
    ],
    ['a refresh token', ['env'], { DEX_REFRESH_TOKEN: 'of-an-earlier-login' }, /refresh-token: .*no refresh token/],
    ['no password', ['env'], { MLFLOW_PASSWORD: '' }, /password: required/],
    ['no tracking URI', ['env'], { MLFLOW_TRACKING_URI: '' }, /cluster: set cluster .* or tracking-uri/],
    ['http', ['env'], { MLFLOW_TRACKING_URI: 'http://mlflow.test' }, /allow-http/],
  ];
  for (const [name, args, env, says] of SETTINGS)
    it(`by the settings: ${name}`, () =>
      atPlatform(MLFLOW, async (platform) => {
        const { status, stderr } = await runCommand(args, envOf(platform, env));
        assert.equal(status, 2, stderr);
        assert.match(stderr, says);
        assert.deepEqual(platform.asked, []);
      }));
});

describe('other logins where MLflow wants username and password', () => {
  for (const method of ['token', 'cookie'])
    it(`name login: basic with the method ${method}`, () =>
      atPlatform(MLFLOW, async (platform) => {
        const { status, stderr } = await runCommand([method], goodEnv(platform));
        assert.equal(status, 1);
        assert.ok(stderr.includes(markOf('basic-required')), stderr);
        assert.match(stderr, /Set login \(MLFLOW_AUTH_LOGIN\) to basic/);
      }));
});

describe('basic-auth behind oauth2-proxy', () => {
  const challenge = { status: 401, headers: { 'www-authenticate': 'Basic realm="mlflow"' } };
  for (const method of ['token', 'cookie'])
    it(`is named as such with the method ${method}`, () =>
      atPlatform({ canned: { workspace: challenge } }, async (platform) => {
        const { status, stderr } = await runCommand([method], goodEnv(platform));
        assert.equal(status, 1);
        assert.ok(stderr.includes(markOf('basic-behind-proxy')), stderr);
      }));
});

describe('mlflow-oidc-auth without oauth2-proxy', () => {
  const OIDC: StartOptions = { basicAuth: 'oidc-auth', provider: { claims: { email: username } } };
  const CLIENT: Env = {
    MLFLOW_AUTH_LOGIN: 'client-credentials',
    DEX_CLIENT_ID: PROVIDER_CLIENT,
    DEX_CLIENT_SECRET: USUAL.clientSecret,
  };
  const clientEnv = (platform: FakePlatform, more: Env = {}): Env => {
    const { MLFLOW_USERNAME: _, MLFLOW_PASSWORD: __, ...env } = envOf(platform, CLIENT);
    return { ...env, MLFLOW_AUTH_ISSUER: issuerAt(platform.address), ...more };
  };

  it('takes the token of an issuer that is set', () =>
    atPlatform(OIDC, async (platform) => {
      const { status, stderr } = await runCommand(['token'], clientEnv(platform));
      assert.equal(status, 0, stderr);
      assert.match(stderr, /no \/oauth2\/userinfo at this URL; MLflow itself accepted the credential/);
    }));

  it('takes a token from elsewhere, and its own tokens by basic', () =>
    atPlatform(OIDC, async (platform) => {
      const exp = Math.floor(Date.now() / 1000) + 3600;
      const bearer = signJwt({ iss: issuerAt(platform.address), email: username, exp });
      const env = { ...clientEnv(platform), MLFLOW_AUTH_LOGIN: 'bearer', MLFLOW_AUTH_BEARER: bearer };
      assert.equal((await runCommand(['token'], env)).stdout, bearer);
      const { values } = await variables(envOf(platform), ['--dir', join(folder, 'own')]);
      assert.equal(values.MLFLOW_TRACKING_PASSWORD, password);
    }));

  it('refuses a token with what it says of itself, and names the settings', () =>
    atPlatform(
      { ...OIDC, provider: { claims: { email: 'nobody@example.com', groups: ['a', 'b'] } } },
      async (platform) => {
        const { status, stderr } = await runCommand(['token'], clientEnv(platform));
        assert.equal(status, 1);
        assert.ok(stderr.includes(markOf('oidc-auth-rejected')), stderr);
        assert.match(stderr, /email nobody@example\.com; preferred_username absent; groups a, b\./);
        assert.match(stderr, /OIDC_USERNAME_FIELD.*OIDC_PROVISION_ON_BEARER_AUTH=true.*OIDC_GROUP_NAME/);
      },
    ));

  it('requires the issuer', () =>
    atPlatform(OIDC, async (platform) => {
      const { status, stderr } = await runCommand(['token'], clientEnv(platform, { MLFLOW_AUTH_ISSUER: '' }));
      assert.equal(status, 1);
      assert.match(stderr, /Set issuer \(MLFLOW_AUTH_ISSUER\)/);
    }));
});

describe('the proxy with basic', () => {
  const withEnv = (platform: FakePlatform) => envOf(platform);

  it('sends username and password upstream, and gives clients a token of its own', () =>
    atPlatform(MLFLOW, (platform) =>
      withProxy(withEnv(platform), async (proxy) => {
        const { status } = await ask(proxy, '/api/2.0/mlflow/experiments/search');
        assert.equal(status, 200);
        assert.deepEqual(carried(platform).at(-1), ['GET experiments', `Basic ${basicOf(password)}`]);
        assert.deepEqual(
          [proxy.variables.MLFLOW_TRACKING_PASSWORD, proxy.variables.MLFLOW_TRACKING_USERNAME],
          [undefined, undefined],
        );
        assertNoSecret({ stdout: proxy.stdout(), stderr: proxy.stderr() }, SECRETS);
      }),
    ));

  it('passes a denied permission on, and never sends a password again that was refused', () => {
    let refuses = false;
    const echo: StartOptions['echo'] = () =>
      refuses ? { status: 401, headers: { 'www-authenticate': 'Basic realm="mlflow"' } } : undefined;
    return atPlatform(forbid({ echo }), (platform) =>
      withProxy(withEnv(platform), async (proxy) => {
        const denied = await ask(proxy, '/api/3.0/mlflow/workspaces/team-b');
        assert.deepEqual([denied.status, denied.body], [403, 'Permission denied']);
        refuses = true;
        const before = platform.asked.length;
        for (let times = 0; times < 3; times++) {
          const { status, body } = await ask(proxy, '/api/2.0/mlflow/experiments/search');
          assert.equal(status, 401);
          assert.match(body, /they are not sent again/);
        }
        assert.equal(platform.asked.length - before, 1);
        assert.equal((await ask(proxy, '/healthz')).status, 503);
      }),
    );
  });
});

describe('doctor with basic', () => {
  const doctor = async (platform: FakePlatform, args: string[] = [], env: Env = {}) =>
    runCommand(['doctor', ...args], envOf(platform, env));

  it('asks without the password, or proves it once', () =>
    atPlatform(MLFLOW, async (platform) => {
      const without = await doctor(platform);
      assert.equal(without.status, 0, without.stdout);
      assert.match(without.stdout, /✓ MLflow: \S+ requires username and password/);
      assert.deepEqual(carried(platform), [PROBE]);
      const { status, stdout } = await doctor(platform, ['--login']);
      assert.equal(status, 0, stdout);
      assert.match(
        stdout,
        /✓ MLflow: MLflow accepts username and password of ci@example\.com, and the workspace team-a/,
      );
      assertNoSecret({ stdout }, SECRETS);
    }));

  it('sends a wrong password once', () =>
    atPlatform(MLFLOW, async (platform) => {
      const { status, stdout } = await doctor(platform, ['--login'], { MLFLOW_PASSWORD: 'wrong password' });
      assert.equal(status, 1);
      assert.match(stdout, /✗ account: .*401.*\[mlflow-auth: basic-rejected\]/);
      assert.equal(carried(platform).filter(([, value]) => value !== undefined).length, 1);
    }));
});
