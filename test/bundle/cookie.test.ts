// The cookie method through the built program: every form of oauth2-proxy that is known, every error, and what is handed over.

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { errorPage } from '../support/fake/oauth2-proxy.js';
import { type FakePlatform, type StartOptions, startPlatform } from '../support/fake/platform.js';
import { COOKIE_LOG, differences } from '../support/log.js';
import { goodEnv, goodInputs, runAction, runCommand } from '../support/program.js';
import { giveAway, noModes } from '../support/rights.js';
import { sampled } from '../support/sample.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-cookie-'));
after(() => rmSync(folder, { recursive: true }));

const asked = (platform: FakePlatform, endpoint: string) => platform.asked.filter((one) => one.endpoint === endpoint);

/** The environment of a login without a client secret. */
function cookieEnv(platform: FakePlatform): Record<string, string> {
  const { DEX_CLIENT_SECRET: _, DEX_CLIENT_ID: __, ...env } = goodEnv(platform);
  return env;
}

function cookieInputs(platform: FakePlatform): Record<string, string> {
  const { 'client-secret': _, 'client-id': __, ...inputs } = goodInputs(platform);
  return inputs;
}

/** Runs `cookie` at a platform started for it. */
async function login(switches: StartOptions, flags: string[] = [], change = (env: Record<string, string>) => env) {
  const platform = await startPlatform(switches);
  try {
    return { ...(await runCommand(['cookie', ...flags], change(cookieEnv(platform)))), platform };
  } finally {
    await platform.close();
  }
}

interface Case {
  platform: StartOptions;
  flags?: string[];
  /** Names of the cookies, in order. */
  names?: string[];
  /** Requests before the login API is asked; the first of the usual entrances alone unless said otherwise. */
  entrances?: string[];
  /** The warning of a large cookie, where there is one; nothing else is said beyond the usual. */
  warns?: RegExp;
}

const LARGE = /^! the session cookie has 7\.6 kB in 2 chunks, mostly because of the 2 groups of the account\./;

const CASES: Record<string, Case> = {
  'one cookie': { platform: {} },
  'two chunks': { platform: { chunks: 2 }, names: ['_oauth2_proxy_0', '_oauth2_proxy_1'], warns: LARGE },
  'fourteen chunks': {
    platform: { chunks: 14 },
    names: Array.from({ length: 14 }, (_, index) => `_oauth2_proxy_${index}`),
    warns: /^! the session cookie has 53\.\d kB in 14 chunks, mostly because of the 2 groups of the account\./,
  },
  'a csrf cookie for each request': {
    platform: { csrfPerRequest: true, chunks: 2 },
    names: ['_oauth2_proxy_0', '_oauth2_proxy_1'],
    warns: LARGE,
  },
  'an encoded state': { platform: { encodeState: true } },
  'both of these': { platform: { encodeState: true, csrfPerRequest: true } },
  'a stale single cookie that is deleted beside new chunks': {
    platform: { chunks: 2, deletesStaleCookie: true },
    names: ['_oauth2_proxy_0', '_oauth2_proxy_1'],
    warns: LARGE,
  },
  'another cookie name': {
    platform: { cookieName: '__Host-my_session', csrfPerRequest: true },
    names: ['__Host-my_session'],
  },
  'another cookie name, given': {
    platform: { cookieName: 'mlflow' },
    flags: ['--cookie-name', 'mlflow'],
    names: ['mlflow'],
  },
  'a redirect without a host': { platform: { relativeLocation: true } },
  'a sign-in page and no way to /oauth2/start but its form': {
    platform: { providerButton: true, canned: { start: { status: 404, body: '', times: 1 } } },
    entrances: ['GET start', 'GET root', 'GET start'],
  },
  'no way to /oauth2/start': {
    platform: { canned: { start: { status: 404, body: '', times: 1 } } },
    entrances: ['GET start', 'GET root'],
  },
  'a redirect to a trailing slash first': {
    platform: { canned: { start: { status: 301, headers: { location: '/clusters/c1/mlflow/' }, times: 1 } } },
    entrances: ['GET start', 'GET root'],
  },
  'sign-in page': { platform: { providerButton: true } },
  'codes in the fragment': { platform: { answerIn: 'fragment' } },
};

describe('oauth2-proxy with', { concurrency: 2 }, () => {
  for (const [name, one] of sampled(Object.entries(CASES))) {
    const { platform: switches, flags, names = ['_oauth2_proxy'], entrances = ['GET start'], warns } = one;
    it(`${name} gives us its session`, async () => {
      const { status, stdout, stderr, platform } = await login(switches, flags);
      assert.equal(status, 0, stderr);
      assert.deepEqual(
        stdout.split('; ').map((pair) => pair.slice(0, pair.indexOf('='))),
        names,
      );
      const { more, missing } = differences(stderr, COOKIE_LOG);
      assert.deepEqual([more.length, missing], [warns ? 1 : 0, []], stderr);
      if (warns) assert.match(more[0] ?? '', warns);
      const order = platform.asked.map(({ endpoint }) => endpoint).filter((endpoint) => endpoint !== 'GET pubkey');
      assert.deepEqual(order.slice(0, order.indexOf('GET authorize')), entrances);
      assert.equal(asked(platform, 'POST login').length, 1);
      assert.equal(asked(platform, 'GET callback').length, 1);
      const sent = asked(platform, 'GET userinfo')[0]?.request.headers;
      assert.equal(sent?.cookie, stdout);
      assert.equal(sent?.authorization, undefined);
    });
  }

  it('its own query gets it passed on byte for byte', async () => {
    const { platform } = await login({});
    const query = asked(platform, 'GET authorize')[0]?.request.url.search ?? '';
    assert.match(
      query,
      /^\?approval_prompt=auto&client_id=alauda-auth&code_challenge=[\w-]{43}&code_challenge_method=S256&redirect_uri=https%3A%2F%2Flocalhost%3A\d+%2Fclusters%2Fc1%2Fmlflow%2Foauth2%2Fcallback&response_type=code&scope=openid\+email\+profile\+groups&state=[\w-]{43}%3A%2F$/,
    );
  });

  it('plain http takes its Secure cookies, when http is allowed', async () => {
    const { status, stderr } = await login({ plain: true }, ['--ca-cert=']);
    assert.equal(status, 0, stderr);
  });
});

interface Failure {
  platform: StartOptions;
  flags?: string[];
  message: RegExp;
  logins?: number;
}

const FAILURES: Record<string, Failure> = {
  'a cluster that is none': {
    platform: {},
    flags: ['--cluster', 'c9'],
    message: /200 HTML page "Console" \(there is no oauth2-proxy at this URL\)/,
    logins: 0,
  },
  'an edge that knows no such path': {
    platform: { canned: { start: { status: 404 }, root: { status: 404 } } },
    message: /404 an empty response \(there is no oauth2-proxy/,
    logins: 0,
  },
  'MLflow without a login': {
    platform: { openToAll: true, canned: { start: { status: 404 } } },
    message: /200: MLflow answers without any login/,
    logins: 0,
  },
  'a redirect to another host': {
    platform: {
      canned: {
        start: { status: 302, headers: { location: 'https://evil.test/' } },
        root: { status: 302, headers: { location: 'https://evil.test/' } },
      },
    },
    message: /302 redirect to https:\/\/evil\.test\/.*\n.*set tracking-uri/,
    logins: 0,
  },
  'a redirect to itself': {
    platform: {
      canned: {
        start: { status: 302, headers: { location: '' } },
        root: { status: 302, headers: { location: '/clusters/c1/mlflow/' } },
      },
    },
    message: /302 redirect to/,
    logins: 0,
  },
  'an edge that sends http to https': {
    platform: {
      plain: true,
      canned: {
        start: { status: 308, headers: { location: 'https://localhost/clusters/c1/mlflow/oauth2/start' } },
        root: { status: 308, headers: { location: 'https://localhost/clusters/c1/mlflow/' } },
      },
    },
    flags: ['--ca-cert='],
    message:
      /308 redirect to https:\/\/localhost\/clusters.*\n.*set tracking-uri or platform-address to it, including https/,
    logins: 0,
  },
  'oauth2-proxy down': {
    platform: { canned: { start: { status: 502, headers: { 'retry-after': '0' } } } },
    message: /502 .*overloaded or down/,
    logins: 0,
  },
  'oauth2-proxy without PKCE at a client that enforces it': {
    platform: { proxyWithoutPkce: true },
    message: /PKCE code_challenge is required.*\n.*code_challenge_method = "S256"/,
    logins: 0,
  },
  'a wrong password': {
    platform: {},
    flags: ['--password', 'wrong password'],
    message: /wrong username or password/,
  },
  'a csrf cookie that is lost': {
    platform: {
      canned: { callback: errorPage(403, 'Login Failed: Unable to find a valid CSRF token. Please try again.') },
    },
    message:
      /403 HTML page "403 Forbidden - Login Failed: Unable to find a valid CSRF token.*request id 3f2c1a90-1111.*\(oauth2-proxy does not find the CSRF cookie/,
  },
  'an account that it does not let in': {
    platform: { canned: { callback: errorPage(403, 'You do not have permission to access this resource.') } },
    message: /You do not have permission.*the account is not in the email domains or groups/,
  },
  'an error of Dex': {
    platform: {
      canned: {
        callback: errorPage(403, 'Login Failed: The upstream identity provider returned an error: invalid_scope'),
      },
    },
    message: /returned an error: invalid_scope.*Dex sent oauth2-proxy an error/,
  },
  'a code that it cannot redeem': {
    platform: {
      canned: {
        callback: errorPage(500, 'Oops! Something went wrong. For more information contact your server administrator.'),
      },
    },
    message: /500 HTML page .*request id 3f2c1a90.*\n.*rotated client secret/,
  },
  'a callback that begins another login': {
    platform: {
      canned: { callback: { status: 302, headers: { location: 'https://localhost/dex/auth?client_id=x' } } },
    },
    message: /302 redirect to another login without a session cookie "_oauth2_proxy".*\n.*do not match/,
  },
  'no session cookie': {
    platform: { chunks: 0 },
    message: /302 redirect without a session cookie "_oauth2_proxy".*\n.*set cookie-name/,
  },
  'a cookie of another name than given': {
    platform: {},
    flags: ['--cookie-name', 'other'],
    message: /without a session cookie "other"/,
  },
  'the csrf cookie alone': {
    platform: {
      canned: {
        callback: { status: 302, headers: { location: '/', 'set-cookie': ['_oauth2_proxy_csrf=abc; Path=/'] } },
      },
    },
    message: /without a session cookie/,
  },
  'a state of another login': {
    platform: { state: 'forged:/' },
    message: /a response without the state that was sent/,
  },
  'an edge whose auth_request leads to a login at another host': {
    platform: {
      canned: {
        userinfo: { status: 302, headers: { location: 'https://auth.test/oauth2/sign_in?rd=%2Fmlflow' } },
        workspace: { status: 302, headers: { location: 'https://auth.test/oauth2/sign_in?rd=%2Fmlflow' } },
      },
    },
    message: /302 session cookie rejected(?![\s\S]*skip-jwt-bearer-tokens)/,
  },
  'a status that alone says that headers are too large': {
    platform: { canned: { workspace: { status: 431, body: '' } } },
    message: /431 an empty response \(MLflow or a server in front of it does not accept headers of this size\)/,
  },
  'replicas with different secrets': {
    platform: { forgetsSessions: true },
    message: /401 session cookie rejected \(oauth2-proxy does not accept the session cookie that it has just issued\)/,
  },
  'a cookie too large for MLflow': {
    platform: { chunks: 14, largestCookie: 8000 },
    message:
      /! the session cookie has 53\.\d kB[\s\S]*400 Invalid HTTP request received\. \(MLflow or a server in front of it does not accept headers of this size\)/,
  },
  'a workspace without access': { platform: {}, flags: ['--workspace', 'team-b'], message: /403 PERMISSION_DENIED/ },
};

describe('an error of the cookie method', { concurrency: 2 }, () => {
  for (const [name, { platform: switches, flags, message, logins = 1 }] of sampled(Object.entries(FAILURES))) {
    it(`${name} is reported`, async () => {
      const { status, stdout, stderr, platform } = await login(switches, flags);
      assert.deepEqual([status, stdout], [1, ''], stderr);
      assert.match(stderr, message);
      assert.equal(asked(platform, 'POST login').length, logins);
    });
  }
});

describe('the hand-over of a cookie', () => {
  it('by the action masks the whole and each chunk, and leaves the token out', async () => {
    const platform = await startPlatform({ chunks: 2 });
    const { status, stdout, files } = await runAction(cookieInputs(platform), {
      PYTHONPATH: ['/mine', '/old/mlflow-auth-python'].join(delimiter),
    });
    await platform.close();
    assert.equal(status, 0, stdout);
    const cookie =
      /^MLFLOW_PROXY_COOKIE<<.*\n(.*)$/m.exec(files.GITHUB_ENV ?? '')?.[1] ?? assert.fail(files.GITHUB_ENV);
    const masks = (stdout.match(/^::add-mask::.*$/gm) ?? []).map((line) =>
      line.slice('::add-mask::'.length).replaceAll('%25', '%'),
    );
    for (const chunk of cookie.split('; ')) assert.ok(masks.includes(chunk.slice(chunk.indexOf('=') + 1)));
    assert.ok(masks.includes(cookie));
    assert.doesNotMatch(files.GITHUB_ENV ?? '', /MLFLOW_TRACKING_TOKEN/);
    assert.match(
      files.GITHUB_ENV ?? '',
      new RegExp(`^PYTHONPATH<<.*\n<temp>.*mlflow-auth-python/.*\\.whl${delimiter}/mine$`, 'm'),
    );
    assert.match(files.GITHUB_OUTPUT ?? '', /^method<<.*\ncookie$/m);
    assert.match(files.GITHUB_OUTPUT ?? '', /^identity<<.*\nci@example\.com$/m);
    assert.match(stdout, /^- method: cookie \(client-secret is not set\)$/m);
    const [, text = ''] = Object.entries(files).find(([name]) => name.endsWith('credential.json')) ?? [];
    assert.equal(JSON.parse(text).value, cookie);
    // The token inside may expire before the cookie, so no time is claimed; renewals go by what is known at the latest.
    assert.deepEqual([JSON.parse(text).expires_at, JSON.parse(text).life], [undefined, 86_400]);
    assert.doesNotMatch(files.GITHUB_OUTPUT ?? '', /^expires-at<</m);
    assert.match(stdout, /^Logged in as ci@example\.com\.$/m);
    assert.match(files.GITHUB_STEP_SUMMARY ?? '', /Valid until<\/th><td>not known</);
  });

  it('by env goes into a folder that nobody else can read', async () => {
    const platform = await startPlatform();
    const dir = join(folder, 'sdk');
    const { status, stdout, stderr } = await runCommand(['env', '--dir', dir], cookieEnv(platform));
    await platform.close();
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^export MLFLOW_PROXY_COOKIE='_oauth2_proxy=/m);
    assert.ok(stdout.includes(`export MLFLOW_AUTH_CREDENTIAL_FILE='${join(dir, 'credential.json')}'`));
    assert.ok(
      stdout.includes(`export MLFLOW_TRACKING_SERVER_CERT_PATH='${join(dir, 'ca.pem')}'`),
      'a CA given as text becomes a file',
    );
    if (process.platform !== 'win32') {
      assert.equal(statSync(dir).mode & 0o777, 0o700);
      assert.equal(statSync(join(dir, 'credential.json')).mode & 0o777, 0o600);
    }
    assert.equal(JSON.parse(readFileSync(join(dir, 'credential.json'), 'utf8')).method, 'cookie');
  });

  it('by env without a folder says what the SDK then lacks', async () => {
    const platform = await startPlatform();
    try {
      const file = join(folder, 'ca.pem');
      writeFileSync(file, platform.ca);
      const { MLFLOW_WORKSPACE: _, ...others } = goodEnv(platform);
      const noCookie = /^! the MLflow SDK does not read MLFLOW_PROXY_COOKIE: set --dir/m;
      const noWorkspace = /^! clients that do not read MLFLOW_WORKSPACE use the default workspace .* set --dir/m;
      for (const [env, dir, warnings] of [
        [cookieEnv(platform), false, [noCookie]],
        [goodEnv(platform), false, [noWorkspace]],
        [goodEnv(platform), true, []],
        [others, false, []],
      ] as const) {
        const args = ['env', ...(dir ? ['--dir', join(folder, 'none-lacks')] : [])];
        const { status, stderr } = await runCommand(args, { ...env, PLATFORM_CA: file });
        assert.equal(status, 0, stderr);
        for (const warning of [noCookie, noWorkspace])
          assert.equal(warning.test(stderr), warnings.includes(warning as never), `${args}: ${stderr}`);
      }
    } finally {
      await platform.close();
    }
  });

  it('goes into no folder in which others may write', {
    skip: noModes,
  }, async () => {
    const dir = mkdtempSync(join(folder, 'open-'));
    chmodSync(dir, 0o777);
    const platform = await startPlatform();
    const env = cookieEnv(platform);
    const byFlag = await runCommand(['env', '--dir', dir], env);
    const byVariable = await runCommand(['env'], { ...env, MLFLOW_AUTH_DIR: dir });
    await platform.close();
    for (const { status, stderr } of [byFlag, byVariable]) {
      assert.equal(status, 2);
      assert.match(stderr, /others may write to .*chmod go-w/);
    }
    assert.equal(platform.asked.length, 0);
  });

  it('goes into no folder of somebody else', { skip: noModes }, async () => {
    const dir = mkdtempSync(join(folder, 'foreign-'));
    const elsewhere = giveAway(dir);
    const platform = await startPlatform();
    const { status, stderr } = await runCommand(['env', '--dir', dir], { ...cookieEnv(platform), ...elsewhere });
    await platform.close();
    assert.deepEqual([status, platform.asked.length], [2, 0], stderr);
    assert.match(stderr, /belongs to another user/);
  });

  it('names what would override it in the SDK', async () => {
    const platform = await startPlatform();
    const home = mkdtempSync(join(folder, 'home-'));
    writeFileSync(join(home, '.netrc'), 'machine other login x password y\nmachine localhost login x password y\n');
    const env = {
      ...cookieEnv(platform),
      HOME: home,
      USERPROFILE: home,
      MLFLOW_TRACKING_USERNAME: 'x',
      MLFLOW_TRACKING_PASSWORD: 'y',
      MLFLOW_TRACKING_AWS_SIGV4: 'true',
      MLFLOW_TRACKING_AUTH: 'kubernetes',
    };
    const { stderr } = await runCommand(['env', '--dir', join(folder, 'overridden')], env);
    await platform.close();
    const warnings = stderr.match(/^! .*$/gm) ?? [];
    assert.deepEqual(
      warnings.map((line) => line.split(' ')[1]),
      ['MLFLOW_TRACKING_USERNAME', '~/.netrc', 'MLFLOW_TRACKING_AWS_SIGV4', 'MLFLOW_TRACKING_AUTH'],
    );
  });
});

describe('the commands', () => {
  it('token and cookie refuse a method of the other', async () => {
    for (const [command, method] of [
      ['token', 'cookie'],
      ['cookie', 'token'],
    ] as const) {
      const platform = await startPlatform();
      const { status, stderr } = await runCommand([command, '--method', method], goodEnv(platform));
      await platform.close();
      assert.equal(status, 2);
      assert.ok(stderr.includes(`method: the command ${command} requires method ${command}.`), stderr);
    }
  });
});
