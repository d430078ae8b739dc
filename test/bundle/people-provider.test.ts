// Logins of people at an OpenID provider other than Dex, through the built program at a terminal, with the fake provider.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { StartOptions } from '../support/fake/platform.js';
import { issuerAt } from '../support/fake/provider.js';
import { PUBLIC_CLIENT } from '../support/fake/provider-grants.js';
import type { Canned } from '../support/fake/switches.js';
import {
  atProvider,
  confirm,
  fails,
  GRANTS,
  polled,
  refused,
  sentTo,
  succeeds,
} from '../support/people-at-provider.js';
import { browse } from '../support/person.js';
import { REWORDED, runCommand, timesAsked } from '../support/program.js';
import { atTerminal } from '../support/terminal.js';

// Windows has no pseudo terminals that a test could open.
describe('a person at a terminal, at an OpenID provider', { skip: process.platform === 'win32' || REWORDED }, () => {
  it('confirms a code, after which env, token, exec and refresh ask nobody, until logout revokes the refresh token', () =>
    atProvider({}, async (platform, env) => {
      const terminal = atTerminal(['login'], env);
      await confirm(terminal);
      const path = await succeeds(terminal);
      for (const [command, ...rest] of [['env'], ['token'], ['exec', '--', process.execPath, '-e', '0'], ['refresh']]) {
        const before = readFileSync(path, 'utf8');
        const { status, stderr } = await runCommand([command ?? '', ...rest], env);
        assert.equal(status, 0, stderr);
        assert.notEqual(readFileSync(path, 'utf8'), before);
      }
      const last = readFileSync(path, 'utf8');
      const { status, stderr } = await runCommand(['logout'], env);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^✓ refresh token revoked$/m);
      assert.match(stderr, /^- nothing revokes tokens for the MLflow proxy: the last one of this login/m);
      assert.deepEqual(sentTo(platform, 'POST provider-revoke'), [
        { token: last, token_type_hint: 'refresh_token', client_id: PUBLIC_CLIENT },
      ]);
      assert.ok(!existsSync(path));
      assert.equal((await runCommand(['env'], env)).status, 2);
      assert.ok(!platform.asked.some(({ endpoint }) => /^\S+ (discovery|token|device-code)$/.test(endpoint)));
    }));

  it('sends PKCE, the usual scopes, audience and resource with each request, and none of Dex', () =>
    atProvider({}, async (platform, given) => {
      const env = { ...given, DEX_AUDIENCE: 'mlflow', MLFLOW_AUTH_RESOURCE: 'https://mlflow.example.com' };
      const terminal = atTerminal(['login'], env);
      await confirm(terminal);
      await succeeds(terminal);
      const wishes = { audience: 'mlflow', resource: 'https://mlflow.example.com' };
      const [begun = {}] = sentTo(platform, 'POST provider-device');
      const { code_challenge = '', ...rest } = begun;
      assert.match(code_challenge, /^[\w-]{43}$/);
      const scope = 'openid email offline_access';
      assert.deepEqual(rest, { client_id: PUBLIC_CLIENT, scope, code_challenge_method: 'S256', ...wishes });
      const poll = sentTo(platform, 'POST provider-token').at(-1) ?? {};
      assert.deepEqual([poll.audience, poll.resource], Object.values(wishes));
      assert.equal(poll.client_secret, undefined);
    }));

  const SCOPES: [what: string, document: object, set: string | undefined, scope: string][] = [
    ['those that the provider lists', { scopes_supported: ['email', 'openid', 'x'] }, undefined, 'openid email'],
    ['those that are set', { scopes_supported: ['openid'] }, 'api://mlflow/.default', 'api://mlflow/.default'],
  ];
  for (const [what, document, set, scope] of SCOPES)
    it(`requests ${what}`, () =>
      atProvider({ provider: { document: { ...document } } }, async (platform, env) => {
        const terminal = atTerminal(['login', ...(set ? ['--scopes', set] : [])], env);
        await confirm(terminal);
        await succeeds(terminal);
        assert.equal(sentTo(platform, 'POST provider-device')[0]?.scope, scope);
      }));

  it('logs in with the browser of this machine where it is wanted, or where there is no device flow', async () => {
    for (const [args, grants] of [
      [['login', '--browser'], GRANTS],
      [['login'], ['authorization_code']],
    ] as const)
      await atProvider({ provider: { document: { grant_types_supported: grants } } }, async (platform, env) => {
        const terminal = atTerminal([...args], env);
        const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
        const { searchParams, origin, pathname } = new URL(address);
        assert.equal(origin + pathname, `${issuerAt(platform.address)}/protocol/openid-connect/auth`);
        assert.equal(searchParams.get('prompt'), 'consent');
        assert.match((await browse(address)).text, /You may close this window/);
        await succeeds(terminal);
        assert.equal((await runCommand(['token'], env)).status, 0);
        if (grants !== GRANTS)
          assert.match(terminal.screen(), /^- login: browser \(the provider lists no device flow\)/m);
      });
  });

  it('finds the provider at which the MLflow proxy logs in, and says what the other commands require', () =>
    atProvider(
      {},
      async (platform, env) => {
        const terminal = atTerminal(['login'], env);
        await confirm(terminal);
        const path = await succeeds(terminal);
        const issuer = issuerAt(platform.address);
        assert.ok(terminal.screen().includes(`if issuer (MLFLOW_AUTH_ISSUER) is set to ${issuer}\n`));
        const named = { ...env, MLFLOW_AUTH_ISSUER: issuer };
        assert.equal((await runCommand(['token'], named)).status, 0);
        assert.equal((await runCommand(['token', '--issuer', `${issuer}x`], env)).status, 2);
        const { status, stderr } = await runCommand(['logout'], named);
        assert.equal(status, 0, stderr);
        assert.ok(!existsSync(path));
      },
      false,
    ));

  it('sends nobody to a provider on another host that only the MLflow proxy names', () =>
    atProvider(
      {},
      async (platform, env) => {
        const { port } = platform;
        // The same server, by another name.
        const start: Canned = {
          status: 302,
          body: '',
          headers: {
            location: `http://127.0.0.1:${port}/realms/ml/protocol/openid-connect/auth?client_id=mlflow&redirect_uri=http://x/`,
          },
        };
        await atProvider(
          { canned: { start } },
          async (other, { HOME = '' }) => {
            const MLFLOW_TRACKING_URI = `${other.address}/clusters/c1/mlflow`;
            const screen = await fails(
              atTerminal(['login'], { ...env, HOME, MLFLOW_TRACKING_URI }),
              'issuer-elsewhere',
            );
            assert.doesNotMatch(screen, /^Open /m);
            assert.equal(timesAsked(platform, 'POST provider-device'), 0);
          },
          false,
        );
      },
      false,
    ));

  it('does as the provider says while it polls', () =>
    atProvider(
      polled(
        refused(400, 'authorization_pending'),
        { status: 503, body: 'busy' },
        refused(400, 'authorization_pending'),
      ),
      async (platform, env) => {
        const terminal = atTerminal(['login'], env);
        await confirm(terminal);
        await succeeds(terminal);
        assert.equal(timesAsked(platform, 'POST provider-device'), 1);
      },
    ));

  it('says at logout what was not revoked, and removes the file', async () => {
    const revoked: [given: StartOptions, status: number, says: RegExp][] = [
      [{ canned: { 'provider-revoke': refused(500, 'busy') } }, 1, /\[mlflow-auth: person-revoke-failed\]/],
      [{ canned: { 'provider-revoke': refused(503, 'busy') } }, 1, /\[mlflow-auth: person-revoke-failed\]/],
      [
        { provider: { document: { revocation_endpoint: undefined } } },
        0,
        /^- the OpenID provider lists no revocation endpoint: a copy of the refresh token remains valid until it expires$/m,
      ],
    ];
    for (const [given, exit, says] of revoked)
      await atProvider(given, async (platform, env) => {
        const terminal = atTerminal(['login'], env);
        await confirm(terminal);
        const path = await succeeds(terminal);
        const { status, stderr } = await runCommand(['logout'], env);
        assert.equal(status, exit, stderr);
        assert.match(stderr, says);
        assert.equal(timesAsked(platform, 'POST provider-revoke'), exit);
        assert.ok(!existsSync(path));
      });
  });

  it('requires an issuer or a tracking URI, and a client', () =>
    atProvider({}, async (platform, { MLFLOW_TRACKING_URI: _, MLFLOW_AUTH_ISSUER: __, DEX_CLIENT_ID: ___, ...env }) => {
      const { status, screen } = await atTerminal(['login', '--no-verify'], env).ended;
      assert.equal(status, 2);
      assert.match(screen, /client-id: required/);
      assert.match(screen, /issuer: required without a tracking URI/);
      assert.deepEqual(platform.asked, []);
    }));
});
