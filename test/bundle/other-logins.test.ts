// Logins with the password grant and by the implicit flow: what is sent where, once, and every refusal.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import { USUAL } from '../support/fake/switches.js';
import { atPlatform, goodEnv, runAction, runCommand } from '../support/program.js';

type Env = Record<string, string>;

const GRANT: StartOptions = { grantTypes: [...USUAL.grantTypes, 'password'] };
const IMPLICIT: StartOptions = { responseTypes: ['code', 'id_token'] };
const PAGES: StartOptions = { loginApi: false, connectors: [{ id: 'local', type: 'local' }] };

/** A login by name; neither way needs the secret of the client of oauth2-proxy. */
function envFor(platform: FakePlatform, login: string, more: Env = {}): Env {
  const client = login === 'implicit' ? USUAL.clientId : 'mlflow-ci';
  return { ...goodEnv(platform), DEX_CLIENT_ID: client, DEX_CLIENT_SECRET: '', MLFLOW_AUTH_LOGIN: login, ...more };
}

/** Requests that carry the password, whatever its form. */
const passwords = ({ asked }: FakePlatform) =>
  asked.filter(
    ({ endpoint, request }) =>
      endpoint === 'POST login' || new URLSearchParams(request.body).get('grant_type') === 'password',
  );

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('a login with the password grant', () => {
  for (const [name, env] of Object.entries<Env>({
    'by a public client': {},
    'by the client of oauth2-proxy': { DEX_CLIENT_ID: USUAL.clientId, DEX_CLIENT_SECRET: USUAL.clientSecret },
  }))
    it(`${name} sends the password once, to the token endpoint`, async () => {
      await atPlatform(GRANT, async (platform) => {
        const { status, stdout, stderr } = await runCommand(['token'], envFor(platform, 'password-grant', env));
        assert.equal(status, 0, stderr);
        assert.ok([claimsOf(stdout).aud].flat().includes(USUAL.clientId));
        const [sent, ...more] = passwords(platform);
        assert.deepEqual(more, []);
        assert.equal(sent?.endpoint, 'POST token');
        const form = new URLSearchParams(sent?.request.body);
        assert.equal(form.get('password'), USUAL.password);
        assert.ok(!form.get('scope')?.includes('offline_access'));
        assert.ok(!stderr.includes(USUAL.password));
      });
    });
});

describe('a renewal', () => {
  for (const [login, options, again] of [
    ['password-grant', GRANT, 0],
    ['implicit', IMPLICIT, 1],
  ] as const)
    it(`of a login with ${login} sends ${again} passwords, and stores none`, async () => {
      const dir = mkdtempSync(join(tmpdir(), 'mlflow-auth-test-'));
      try {
        await atPlatform(options, async (platform) => {
          const env = envFor(platform, login);
          const first = await runCommand(['env', '--renew', '--dir', dir], env);
          assert.equal(first.status, 0, first.stderr);
          assert.equal(passwords(platform).length, 1);
          const state = readFileSync(join(dir, 'renewal.json'), 'utf8');
          assert.ok(!state.includes(USUAL.password));
          const { value } = JSON.parse(readFileSync(join(dir, 'credential.json'), 'utf8'));
          const renew = ['renew', '--dir', dir, '--seen', createHash('sha256').update(value).digest('hex')];
          const without = await runCommand(renew, { PLATFORM_CA: platform.ca });
          assert.equal(without.status, again === 0 ? 0 : 1, without.stderr);
          if (again > 0) assert.match(without.stderr, /no username and password in the environment/);
          if (again > 0) assert.equal((await runCommand(renew, env)).status, 0);
          assert.equal(passwords(platform).length, 1 + again);
        });
      } finally {
        rmSync(dir, { recursive: true });
      }
    });
});

describe('a login by the implicit flow', () => {
  for (const [name, options] of Object.entries({ 'at the login API': {}, 'at the pages of Dex': PAGES }))
    it(`${name} gets the ID token in the redirect, and sends the password once`, async () => {
      await atPlatform({ ...IMPLICIT, ...options }, async (platform) => {
        const { status, stdout, stderr } = await runCommand(['token'], envFor(platform, 'implicit'));
        assert.equal(status, 0, stderr);
        assert.equal(claimsOf(stdout).aud, USUAL.clientId);
        assert.equal(passwords(platform).length, 1);
        assert.ok(!platform.asked.some(({ endpoint }) => endpoint === 'POST token'));
      });
    });

  it('masks the token before it is checked', async () => {
    await atPlatform({ ...IMPLICIT, claims: { nonce: 'another' } }, async (platform) => {
      const env = envFor(platform, 'implicit', { GITHUB_ACTIONS: 'true' });
      const { status, stdout } = await runAction({}, env);
      assert.equal(status, 1);
      assert.match(stdout, /::add-mask::ey[\w-]+\.[\w-]+\.[\w-]+/);
      assert.equal(stdout.replaceAll(/^::add-mask::.*$/gm, '').match(/ey[\w-]+\.[\w-]+\.[\w-]+/), null);
    });
  });
});

interface Refusal {
  login: 'password-grant' | 'implicit';
  platform?: StartOptions;
  env?: Env;
  id: SymptomId;
  /** Requests with the password. */
  sent: number;
}

const grantAnswer = (status: number, error: string, error_description: string): StartOptions => ({
  ...GRANT,
  passwordGrant: { status, body: { error, error_description } },
});

const REFUSALS: Record<string, Refusal> = {
  'a password grant that discovery does not list': { login: 'password-grant', id: 'password-grant-off', sent: 0 },
  'a wrong password': {
    login: 'password-grant',
    platform: GRANT,
    env: { MLFLOW_PASSWORD: 'wrong' },
    id: 'wrong-password',
    sent: 1,
  },
  'an unknown user': {
    login: 'password-grant',
    platform: GRANT,
    env: { MLFLOW_USERNAME: 'nobody' },
    id: 'wrong-password',
    sent: 1,
  },
  'an LDAP server that is down': {
    login: 'password-grant',
    platform: grantAnswer(400, 'invalid_request', 'Could not login user'),
    id: 'connector-error',
    sent: 1,
  },
  'a connector that does not exist': {
    login: 'password-grant',
    platform: grantAnswer(400, 'invalid_request', 'Requested connector does not exist.'),
    id: 'password-connector',
    sent: 1,
  },
  'a disabled account': {
    login: 'password-grant',
    platform: grantAnswer(400, 'invalid_grant', 'Account disabled'),
    id: 'account-disabled',
    sent: 1,
  },
  'a server error after the password': {
    login: 'password-grant',
    platform: grantAnswer(500, 'server_error', ''),
    id: 'dex-unavailable',
    sent: 1,
  },
  'an overloaded server after the password': {
    login: 'password-grant',
    platform: grantAnswer(503, 'server_error', ''),
    id: 'dex-unavailable',
    sent: 1,
  },
  'a client that is not trusted': {
    login: 'password-grant',
    platform: GRANT,
    env: { DEX_CLIENT_ID: 'mlflow-lone' },
    id: 'peer',
    sent: 1,
  },
  'an unknown client': {
    login: 'password-grant',
    platform: GRANT,
    env: { DEX_CLIENT_ID: 'nope' },
    id: 'invalid-client',
    sent: 1,
  },
  'the client of oauth2-proxy without its secret': {
    login: 'password-grant',
    platform: GRANT,
    env: { DEX_CLIENT_ID: USUAL.clientId },
    id: 'client-secret-missing',
    sent: 0,
  },
  'an implicit flow that discovery does not list': { login: 'implicit', id: 'implicit-off', sent: 0 },
  'an implicit flow with a wrong password': {
    login: 'implicit',
    platform: IMPLICIT,
    env: { MLFLOW_PASSWORD: 'wrong' },
    id: 'wrong-password',
    sent: 1,
  },
  'a token with another nonce': {
    login: 'implicit',
    platform: { ...IMPLICIT, claims: { nonce: 'another' } },
    id: 'token-claims',
    sent: 1,
  },
  'a token for another client': {
    login: 'implicit',
    platform: { ...IMPLICIT, claims: { aud: 'another' } },
    id: 'token-claims',
    sent: 1,
  },
  'a token of another issuer': {
    login: 'implicit',
    platform: { ...IMPLICIT, claims: { iss: 'https://evil.test/dex' } },
    id: 'token-claims',
    sent: 1,
  },
  'a token that has expired': {
    login: 'implicit',
    platform: { ...IMPLICIT, claims: { exp: 1_000_000_000 } },
    id: 'clock',
    sent: 1,
  },
  'a token that is none': {
    login: 'implicit',
    platform: { ...IMPLICIT, changesIdToken: () => 'no token' },
    id: 'token-claims',
    sent: 1,
  },
  'a redirect without a token': {
    login: 'implicit',
    platform: { ...IMPLICIT, changesIdToken: () => '' },
    id: 'id-token-missing',
    sent: 1,
  },
  'another state': { login: 'implicit', platform: { ...IMPLICIT, state: 'another' }, id: 'state', sent: 1 },
};

describe('such a login', () => {
  for (const [name, { login, platform: options = {}, env = {}, id, sent }] of Object.entries(REFUSALS))
    it(`with ${name} ends in ${id}, with ${sent} requests that carry the password`, async () => {
      await atPlatform(options, async (platform) => {
        const { status, stdout, stderr } = await runCommand(['token'], envFor(platform, login, env));
        assert.equal(status, 1, stdout);
        assert.equal(stdout, '');
        assert.match(stderr, new RegExp(`\\[mlflow-auth: ${id}\\]`));
        assert.equal(passwords(platform).length, sent, stderr);
      });
    });

  for (const login of ['password-grant', 'implicit'])
    it(`${login} gives no cookie, and auto never chooses it`, async () => {
      await atPlatform({ ...GRANT, ...IMPLICIT }, async (platform) => {
        const cookie = await runCommand(['cookie'], envFor(platform, login));
        assert.equal(cookie.status, 2);
        assert.match(cookie.stderr, /gives a token, never a session cookie/);
        const auto = await runCommand(['token'], goodEnv(platform));
        assert.equal(auto.status, 0, auto.stderr);
        assert.deepEqual(
          passwords(platform).map(({ endpoint }) => endpoint),
          ['POST login'],
        );
      });
    });

  for (const [login, options, text] of [
    ['password-grant', GRANT, 'supports a login with the password grant'],
    ['implicit', IMPLICIT, 'supports a login with the implicit flow'],
  ] as const)
    it(`${login} is checked by doctor without a password`, async () => {
      for (const able of [true, false])
        await atPlatform(able ? options : {}, async (platform) => {
          const { stdout } = await runCommand(['doctor'], envFor(platform, login));
          assert.equal(stdout.includes(text), able, stdout);
          assert.equal(passwords(platform).length, 0);
        });
    });
});
