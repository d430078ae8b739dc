// Refresh tokens at an OpenID provider through the built program: to whom they go, and that the next one is never lost.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { markOf } from '../../src/errors/explain.js';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import { decodeClaims } from '../../src/login/dex/claims.js';
import { answers, type Env, envOf, firstLogin, formsSent, provider, renew, requestOf } from '../support/at-provider.js';
import { signJwt } from '../support/fake/jwt.js';
import { keyFor } from '../support/fake/keys.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import { issuerAt, PROVIDER_CLIENT } from '../support/fake/provider.js';
import { PUBLIC_CLIENT } from '../support/fake/provider-grants.js';
import { USUAL } from '../support/fake/switches.js';
import { assertNoSecret, secretsOf } from '../support/leaks.js';
import { atPlatform, goodEnv, runAction, runCommand, timesAsked } from '../support/program.js';
import { ask, withProxy } from '../support/proxying.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-refresh-'));
after(() => rmSync(folder, { recursive: true }));

const BEFORE = 'refresh-token-of-before';
const NEXT = 'next-of-fake-1';
const GIVEN: Env = { DEX_REFRESH_TOKEN: BEFORE };
const PUBLIC: Env = { DEX_CLIENT_ID: PUBLIC_CLIENT };
const SECRET: Env = { DEX_CLIENT_SECRET: USUAL.clientSecret };
const KEY = keyFor('login').export({ type: 'pkcs8', format: 'pem' }).toString();

/** A provider that has given this refresh token. */
const withToken = (more: StartOptions = {}): StartOptions =>
  provider({ ...more, provider: { refreshToken: BEFORE, ...more.provider } });
const sent = (platform: FakePlatform) => timesAsked(platform, 'POST provider-token');
const fileWith = (name: string, token = BEFORE) => {
  const path = join(folder, name);
  writeFileSync(path, token);
  return path;
};

describe('a refresh token at an OpenID provider', () => {
  const CLIENTS: [name: string, env: Env, form: Env, authorization: boolean][] = [
    ['a public client', PUBLIC, { client_id: PUBLIC_CLIENT }, false],
    ['a secret in the header', SECRET, {}, true],
    [
      'a secret in the body',
      { ...SECRET, MLFLOW_AUTH_CLIENT_AUTH: 'post' },
      { client_id: PROVIDER_CLIENT, client_secret: USUAL.clientSecret },
      false,
    ],
  ];
  for (const [name, env, form, authorization] of CLIENTS)
    it(`goes to the issuer that oauth2-proxy names, once, with ${name} and without a guess`, async () => {
      await atPlatform(withToken(), async (platform) => {
        const file = fileWith('found');
        const all = envOf(platform, { ...env, DEX_REFRESH_TOKEN_FILE: file });
        const { status, stdout, stderr } = await runCommand(['token'], all);
        assert.equal(status, 0, stderr);
        assert.equal(decodeClaims(stdout)?.iss, issuerAt(platform.address));
        assert.deepEqual(formsSent(platform), [{ grant_type: 'refresh_token', refresh_token: BEFORE, ...form }]);
        assert.equal(requestOf(platform).headers.authorization !== undefined, authorization);
        assert.equal(readFileSync(file, 'utf8'), NEXT);
        assertNoSecret({ stderr }, [stdout, BEFORE, NEXT, ...secretsOf(platform, {})]);
      });
    });

  it('goes to the issuer that is set, wherever that is, with the key of the client', async () => {
    await atPlatform(withToken({ dexHost: '127.0.0.1' }), async (platform) => {
      const issuer = { MLFLOW_AUTH_ISSUER: issuerAt(platform.address), DEX_SCOPES: 'mlflow' };
      const { status, stderr } = await runCommand(
        ['token'],
        envOf(platform, { ...GIVEN, ...issuer, MLFLOW_AUTH_CLIENT_KEY: KEY }),
      );
      assert.equal(status, 0, stderr);
      const [form = {}] = formsSent(platform);
      assert.deepEqual([form.grant_type, form.scope], ['refresh_token', 'mlflow']);
      assert.equal(decodeClaims(form.client_assertion ?? '')?.sub, PROVIDER_CLIENT);
    });
  });

  it('never leaves Dex where that is named', async () => {
    await atPlatform({ refreshToken: BEFORE }, async (platform) => {
      const { status, stderr } = await runCommand(['token'], { ...goodEnv(platform), ...GIVEN });
      assert.equal(status, 0, stderr);
      assert.deepEqual([timesAsked(platform, 'POST token'), sent(platform)], [1, 0]);
    });
  });

  it('stays good where the provider gives no other one', async () => {
    await atPlatform(withToken({ provider: { rotates: false } }), async (platform) => {
      const file = fileWith('same');
      const env = envOf(platform, { ...PUBLIC, DEX_REFRESH_TOKEN_FILE: file });
      for (let run = 0; run < 2; run++) assert.equal((await runCommand(['refresh'], env)).status, 0);
      assert.equal(readFileSync(file, 'utf8'), BEFORE);
    });
  });

  for (const refresh_token of ['', ' ', null, 5, ['a'], {}])
    it(`stays good where the provider says ${JSON.stringify(refresh_token)} in place of another one`, async () => {
      const access_token = signJwt({ aud: 'oauth2-proxy', exp: Math.floor(Date.now() / 1000) + 300 });
      const body = { access_token, token_type: 'Bearer', refresh_token };
      await atPlatform(withToken({ canned: { 'provider-token': { status: 200, body } } }), async (platform) => {
        const file = fileWith('odd');
        const env = envOf(platform, { ...PUBLIC, DEX_REFRESH_TOKEN_FILE: file, MLFLOW_AUTH_VERIFY: 'false' });
        const { status, stdout, stderr } = await runCommand(['refresh'], env);
        assert.deepEqual([status, stdout.trim()], [0, access_token], stderr);
        assert.deepEqual([readFileSync(file, 'utf8'), sent(platform)], [BEFORE, 1]);
      });
    });

  it('is replaced by refresh, by exec and by the action, again and again', async () => {
    await atPlatform(withToken({ tokenLife: 12 }), async (platform) => {
      const file = fileWith('again');
      const env = envOf(platform, { ...PUBLIC, DEX_REFRESH_TOKEN_FILE: file });
      const refreshed = await runCommand(['refresh'], env);
      assert.deepEqual([refreshed.status, readFileSync(file, 'utf8')], [0, NEXT], refreshed.stderr);
      const exec = await runCommand(['exec', '--', process.execPath, '-e', 'setTimeout(() => {}, 9000)'], env);
      assert.equal(exec.status, 0, exec.stderr);
      const renewed = sent(platform);
      assert.ok(renewed >= 3, exec.stderr);
      assert.equal(readFileSync(file, 'utf8'), `next-of-fake-${renewed}`);
      const { DEX_REFRESH_TOKEN_FILE: _, ...others } = env;
      const action = await runAction({ 'refresh-token': readFileSync(file, 'utf8') }, others);
      assert.equal(action.status, 0, action.stdout);
      assert.match(action.files.GITHUB_OUTPUT ?? '', new RegExp(`\nnext-of-fake-${renewed + 1}\n`));
    });
  });

  it('is used by the proxy, which keeps the next one in its file', async () => {
    await atPlatform(withToken({ tokenLife: 12 }), async (platform) => {
      const file = fileWith('proxy');
      await withProxy(envOf(platform, { ...PUBLIC, DEX_REFRESH_TOKEN_FILE: file }), async (proxy) => {
        for (const until = Date.now() + 9000; Date.now() < until; )
          assert.equal((await ask(proxy, '/api/3.0/mlflow/workspaces/team-a')).status, 200, proxy.stderr());
      });
      assert.ok(sent(platform) >= 2);
      assert.equal(readFileSync(file, 'utf8'), `next-of-fake-${sent(platform)}`);
    });
  });

  it('is all that a renewal requires, with the issuer and the client', async () => {
    await atPlatform(withToken(), async (platform) => {
      const dir = join(folder, 'kept');
      const issuer = { MLFLOW_AUTH_ISSUER: issuerAt(platform.address) };
      const state = JSON.parse(await firstLogin(platform, dir, { ...SECRET, ...GIVEN, ...issuer }));
      const { refreshToken, issuer: kept, clientSecret, login, at } = state.settings;
      assert.deepEqual(
        [refreshToken, kept, clientSecret, login, at],
        [NEXT, issuer.MLFLOW_AUTH_ISSUER, USUAL.clientSecret, 'refresh-token', 'provider'],
      );
      const { status, stderr } = await renew(dir, {});
      assert.equal(status, 0, stderr);
      assert.deepEqual(
        formsSent(platform).map(({ refresh_token }) => refresh_token),
        [BEFORE, NEXT],
      );
    });
  });

  const said = (status: number, body: unknown = { error: 'server_error' }, more = {}) => ({ status, body, ...more });
  const opaque = { access_token: 'opaque', token_type: 'Bearer' };
  const FAILURES: [what: string, answer: NonNullable<StartOptions['canned']>['token'], again: boolean][] = [
    ['status 500', said(500), false],
    ['status 503 and a page', said(503, '<html><title>503</title></html>'), false],
    ['status 404', said(404, ''), false],
    ['a redirect', said(302, '', { headers: { location: 'https://elsewhere.test/' } }), false],
    ['status 200 and a page', said(200, '<html><title>Console</title></html>'), false],
    ['an opaque token', said(200, opaque), false],
    ['status 429', said(429), true],
    ['no response', said(200, '', { hang: true }), true],
  ];
  for (const [what, answer, again] of FAILURES)
    it(`is sent ${again ? 'again by the next renewal' : 'once'} where a renewal gets ${what}`, async () => {
      const canned: NonNullable<StartOptions['canned']> = {};
      await atPlatform(withToken({ canned }), async (platform) => {
        const dir = mkdtempSync(join(folder, 'fails-'));
        await firstLogin(platform, dir, { ...PUBLIC, ...GIVEN, MLFLOW_AUTH_TIMEOUT: '4' });
        canned['provider-token'] = answer;
        const failed = await renew(dir, {});
        assert.equal(failed.status, 1, failed.stderr);
        const { status, stderr } = await renew(dir, {});
        assert.equal(status, 1);
        assert.equal(
          /mlflow-auth does not retry: this is the result of a previous attempt/.test(stderr),
          !again,
          stderr,
        );
        const tokens = formsSent(platform).map(({ refresh_token }) => refresh_token);
        assert.deepEqual(tokens, [BEFORE, NEXT, ...(again ? [NEXT] : [])]);
        assertNoSecret({ stderr }, [BEFORE, NEXT]);
      });
    });

  it('that a renewal got status 500 for is followed by the password at the next one, where there is one', async () => {
    const canned: NonNullable<StartOptions['canned']> = {};
    await atPlatform(withToken({ canned }), async (platform) => {
      const dir = join(folder, 'followed');
      const account = { MLFLOW_USERNAME: USUAL.username, MLFLOW_PASSWORD: USUAL.password };
      await firstLogin(platform, dir, { ...PUBLIC, ...account, MLFLOW_AUTH_LOGIN: 'password-grant' });
      canned['provider-token'] = said(500);
      assert.equal((await renew(dir, account)).status, 1);
      delete canned['provider-token'];
      assert.match((await renew(dir, {})).stderr, /no refresh token, and no username and password.*log in again/);
      const { status, stderr } = await renew(dir, account);
      assert.equal(status, 0, stderr);
      const grants = formsSent(platform).map(({ grant_type }) => grant_type);
      assert.deepEqual(grants, ['password', 'refresh_token', 'password']);
    });
  });

  it('that is refused at a renewal is not sent again', async () => {
    await atPlatform(withToken(), async (platform) => {
      const dir = join(folder, 'refused');
      const state = JSON.parse(await firstLogin(platform, dir, { ...PUBLIC, ...GIVEN }));
      // Its session ends meanwhile.
      const settings = { ...state.settings, refreshToken: 'ended' };
      writeFileSync(join(dir, 'renewal.json'), JSON.stringify({ ...state, settings }));
      // No password stands behind it.
      const account = { MLFLOW_USERNAME: USUAL.username, MLFLOW_PASSWORD: USUAL.password };
      const refused = await renew(dir, account);
      assert.ok(refused.stderr.includes(markOf('provider-refresh-refused')), refused.stderr);
      assert.match((await renew(dir, account)).stderr, /mlflow-auth does not retry/);
      assert.equal(sent(platform), 2);
    });
  });
});

interface Refusal {
  options?: StartOptions;
  env?: Env;
  id: SymptomId;
  /** Requests at the token endpoint. */
  sent: number;
  /** What is in the file afterwards. */
  left?: string;
}

const REFUSALS: Record<string, Refusal> = {
  'for an issuer on another host': { options: { dexHost: '127.0.0.1' }, id: 'issuer-elsewhere', sent: 0 },
  'for a token endpoint on another host': {
    options: { provider: { document: { token_endpoint: 'https://evil.example/token' } } },
    id: 'issuer-elsewhere',
    sent: 0,
  },
  'that has ended': { options: { provider: { refreshToken: 'another' } }, id: 'provider-refresh-refused', sent: 1 },
  'of a client with a wrong secret': {
    env: { DEX_CLIENT_ID: PROVIDER_CLIENT, DEX_CLIENT_SECRET: 'wrong secret' },
    id: 'client-refused',
    sent: 1,
  },
  'with a failing server': { options: answers(500, 'server_error', 'x'), id: 'provider-unavailable', sent: 1 },
  'for an opaque token': {
    options: { provider: { refreshToken: BEFORE, opaque: 'opaque-access-token' } },
    id: 'opaque-token',
    sent: 1,
    left: NEXT,
  },
  'for another audience': {
    options: { provider: { refreshToken: BEFORE, claims: { aud: 'account' } } },
    id: 'provider-audience',
    sent: 1,
    left: NEXT,
  },
  'for a next one that is none': {
    options: {
      canned: {
        'provider-token': {
          status: 200,
          body: { access_token: 'ey.ey.ey', token_type: 'Bearer', refresh_token: 'a b' },
        },
      },
    },
    id: 'token-response',
    sent: 1,
  },
};

describe('a refresh token at an OpenID provider that goes wrong', () => {
  for (const [name, { options = {}, env = PUBLIC, id, sent: times, left = BEFORE }] of Object.entries(REFUSALS))
    it(`${name}, ends as ${id} after ${times} requests`, async () => {
      await atPlatform(withToken(options), async (platform) => {
        const file = fileWith('wrong');
        const account = { MLFLOW_USERNAME: USUAL.username, MLFLOW_PASSWORD: USUAL.password };
        const all = envOf(platform, { ...account, ...env, DEX_REFRESH_TOKEN_FILE: file });
        const { status, stdout, stderr } = await runCommand(['token'], all);
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assert.ok(stderr.includes(markOf(id)), stderr);
        assert.equal(sent(platform), times);
        assert.equal(readFileSync(file, 'utf8'), left);
        assertNoSecret({ stderr }, [BEFORE, NEXT, USUAL.password, ...secretsOf(platform, {})]);
      });
    });

  it('without an issuer, a tracking URI or Dex, or with a login that uses none, is a configuration error', async () => {
    const login = (value: string) => ({ MLFLOW_AUTH_LOGIN: value, MLFLOW_TRACKING_URI: 'https://mlflow.test' });
    const cases: [env: Env, text: RegExp][] = [
      [{}, /platform-address: required/],
      [{ ...login('client-credentials'), ...SECRET }, /a login with client-secret uses no refresh token/],
      [{ ...login('refresh-token'), DEX_REFRESH_TOKEN: '' }, /refresh-token: required/],
      [{ MLFLOW_TRACKING_URI: 'https://mlflow.test', DEX_CLIENT_ID: '' }, /client-id: required/],
    ];
    for (const [env, text] of cases) {
      const { status, stderr } = await runCommand(['token'], { ...GIVEN, DEX_CLIENT_ID: 'x', ...env });
      assert.equal(status, 2, stderr);
      assert.match(stderr, text);
    }
    const missing = { MLFLOW_TRACKING_URI: 'https://mlflow.test', DEX_CLIENT_ID: 'x' };
    const { status, stderr } = await runCommand(['refresh', '--refresh-token-file', join(folder, 'none')], missing);
    assert.equal(status, 2);
    assert.match(stderr, /refresh-token: there is none yet/);
  });
});
