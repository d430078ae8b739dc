// Passwords, refresh tokens and token exchange at Keycloak, through the real oauth2-proxy to MLflow, and how they are refused.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { losesNothing } from '../stack/loses-nothing.js';
import { type Env, envOf, isRefused, logsIn, SECRET } from '../stack/providers/drive.js';
import { claimsOf, post } from '../stack/providers/requests.js';
import { CLIENT_SECRET } from '../stack/stack.js';
import { runCommand } from '../support/program.js';
import { type AtKeycloak, startAtKeycloak, USER_PASSWORD } from './keycloak.js';

let ci: AtKeycloak['ci'];
let keycloak: AtKeycloak['keycloak'];
let behind: AtKeycloak['behind'];
let stop: AtKeycloak['stop'] | undefined;
before(async () => {
  ({ ci, keycloak, behind, stop } = await startAtKeycloak({ usual: {} }));
});
after(() => stop?.());

const password = (username = 'ann', more: Env = {}, client = 'ci-public'): Env =>
  envOf(behind, client, {
    MLFLOW_AUTH_LOGIN: 'password-grant',
    MLFLOW_USERNAME: username,
    MLFLOW_PASSWORD: USER_PASSWORD,
    ...more,
  });
const ofClient: Env = { DEX_CLIENT_SECRET: CLIENT_SECRET };

/** A file with the refresh token of a login, and the environment of a use of it. */
async function refreshToken(name: string, client = 'ci-public', more: Env = {}): Promise<[file: string, env: Env]> {
  const file = join(behind.folder, name);
  const { status, stderr } = await runCommand(['refresh', '--refresh-token-file', file], password('ann', more, client));
  assert.equal(status, 0, stderr);
  return [file, envOf(behind, client, { DEX_REFRESH_TOKEN_FILE: file, ...more })];
}
const read = (file: string) => readFileSync(file, 'utf8');

describe('a password at Keycloak', () => {
  it('logs a user in, with a public client or one with a secret', async () => {
    const { email, azp } = await logsIn(password());
    assert.deepEqual([email, azp], ['ann@example.com', 'ci-public']);
    for (const MLFLOW_AUTH_CLIENT_AUTH of ['basic', 'post'])
      await logsIn(password('ann', { ...ofClient, MLFLOW_AUTH_CLIENT_AUTH }, 'ci-password'));
    const scoped = await logsIn(password('ann', { DEX_SCOPES: 'openid email', MLFLOW_AUTH_ISSUER: keycloak.issuer }));
    assert.match(String(scoped.scope), /openid/);
  });

  it('is refused, and says why', async () => {
    await isRefused(password('nobody'), 'provider-password-refused');
    await isRefused(password('todo'), 'provider-account-incomplete');
    await isRefused(password('disabled'), 'provider-account-disabled');
    await isRefused(password('unverified'), 'email-unverified');
    await isRefused(password('ann', {}, 'ci-public-no-password'), 'provider-password-off');
    await isRefused(password('ann', ofClient, 'ci'), 'provider-password-off');
    await isRefused(password('ann', { DEX_CLIENT_SECRET: 'Xv9-not-this' }, 'ci-password'), 'client-refused');
    await isRefused(password('ann', {}, 'nobody'), 'client-refused');
    await isRefused(password('ann', { DEX_SCOPES: 'nope' }), 'scope-refused');
  });

  it('that is wrong counts once, and the right one is refused alike once the account is locked', async () => {
    const wrong = { MLFLOW_PASSWORD: 'Xv9-not-this' };
    for (let run = 0; run < 2; run++) await isRefused(password('locked', wrong), 'provider-password-refused');
    await logsIn(password('locked'));
    for (let run = 0; run < 3; run++) await isRefused(password('locked', wrong), 'provider-password-refused');
    const said = await isRefused(password('locked'), 'provider-password-refused');
    assert.match(said, /an account that failed logins have locked.*Brute force detection/s);
  });

  it('is not stored for renewals, whose refresh token comes without a scope', async () => {
    const dir = join(behind.folder, 'password');
    const { status, stderr } = await runCommand(['env', '--dir', dir, '--renew'], password());
    assert.equal(status, 0, stderr);
    const state = readFileSync(join(dir, 'renewal.json'), 'utf8');
    assert.ok(!state.includes(USER_PASSWORD));
    const { iss, typ, scope } = claimsOf(JSON.parse(state).settings.refreshToken);
    assert.deepEqual([iss, typ], [keycloak.issuer, 'Refresh']);
    assert.doesNotMatch(String(scope), /offline_access/);
  });

  it('loses nothing in 60 seconds with tokens of 20', async () => {
    const env = envOf(behind, 'ci', SECRET);
    await losesNothing({ ...behind, env }, password('ann', {}, 'ci-public-short'), 60);
  });
});

describe('a refresh token at Keycloak', () => {
  it('is used again and again, with a public client and one with a secret', async () => {
    for (const [client, more] of [
      ['ci-public', {}],
      ['ci-password', ofClient],
    ] as [string, Env][]) {
      const [file, env] = await refreshToken(`refresh-${client}`, client, more);
      const tokens = [read(file)];
      for (let run = 0; run < 2; run++) {
        assert.equal((await logsIn(env)).email, 'ann@example.com');
        tokens.push(read(file));
      }
      assert.equal(new Set(tokens).size, 3);
      await logsIn({ ...env, MLFLOW_AUTH_ISSUER: keycloak.issuer });
    }
  });

  it('ends its session where rotation finds it used twice', async () => {
    await keycloak.change({ revokeRefreshToken: true, refreshTokenMaxReuse: 0 });
    try {
      const [file, env] = await refreshToken('rotated');
      const used = read(file);
      await logsIn(env);
      const next = read(file);
      writeFileSync(file, used);
      await isRefused(env, 'provider-refresh-refused');
      writeFileSync(file, next);
      await isRefused(env, 'provider-refresh-refused');
      // Only a login by name sends a password after that.
      await logsIn({ ...env, ...password() });
      await losesNothing(
        { ...behind, env: envOf(behind, 'ci', SECRET) },
        (await refreshToken('rotated-short', 'ci-public-short'))[1],
        60,
      );
    } finally {
      await keycloak.change({ revokeRefreshToken: false });
    }
  });

  it('of another client, or none at all, is refused', async () => {
    const [file, env] = await refreshToken('other');
    await isRefused({ ...env, DEX_CLIENT_ID: 'ci-public-short' }, 'provider-refresh-refused');
    writeFileSync(file, 'none');
    await isRefused(env, 'provider-refresh-refused');
  });
});

describe('token exchange at Keycloak', () => {
  const tokenOf = async (client: string) => {
    const form = { grant_type: 'client_credentials', client_id: client, client_secret: CLIENT_SECRET };
    return String((await post(keycloak.tokenEndpoint, form)).body.access_token);
  };
  const exchange = (bearer: string, more: Env = {}, client = 'ci-exchange'): Env =>
    envOf(behind, client, {
      MLFLOW_AUTH_LOGIN: 'token-exchange',
      MLFLOW_AUTH_BEARER: bearer,
      ...ofClient,
      ...more,
    });

  it('gives a token for the proxy for one of Keycloak', async () => {
    const own = await tokenOf('ci-exchange');
    assert.ok([(await logsIn(exchange(own))).aud].flat().includes('mlflow'));
    assert.equal((await logsIn(exchange(own, { DEX_AUDIENCE: 'mlflow' }))).aud, 'mlflow');
  });

  it('reads its file again for each renewal', async () => {
    const file = join(behind.folder, 'subject');
    writeFileSync(file, await tokenOf('ci-exchange'));
    const { MLFLOW_AUTH_BEARER: _, ...env } = exchange('', { MLFLOW_AUTH_BEARER_FILE: file });
    const dir = join(behind.folder, 'exchange');
    const { status, stderr } = await runCommand(['env', '--dir', dir, '--renew'], env);
    assert.equal(status, 0, stderr);
    assert.ok(!readFileSync(join(dir, 'renewal.json'), 'utf8').includes(read(file)));
  });

  it('is refused, and says why', async () => {
    const own = await tokenOf('ci-exchange');
    const said = await isRefused(exchange(await tokenOf('ci')), 'exchange-audience');
    assert.match(said, /The bearer token says: iss http.*; aud/);
    await isRefused(exchange(own, { DEX_AUDIENCE: 'nobody' }), 'audience-not-allowed');
    await isRefused(exchange(own, ofClient, 'ci'), 'exchange-disabled');
    await isRefused(exchange(own, { DEX_CLIENT_SECRET: 'Xv9-not-this' }), 'client-refused');
    await isRefused(exchange(`${own.slice(0, -8)}AAAAAAAA`), 'exchange-token');
    await isRefused(exchange('opaque-bearer-token'), 'exchange-token');
    const { MLFLOW_AUTH_BEARER: _, ...job } = exchange('', {
      MLFLOW_AUTH_ID_TOKEN: ci.token({ aud: keycloak.issuer }),
    });
    await isRefused(job, 'exchange-subject');
    await isRefused(exchange(ci.token({ aud: keycloak.issuer })), 'exchange-subject');
    const { DEX_CLIENT_SECRET: __, ...open } = exchange(own, {}, 'ci-public');
    await isRefused(open, 'exchange-disabled');
  });
});
