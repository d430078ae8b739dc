// The keyless login through the built program: where the CI's ID token comes from, what is asked of whom, and every refusal.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import { decodeClaims } from '../../src/login/dex/claims.js';
import { ciClaims, ciIssuer, ciJwt, gitHubVariables, REQUEST_TOKEN } from '../support/fake/ci.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import type { Canned } from '../support/fake/switches.js';
import { atPlatform, goodEnv, keylessEnv, runAction, runCommand, timesAsked } from '../support/program.js';

type Env = Record<string, string>;

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-keyless-'));
after(() => rmSync(folder, { recursive: true }));

const SOURCES: Record<string, (address: string) => { env?: Env; flags?: string[]; stdin?: string }> = {
  'GitHub by its request endpoint': (address) => ({ env: gitHubVariables(address) }),
  'a variable': (address) => ({ env: { MLFLOW_AUTH_ID_TOKEN: ciJwt(address) } }),
  'a file of a variable': (address) => {
    writeFileSync(join(folder, 'token'), `${ciJwt(address)}\n`);
    return { env: { MLFLOW_AUTH_ID_TOKEN_FILE: join(folder, 'token') } };
  },
  'standard input': (address) => ({ flags: ['--id-token-file', '-'], stdin: `${ciJwt(address)}\n` }),
};

describe('a keyless login', () => {
  for (const [name, source] of Object.entries(SOURCES)) {
    it(`takes the ID token from ${name}, and sends it to Dex alone, once`, async () => {
      await atPlatform({}, async (platform) => {
        const { env = {}, flags = [], stdin = '' } = source(platform.address);
        const all = { ...keylessEnv(platform), ...env };
        const { status, stdout, stderr } = await runCommand(['token', ...flags], all, stdin);
        assert.equal(status, 0, stderr);
        const { aud, email } = decodeClaims(stdout) ?? {};
        assert.deepEqual([aud, email], [['alauda-auth', 'mlflow-ci'], 'repo:org/repo:ref:refs/heads/main']);
        const asked = platform.asked.map(({ endpoint }) => endpoint);
        const gitHub = name.startsWith('GitHub') ? ['GET ci'] : [];
        assert.deepEqual(asked.slice(0, 2).sort(), ['GET discovery', 'GET start']);
        assert.deepEqual(asked.slice(2, -2), [...gitHub, 'POST token']);
        assert.deepEqual(asked.slice(-2).sort(), ['GET userinfo', 'GET workspace']);
        const exchange = platform.asked.find(({ endpoint }) => endpoint === 'POST token')?.request.body ?? '';
        const form = Object.fromEntries(new URLSearchParams(exchange));
        const sent = form.subject_token ?? '';
        assert.deepEqual(form, {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          client_id: 'mlflow-ci',
          connector_id: 'github-actions',
          subject_token: sent,
          subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
          requested_token_type: 'urn:ietf:params:oauth:token-type:id_token',
          scope: 'openid email groups audience:server:client_id:alauda-auth',
        });
        assert.equal(decodeClaims(sent)?.aud, 'mlflow');
        const others = platform.asked.filter(({ endpoint }) => endpoint !== 'POST token');
        assert.ok(!JSON.stringify(others).includes(sent));
        assert.ok(!stderr.includes(sent) && !stderr.includes(stdout), stderr);
        assert.match(stderr, /^- login: keyless \(.+\)$/m);
        assert.match(stderr, /^- audience: alauda-auth \(the client of the MLflow proxy\)$/m);
      });
    });
  }

  it('as an action needs no secret: it hands over the token, masked, and prints no other', async () => {
    await atPlatform({}, async (platform) => {
      const { address, ca } = platform;
      const inputs = {
        'platform-address': address,
        cluster: 'c1',
        workspace: 'team-a',
        connector: 'github-actions',
        'client-id': 'mlflow-ci',
        'ca-cert': ca,
      };
      const { status, stdout, files } = await runAction(inputs, gitHubVariables(address));
      assert.equal(status, 0, stdout);
      assert.match(stdout, /^Logged in as repo:org\/repo:ref:refs\/heads\/main, valid until /m);
      const sent = new URLSearchParams(
        platform.asked.find(({ endpoint }) => endpoint === 'POST token')?.request.body,
      ).get('subject_token');
      const lines = stdout.split('\n');
      const visible = lines.filter((line) => !line.startsWith('::add-mask::')).join('\n');
      for (const secret of [sent ?? assert.fail(), REQUEST_TOKEN]) {
        assert.ok(lines.includes(`::add-mask::${secret}`));
        assert.ok(!visible.includes(secret));
        assert.ok(!JSON.stringify(files).includes(secret));
      }
    });
  });

  it('asks for the audience that is set, and for another audience at GitHub', async () => {
    await atPlatform({}, async (platform) => {
      const env = { ...keylessEnv(platform), ...gitHubVariables(platform.address), DEX_AUDIENCE: 'alauda-auth' };
      const { status, stderr } = await runCommand(['token', '--id-token-audience', 'other & audience'], env);
      assert.equal(status, 0, stderr);
      assert.equal(timesAsked(platform, 'GET start'), 0);
      const form = new URLSearchParams(platform.asked.find(({ endpoint }) => endpoint === 'POST token')?.request.body);
      assert.equal(decodeClaims(form.get('subject_token') ?? '')?.aud, 'other & audience');
      assert.match(form.get('scope') ?? '', /audience:server:client_id:alauda-auth$/);
    });
  });

  it('needs no platform address where Dex and MLflow are named', async () => {
    await atPlatform({}, async (platform) => {
      const { PLATFORM_ADDRESS: address = '', CLUSTER: _, ...env } = keylessEnv(platform);
      const named = { DEX_URL: `${address}/dex/`, MLFLOW_TRACKING_URI: `${address}/clusters/c1/mlflow` };
      const given = { ...env, ...named, MLFLOW_AUTH_ID_TOKEN: ciJwt(address) };
      const { status, stderr } = await runCommand(['token'], given);
      assert.equal(status, 0, stderr);
    });
  });
});

interface Refusal {
  platform?: StartOptions;
  flags?: string[];
  claims?: Record<string, unknown>;
  token?: string;
  env?: Env;
  id: SymptomId;
  /** Requests that carried the CI's ID token. */
  exchanges: number;
  says?: RegExp;
}

const at = (status: number, body: unknown): StartOptions => ({ canned: { token: { status, body } as Canned } });
const HOUR_AGO = Math.floor(Date.now() / 1000) - 3600;

const REFUSALS: Record<string, Refusal> = {
  'another owner': {
    claims: { repository_owner: 'evil', sub: 'repo:evil/repo:ref:refs/heads/main' },
    id: 'exchange-refused',
    exchanges: 1,
    says: /The ID token says: iss https:\/\/localhost:\d+\/ci; sub repo:evil\/repo:ref:refs\/heads\/main; aud mlflow; repository_owner evil; exp 20/,
  },
  'another issuer': {
    claims: { iss: 'https://ci.example' },
    id: 'exchange-refused',
    exchanges: 1,
    says: /iss https:\/\/ci\.example;/,
  },
  'a connector that does not exist': { flags: ['--connector', 'gitlab'], id: 'exchange-connector', exchanges: 1 },
  'a connector that the client may not use': {
    platform: at(400, { error: 'invalid_grant', error_description: 'Connector not allowed for this client.' }),
    id: 'exchange-connector-client',
    exchanges: 1,
  },
  'a client that the proxy does not trust': {
    flags: ['--client-id', 'mlflow-lone'],
    id: 'exchange-peer',
    exchanges: 1,
  },
  'a client that does not exist': { flags: ['--client-id', 'nope'], id: 'exchange-client', exchanges: 1 },
  'a public client with a secret': { env: { DEX_CLIENT_SECRET: 'secret' }, id: 'exchange-client', exchanges: 1 },
  'a Dex without the grant': { platform: { grantTypes: ['authorization_code'] }, id: 'exchange-off', exchanges: 0 },
  'a grant that Dex does not list': {
    platform: at(400, { error: 'unsupported_grant_type' }),
    id: 'exchange-off',
    exchanges: 1,
  },
  'a token type that Dex does not know': {
    platform: at(400, { error: 'request_not_supported', error_description: 'Invalid subject_token_type.' }),
    id: 'exchange-type',
    exchanges: 1,
  },
  'a token that Dex does not see': {
    platform: at(400, { error: 'invalid_request', error_description: 'Missing subject_token' }),
    id: 'exchange-type',
    exchanges: 1,
  },
  'a page in place of Dex': {
    platform: { canned: { discovery: { status: 200, body: '<!doctype html><title>Console</title>' } } },
    id: 'not-dex',
    exchanges: 0,
  },
  'no discovery document': { platform: { canned: { discovery: { status: 404 } } }, id: 'not-dex', exchanges: 0 },
  'a Dex that is down': {
    platform: { canned: { discovery: { status: 503 } } },
    id: 'dex-unavailable',
    exchanges: 0,
  },
  'a Dex that is down at the exchange': { platform: at(503, ''), id: 'dex-unavailable', exchanges: 3 },
  'a token for the client alone': {
    platform: {
      echo: (endpoint, { url }) =>
        endpoint === 'token'
          ? {
              status: 200,
              body: { access_token: dexJwt(url.origin, 'mlflow-ci'), token_type: 'bearer', expires_in: 60 },
            }
          : undefined,
    },
    id: 'audience',
    exchanges: 1,
  },
  'a token for somebody else': {
    platform: {
      echo: (endpoint, { url }) =>
        endpoint === 'token'
          ? { status: 200, body: { access_token: dexJwt(url.origin, 'other'), token_type: 'bearer', expires_in: 60 } }
          : undefined,
    },
    id: 'token-claims',
    exchanges: 1,
  },
  'an opaque access token': {
    platform: at(200, { access_token: 'opaque', token_type: 'bearer', expires_in: 60 }),
    id: 'token-claims',
    exchanges: 1,
  },
  'a CI token that has expired': {
    claims: { exp: HOUR_AGO },
    id: 'ci-token-expired',
    exchanges: 0,
    says: /expired at 20/,
  },
  'a CI token that is none': { token: 'not-a-token', id: 'ci-token-invalid', exchanges: 0 },
  'a server that is no oauth2-proxy': {
    platform: { canned: { start: { status: 404 }, root: { status: 404 } } },
    id: 'not-the-proxy',
    exchanges: 0,
  },
  "another Dex's client": { platform: { dexHost: '127.0.0.1' }, id: 'foreign-login', exchanges: 0 },
  'a proxy that takes no bearer tokens': { platform: { skipJwtBearerTokens: false }, id: 'bearer-off', exchanges: 1 },
  'Kubernetes, which does not trust the issuer': {
    platform: {
      canned: {
        workspace: {
          status: 401,
          body: {
            error: {
              code: 'UNAUTHENTICATED',
              message: 'Authentication with the Kubernetes API failed. The provided token may be invalid or expired.',
            },
          },
        },
      },
    },
    id: 'kubernetes-untrusted',
    exchanges: 1,
  },
};

/** An ID token of the fake's Dex for one audience. */
const dexJwt = (origin: string, aud: string) => ciJwt(origin, { iss: `${origin}/dex`, aud });

describe('a keyless login that is refused', () => {
  for (const [
    name,
    { platform: options = {}, flags = [], claims, token, env = {}, id, exchanges, says },
  ] of Object.entries(REFUSALS)) {
    it(`by ${name} ends with ${id}, and sends no password`, async () => {
      await atPlatform(options, async (platform) => {
        const { DEX_CLIENT_ID: _, DEX_CLIENT_SECRET: __, ...password } = goodEnv(platform);
        const subject = token ?? ciJwt(platform.address, claims);
        const all = { ...password, ...keylessEnv(platform), MLFLOW_AUTH_ID_TOKEN: subject, ...env };
        const { status, stdout, stderr } = await runCommand(['token', ...flags], all);
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assert.match(stderr, new RegExp(`\\[mlflow-auth: ${id}\\]`));
        if (says) assert.match(stderr, says);
        assert.ok(!stderr.includes(subject), stderr);
        assert.equal(timesAsked(platform, 'POST token'), exchanges);
        assert.equal(timesAsked(platform, 'POST login'), 0);
      });
    });
  }

  const GITHUB: Record<string, Canned> = {
    'that refuses': { status: 403, body: { message: 'Forbidden' } },
    'without a token': { status: 200, body: { count: 0 } },
    'that is down': { status: 503, body: '' },
  };
  for (const [name, canned] of Object.entries(GITHUB)) {
    it(`by a GitHub ${name} says so, and exchanges nothing`, async () => {
      await atPlatform({ canned: { ci: canned } }, async (platform) => {
        const env = { ...keylessEnv(platform), ...gitHubVariables(platform.address) };
        const { status, stderr } = await runCommand(['token'], env);
        assert.equal(status, 1);
        assert.match(stderr, /\[mlflow-auth: ci-token-request\]/);
        assert.ok(!stderr.includes(REQUEST_TOKEN), stderr);
        assert.equal(timesAsked(platform, 'POST token'), 0);
      });
    });
  }
});

describe('the settings of a keyless login', () => {
  const WRONG: Record<string, { env: (address: string) => Env; flags?: string[]; says: RegExp; command?: string }> = {
    'without a connector': {
      env: (address) => ({ MLFLOW_AUTH_ID_TOKEN: ciJwt(address), DEX_CONNECTOR: '' }),
      says: /^ {2}connector: a keyless login requires the ID of the Dex connector/m,
    },
    'without a client': {
      env: (address) => ({ MLFLOW_AUTH_ID_TOKEN: ciJwt(address), DEX_CLIENT_ID: '' }),
      says: /^ {2}client-id: required; set --client-id or DEX_CLIENT_ID\.$/m,
    },
    'without a token': {
      env: () => ({ MLFLOW_AUTH_LOGIN: 'keyless' }),
      says: /^ {2}id-token: required; set id-token \(MLFLOW_AUTH_ID_TOKEN\) or id-token-file/m,
    },
    'without the permission of the job': {
      env: () => ({ MLFLOW_AUTH_LOGIN: 'keyless', GITHUB_ACTIONS: 'true' }),
      says: /^ {2}id-token: required; grant the job permissions: id-token: write/m,
    },
    "with an address of GitHub's that others can read": {
      env: () => ({ ACTIONS_ID_TOKEN_REQUEST_URL: 'http://github.example/x?a=b', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' }),
      says: /^ {2}id-token: invalid ACTIONS_ID_TOKEN_REQUEST_URL: expected a URL that begins with https:/m,
    },
    "with an address of GitHub's that is none": {
      env: () => ({ ACTIONS_ID_TOKEN_REQUEST_URL: 'nonsense', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' }),
      says: /^ {2}id-token: invalid ACTIONS_ID_TOKEN_REQUEST_URL/m,
    },
    'with a file that is missing': {
      env: () => ({ MLFLOW_AUTH_ID_TOKEN_FILE: join(folder, 'nothing') }),
      says: /^ {2}id-token: cannot read its file: ENOENT/m,
    },
    'for a cookie': {
      env: () => ({ MLFLOW_AUTH_LOGIN: 'keyless', MLFLOW_AUTH_METHOD: 'cookie' }),
      says: /^ {2}method: a keyless login gives a token, never a session cookie\.$/m,
    },
    'for a refresh token': {
      env: (address) => ({ MLFLOW_AUTH_ID_TOKEN: ciJwt(address) }),
      command: 'refresh',
      flags: ['--refresh-token-file', join(folder, 'refresh')],
      says: /^ {2}login: a keyless login gives no refresh token; use the command token\.$/m,
    },
    'of an unknown kind': {
      env: () => ({ MLFLOW_AUTH_LOGIN: 'magic' }),
      says: /^ {2}login: invalid "magic": expected auto, refresh-token, keyless, [a-z, -]+\. Set by MLFLOW_AUTH_LOGIN\.$/m,
    },
  };
  for (const [name, { env, flags = [], says, command = 'token' }] of Object.entries(WRONG)) {
    it(`${name} end before any request`, async () => {
      await atPlatform({}, async (platform) => {
        const all = { ...keylessEnv(platform), ...env(platform.address) };
        const { status, stderr } = await runCommand([command, ...flags], all);
        assert.equal(status, 2, stderr);
        assert.match(stderr, says);
        assert.equal(platform.asked.length, 0);
      });
    });
  }

  it("leave GitHub's variables alone where a username or a password is given", async () => {
    await atPlatform({}, async (platform) => {
      const env = { ...goodEnv(platform), ...gitHubVariables(platform.address) };
      const { status, stderr } = await runCommand(['token'], env);
      assert.equal(status, 0, stderr);
      assert.deepEqual([timesAsked(platform, 'POST login'), timesAsked(platform, 'GET ci')], [1, 0]);
      const { MLFLOW_PASSWORD: _, ...noPassword } = env;
      const missing = await runCommand(['token'], noPassword);
      assert.equal(missing.status, 2);
      assert.match(missing.stderr, /^ {2}password: required/m);
    });
  });
});

describe('a login by id-token', () => {
  const direct = ({ address, ca }: FakePlatform): Env => ({
    MLFLOW_AUTH_LOGIN: 'id-token',
    MLFLOW_TRACKING_URI: `${address}/clusters/c1/mlflow`,
    MLFLOW_WORKSPACE: 'team-a',
    PLATFORM_CA: ca,
  });

  it('hands over the token itself, proven, and nothing else is asked', async () => {
    await atPlatform({ extraJwtIssuers: true }, async (platform) => {
      const token = ciJwt(platform.address);
      const { status, stdout, stderr } = await runCommand(['token'], {
        ...direct(platform),
        MLFLOW_AUTH_ID_TOKEN: token,
      });
      assert.deepEqual([status, stdout], [0, token], stderr);
      assert.deepEqual(platform.asked.map(({ endpoint }) => endpoint).sort(), ['GET userinfo', 'GET workspace']);
    });
  });

  it('fails where oauth2-proxy does not take it', async () => {
    await atPlatform({}, async (platform) => {
      const env = { ...direct(platform), MLFLOW_AUTH_ID_TOKEN: ciJwt(platform.address) };
      const { status, stderr } = await runCommand(['token'], env);
      assert.equal(status, 1);
      assert.match(stderr, /\[mlflow-auth: audience\]/);
    });
  });

  it('names the file to the SDK, which reads it for each request, and promises no end', async () => {
    await atPlatform({ extraJwtIssuers: true }, async (platform) => {
      const file = join(folder, 'projected');
      writeFileSync(file, ciJwt(platform.address));
      const dir = join(folder, 'sdk');
      const env = { ...direct(platform), MLFLOW_AUTH_ID_TOKEN_FILE: file, MLFLOW_AUTH_RENEW: 'true' };
      const { status, stderr } = await runCommand(['env', '--dir', dir], env);
      assert.equal(status, 0, stderr);
      const written = JSON.parse(readFileSync(join(dir, 'credential.json'), 'utf8'));
      assert.equal(written.value_file, file);
      for (const name of ['life', 'renew_after', 'expires_at', 'renew']) assert.equal(written[name], undefined, name);
    });
  });
});

describe('a public client with a password', () => {
  const publicEnv = (platform: FakePlatform): Env => {
    const { DEX_CLIENT_SECRET: _, ...env } = goodEnv(platform);
    return { ...env, DEX_CLIENT_ID: 'mlflow-ci' };
  };
  const forms = ({ asked }: FakePlatform) =>
    asked.filter(({ endpoint }) => endpoint === 'POST token').map(({ request }) => new URLSearchParams(request.body));

  it('gets a token for oauth2-proxy without a secret, and is renewed without one', async () => {
    await atPlatform({}, async (platform) => {
      const file = join(folder, 'refresh-token');
      const first = await runCommand(['refresh', '--refresh-token-file', file], publicEnv(platform));
      assert.equal(first.status, 0, first.stderr);
      assert.deepEqual(decodeClaims(first.stdout)?.aud, ['alauda-auth', 'mlflow-ci']);
      const next = await runCommand(['refresh', '--refresh-token-file', file], publicEnv(platform));
      assert.equal(next.status, 0, next.stderr);
      assert.deepEqual(
        forms(platform).map((form) => [form.get('grant_type'), form.get('client_id'), form.has('client_secret')]),
        [
          ['authorization_code', 'mlflow-ci', false],
          ['refresh_token', 'mlflow-ci', false],
        ],
      );
      assert.equal(timesAsked(platform, 'POST login'), 1);
    });
  });

  it("that is the proxy's own client fails before the password is sent, and with method auto uses the cookie", async () => {
    await atPlatform({}, async (platform) => {
      const env = { ...publicEnv(platform), DEX_CLIENT_ID: 'alauda-auth' };
      const failed = await runCommand(['token'], env);
      assert.equal(failed.status, 1);
      assert.match(failed.stderr, /\[mlflow-auth: client-secret-missing\]/);
      assert.equal(timesAsked(platform, 'POST login'), 0);
      const { status, stdout, stderr } = await runCommand(
        ['env', '--format', 'json', '--dir', join(folder, 'own')],
        env,
      );
      assert.equal(status, 0, stderr);
      assert.ok(JSON.parse(stdout).MLFLOW_PROXY_COOKIE);
      assert.equal(timesAsked(platform, 'POST login'), 1);
      const doctor = await runCommand(['doctor', '--login'], env);
      assert.match(doctor.stdout, /✗ Dex: .*client-secret is not set/);
      assert.match(doctor.stdout, /✓ MLflow: oauth2-proxy accepts the cookie/);
      assert.equal(timesAsked(platform, 'POST login'), 2);
    });
  });

  it('that the proxy does not trust is referred to trustedPeers', async () => {
    await atPlatform({}, async (platform) => {
      const { status, stderr } = await runCommand(['token'], { ...publicEnv(platform), DEX_CLIENT_ID: 'mlflow-lone' });
      assert.equal(status, 1);
      assert.match(stderr, /\[mlflow-auth: peer\]/);
      assert.equal(timesAsked(platform, 'POST login'), 0);
    });
  });
});

describe('doctor about a keyless login', () => {
  it('says what the token says, and what Dex and oauth2-proxy support, without sending the token', async () => {
    await atPlatform({}, async (platform) => {
      const env = { ...keylessEnv(platform), ...gitHubVariables(platform.address), GITHUB_ACTIONS: 'true' };
      const { status, stdout } = await runCommand(['doctor'], env);
      assert.equal(status, 0, stdout);
      assert.match(stdout, /✓ CI: the job may request ID tokens from GitHub/);
      const claims = ciClaims(platform.address);
      assert.ok(stdout.includes(`iss ${ciIssuer(platform.address)}; sub ${claims.sub}; aud mlflow`), stdout);
      assert.match(stdout, /✓ Dex: .*\/dex supports token exchange/);
      assert.match(stdout, /✓ oauth2-proxy: the token is requested for alauda-auth, by client mlflow-ci/);
      assert.equal(timesAsked(platform, 'POST token'), 0);
      assert.ok(!stdout.includes(REQUEST_TOKEN));
      const logged = await runCommand(['doctor', '--login'], env);
      assert.equal(logged.status, 0, logged.stdout);
      assert.match(logged.stdout, /✓ account: logged in as repo:org\/repo:ref:refs\/heads\/main by the token method/);
    });
  });
});
