// A tracking server that wants the password, or another token than its own, at the pages of Dex and in keyless logins.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPage } from '../../src/login/dex/page.js';
import { ciJwt } from '../support/fake/ci.js';
import { type FakePlatform, type StartOptions, startPlatform } from '../support/fake/platform.js';
import { USUAL } from '../support/fake/switches.js';
import { goodEnv, runCommand, timesAsked } from '../support/program.js';

const UPSTREAM: StartOptions = {
  loginApi: false,
  connectors: [
    { id: 'local', type: 'local' },
    { id: 'evil-ldap', type: 'ldap' },
  ],
};

/** Two servers, of which the second one is the tracking server and begins logins as it likes. */
async function besides(
  location: (platform: string, tracking: string) => string,
  work: (platform: FakePlatform, tracking: FakePlatform) => Promise<void>,
): Promise<void> {
  const platform = await startPlatform(UPSTREAM);
  const tracking: FakePlatform = await startPlatform({
    ...UPSTREAM,
    echo: (endpoint, { url }) =>
      endpoint === 'start' || endpoint === 'root'
        ? { status: 302, headers: { location: location(platform.address, url.origin) } }
        : undefined,
  });
  try {
    await work(platform, tracking);
  } finally {
    await tracking.close();
    await platform.close();
  }
}

const requestOf = (redirect: string, more: Record<string, string> = {}) =>
  new URLSearchParams({
    client_id: 'alauda-auth',
    redirect_uri: `${redirect}/clusters/c1/mlflow/oauth2/callback`,
    response_type: 'code',
    scope: 'openid',
    state: 'x',
    code_challenge: 'A'.repeat(43),
    code_challenge_method: 'S256',
    ...more,
  });

const STARTS: Record<string, (platform: string, tracking: string) => string> = {
  'a relative address of its own': (_, tracking) => `/dex/auth?${requestOf(tracking)}`,
  'its own address': (_, tracking) => `${tracking}/dex/auth?${requestOf(tracking)}`,
  'a path of its own on the platform': (platform, tracking) => `${platform}/clusters/evil/auth?${requestOf(tracking)}`,
};

describe('a hostile tracking server', () => {
  for (const [name, location] of Object.entries(STARTS))
    for (const login of ['dex', 'auto'])
      it(`gets no password by a login that begins at ${name}, with login ${login}`, async () => {
        await besides(location, async (platform, tracking) => {
          const { DEX_CLIENT_ID: _, DEX_CLIENT_SECRET: __, CLUSTER: ___, ...env } = goodEnv(platform);
          const uri = { MLFLOW_TRACKING_URI: `${tracking.address}/clusters/c1/mlflow`, MLFLOW_AUTH_LOGIN: login };
          await runCommand(['cookie'], { ...env, ...uri });
          assert.equal(timesAsked(tracking, 'POST login'), 0);
          for (const { request } of tracking.asked)
            assert.ok(!decodeURIComponent(request.body.replaceAll('+', ' ')).includes(USUAL.password));
          const evil = platform.asked.filter(({ request }) => request.url.pathname.startsWith('/clusters/evil'));
          assert.deepEqual(evil, []);
        });
      });

  it('does not choose the connector', async () => {
    const location = (platform: string, tracking: string) =>
      `${platform}/dex/auth?${requestOf(tracking, { connector_id: 'evil-ldap' })}`;
    await besides(location, async (platform, tracking) => {
      const { DEX_CLIENT_ID: _, DEX_CLIENT_SECRET: __, CLUSTER: ___, ...env } = goodEnv(platform);
      const uri = { MLFLOW_TRACKING_URI: `${tracking.address}/clusters/c1/mlflow`, MLFLOW_AUTH_LOGIN: 'dex' };
      for (const DEX_CONNECTOR of ['', 'local']) await runCommand(['cookie'], { ...env, ...uri, DEX_CONNECTOR });
      const asked = platform.asked.map(({ request }) => request.url);
      assert.ok(asked.some(({ pathname }) => pathname === '/dex/auth'));
      for (const { href } of asked) assert.ok(!href.includes('evil-ldap'), href);
    });
  });

  for (const client of ['proxy offline_access audience:server:client_id:admin', 'two\ttabs', ''])
    it(`adds no scope by the client ${JSON.stringify(client)}`, async () => {
      const location = (platform: string, tracking: string) =>
        `${platform}/dex/auth?${requestOf(tracking, { client_id: client })}`;
      await besides(location, async (platform, tracking) => {
        const {
          MLFLOW_USERNAME: _,
          MLFLOW_PASSWORD: __,
          DEX_CLIENT_SECRET: ___,
          CLUSTER: ____,
          ...env
        } = goodEnv(platform);
        const job = { DEX_CLIENT_ID: 'mlflow-ci', DEX_CONNECTOR: 'github-actions' };
        const uri = { MLFLOW_TRACKING_URI: `${tracking.address}/clusters/c1/mlflow` };
        const token = { MLFLOW_AUTH_ID_TOKEN: ciJwt(platform.address) };
        const { status } = await runCommand(['token'], { ...env, ...job, ...uri, ...token });
        assert.equal(status, 1);
        assert.equal(timesAsked(platform, 'POST token'), 0);
      });
    });
});

describe('a page without an end', () => {
  const at = new URL('https://dex.test/dex/auth');
  for (const [name, html] of Object.entries({
    'of elements within each other': '<b>'.repeat(80_000),
    'of closed ones': '<p></p>'.repeat(140_000),
  }))
    it(`${name} is read as one that says nothing`, () => {
      assert.deepEqual(readPage(html, at, new URL('https://dex.test/dex')), { kind: 'other', text: '' });
    });
});
