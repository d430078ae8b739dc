// Logins at the pages of upstream Dex: every form that is known of them, what is sent where, and every refusal.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import { USUAL } from '../support/fake/switches.js';
import { atPlatform, goodEnv, runCommand, timesAsked } from '../support/program.js';
import { sampled } from '../support/sample.js';

type Env = Record<string, string>;

const UPSTREAM: StartOptions = { loginApi: false, connectors: [{ id: 'local', type: 'local' }] };
const LDAP = { id: 'corp-ldap', type: 'ldap' };
const OIDC = { id: 'sso', type: 'oidc' };

const atUpstream = <T>(options: StartOptions, work: (platform: FakePlatform) => Promise<T>) =>
  atPlatform({ ...UPSTREAM, ...options }, work);

/** A cookie login has no client. */
function envFor(platform: FakePlatform, method: string, more: Env = {}): Env {
  const { DEX_CLIENT_ID: id = '', DEX_CLIENT_SECRET: secret = '', ...env } = goodEnv(platform);
  const client = { DEX_CLIENT_ID: id, DEX_CLIENT_SECRET: secret };
  return { ...env, ...(method === 'token' ? client : {}), ...more };
}

const FORMS: Record<string, { platform?: StartOptions; env?: Env; pages: string[] }> = {
  'with one connector': { pages: ['GET auth', 'GET connector', 'GET form', 'POST login'] },
  'of the generation after 2.45': {
    platform: { pages: 'newer', approval: true },
    pages: [
      ...['GET auth', 'GET connector', 'GET form', 'POST login', 'GET auth'],
      ...['GET approval', 'POST approval', 'GET auth'],
    ],
  },
  'with a theme of its own': {
    platform: { pages: 'theme' },
    pages: ['GET auth', 'GET connector', 'GET form', 'POST login'],
  },
  'with an approval': {
    platform: { approval: true },
    pages: ['GET auth', 'GET connector', 'GET form', 'POST login', 'GET approval', 'POST approval'],
  },
  'with several connectors, of which local is taken': {
    platform: { connectors: [OIDC, { id: 'local', type: 'local' }, LDAP] },
    pages: ['GET auth', 'GET connector', 'GET form', 'POST login'],
  },
  'with a connector that is named': {
    platform: { connectors: [OIDC, { id: 'local', type: 'local' }, LDAP] },
    env: { DEX_CONNECTOR: LDAP.id },
    pages: ['GET auth', 'GET connector', 'GET form', 'POST login'],
  },
  'with a single connector that is not local': {
    platform: { connectors: [LDAP] },
    pages: ['GET auth', 'GET connector', 'GET form', 'POST login'],
  },
};

describe('a login at the pages of Dex', () => {
  for (const [name, { platform: options = {}, env = {}, pages }] of sampled(Object.entries(FORMS)))
    for (const method of ['token', 'cookie'])
      for (const login of ['dex', 'auto'])
        it(`${name}, by ${method} and login ${login}, sends the password once, to its form`, async () => {
          await atUpstream(options, async (platform) => {
            const all = envFor(platform, method, { MLFLOW_AUTH_LOGIN: login, ...env });
            const { status, stdout, stderr } = await runCommand([method], all);
            assert.equal(status, 0, stderr);
            assert.match(stdout, method === 'token' ? /^ey/ : /^_oauth2_proxy=/);
            const asked = platform.asked.map(({ endpoint }) => endpoint);
            const first = asked.indexOf('GET auth');
            assert.deepEqual(asked.slice(first, first + pages.length), pages);
            assert.equal(timesAsked(platform, 'POST login'), 1);
            const others = platform.asked.filter(({ endpoint }) => endpoint !== 'POST login');
            for (const { request } of others) assert.ok(!JSON.stringify(request).includes('größer'));
            const form = platform.asked.find(({ endpoint }) => endpoint === 'POST login')?.request.body;
            assert.equal(new URLSearchParams(form).get('password'), USUAL.password);
            assert.ok(!new URLSearchParams(form).has('remember_me'));
            const probes = asked.filter((one) => one.endsWith('GET pubkey') || one.endsWith('/authorize')).length;
            if (login === 'dex') assert.equal(probes, 0);
            else assert.match(stderr, /^- login: dex \(there is no JSON login API, and Dex responds\)$/m);
          });
        });

  it('works with relative addresses, as in Kubeflow', async () => {
    await atUpstream({ relativeLocation: true }, async (platform) => {
      const { status, stderr } = await runCommand(['cookie'], envFor(platform, 'cookie', { MLFLOW_AUTH_LOGIN: 'dex' }));
      assert.equal(status, 0, stderr);
    });
  });
});

describe('a login at AuthService, which was before Kubeflow until 1.9', () => {
  it('gives its session cookie, whose name is detected', async () => {
    const options = { authService: true, cookieName: 'authservice_session', chunks: 1 };
    await atUpstream({ ...options, relativeLocation: true }, async (platform) => {
      const { status, stdout, stderr } = await runCommand(['cookie'], envFor(platform, 'cookie'));
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^authservice_session=/);
      assert.equal(timesAsked(platform, 'POST login'), 1);
      // It has no /oauth2/userinfo, so the workspace is the proof.
      assert.equal(timesAsked(platform, 'GET workspace'), 1);
    });
  });
});

interface Refusal {
  platform?: StartOptions;
  env?: Env;
  id: SymptomId;
  /** Posts of the password. */
  logins: number;
}

const REFUSALS: Record<string, Refusal> = {
  'a wrong password': { env: { MLFLOW_PASSWORD: 'wrong' }, id: 'wrong-password', logins: 1 },
  'a wrong password at an old Dex': {
    platform: { passwordStatus: 200 },
    env: { MLFLOW_PASSWORD: 'wrong' },
    id: 'wrong-password',
    logins: 1,
  },
  'an LDAP server that is down': {
    platform: {
      canned: {
        login: {
          status: 500,
          body: '<html><body><h2>Internal Server Error</h2><p>Login error. Please contact your administrator or try again later.</p></body></html>',
          headers: { 'content-type': 'text/html' },
        },
      },
    },
    id: 'connector-error',
    logins: 1,
  },
  'a connector of another kind': {
    platform: { connectors: [OIDC] },
    env: { DEX_CONNECTOR: 'sso' },
    id: 'connector-browser',
    logins: 0,
  },
  'a SAML connector': { platform: { connectors: [{ id: 'saml', type: 'saml' }] }, id: 'connector-browser', logins: 0 },
  'several connectors without local': { platform: { connectors: [OIDC, LDAP] }, id: 'connector', logins: 0 },
  'an unknown connector': { env: { DEX_CONNECTOR: 'nope' }, id: 'connector', logins: 0 },
  'a form that leads to another server': {
    platform: { formAction: 'https://evil.test/dex/auth/local/login' },
    id: 'foreign-form',
    logins: 0,
  },
  'a form that leads out of Dex': { platform: { formAction: '/console/login' }, id: 'foreign-form', logins: 0 },
  'an unknown client': { env: { DEX_CLIENT_ID: 'nope' }, id: 'client-unknown', logins: 0 },
  'a redirect URI that is not registered': {
    env: { DEX_REDIRECT_URI: 'https://other.test/' },
    id: 'redirect-uri',
    logins: 0,
  },
  'a second factor': {
    platform: {
      canned: {
        form: {
          status: 200,
          body: '<form method="post"><input name="totp"></form>',
          headers: { 'content-type': 'text/html' },
        },
      },
    },
    id: 'second-factor',
    logins: 0,
  },
  'redirects without an end': {
    platform: { canned: { form: { status: 302, headers: { location: '/dex/auth/local/login?again' } } } },
    id: 'dex-steps',
    logins: 0,
  },
  'a redirect to another place after the login': {
    platform: { canned: { login: { status: 303, headers: { location: 'https://evil.test/?code=x' } } } },
    id: 'dex-elsewhere',
    logins: 1,
  },
};

describe('a login at the pages of Dex that is refused', () => {
  for (const [name, { platform: options = {}, env = {}, id, logins }] of Object.entries(REFUSALS))
    it(`by ${name} ends with ${id}, after ${logins} posts of the password`, async () => {
      await atUpstream(options, async (platform) => {
        const { status, stdout, stderr } = await runCommand(
          ['token'],
          envFor(platform, 'token', { MLFLOW_AUTH_LOGIN: 'dex', ...env }),
        );
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assert.match(stderr, new RegExp(`\\[mlflow-auth: ${id}\\]`));
        assert.equal(timesAsked(platform, 'POST login'), logins);
      });
    });

  it('where there is neither an API nor Dex is told as before', async () => {
    await atUpstream({ canned: { discovery: { status: 404 } } }, async (platform) => {
      const { status, stderr } = await runCommand(['token'], envFor(platform, 'token'));
      assert.equal(status, 1);
      assert.match(stderr, /\[mlflow-auth: not-found\]/);
    });
  });
});
