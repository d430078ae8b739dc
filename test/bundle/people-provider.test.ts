// Logins of people at an OpenID provider other than Dex, through the built program at a terminal, with the fake provider.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { envOf } from '../support/at-provider.js';
import { DEVICE_GRANT } from '../support/fake/device.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import { issuerAt } from '../support/fake/provider.js';
import { PUBLIC_CLIENT } from '../support/fake/provider-grants.js';
import { PERSON_CODE } from '../support/fake/provider-people.js';
import type { Canned } from '../support/fake/switches.js';
import { browse } from '../support/person.js';
import { atPlatform, REWORDED, runCommand, timesAsked } from '../support/program.js';
import { type AtTerminal, atTerminal } from '../support/terminal.js';

type Env = Record<string, string>;

// Windows has no pseudo terminals that a test could open.
describe('a person at a terminal, at an OpenID provider', { skip: process.platform === 'win32' || REWORDED }, () => {
  const root = mkdtempSync(join(tmpdir(), 'mlflow-auth-people-provider-'));
  after(() => rmSync(root, { recursive: true, force: true }));

  const GRANTS = ['authorization_code', 'refresh_token', DEVICE_GRANT];
  /** A provider that lists the device flow. */
  const at = (
    { provider = {}, ...more }: StartOptions,
    work: (platform: FakePlatform, env: Env) => Promise<void>,
    named = true,
  ) => {
    const document = { grant_types_supported: GRANTS, ...provider.document };
    return atPlatform({ plain: true, deviceInterval: 1, ...more, provider: { ...provider, document } }, (platform) => {
      const { PLATFORM_CA: _, ...usual } = envOf(platform, { DEX_CLIENT_ID: PUBLIC_CLIENT });
      const issuer: Env = named ? { MLFLOW_AUTH_ISSUER: issuerAt(platform.address) } : {};
      return work(platform, { ...usual, ...issuer, HOME: mkdtempSync(join(root, 'home-')) });
    });
  };
  const sentTo = ({ asked }: FakePlatform, endpoint: string): Env[] =>
    asked
      .filter((one) => one.endpoint === endpoint)
      .map(({ request }) => Object.fromEntries(new URLSearchParams(request.body)));
  const storedIn = ({ HOME = '' }: Env) =>
    readdirSync(HOME, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('refresh-token'));

  async function confirm(terminal: AtTerminal): Promise<void> {
    const [, address = ''] = await terminal.shows(/^Open (\S+) in a browser/m);
    await terminal.shows(/^ {2}WDJB-MJ[A-Z]T$/m);
    assert.match((await browse(address)).text, /Device Login Successful/);
  }

  async function succeeds({ ended }: AtTerminal): Promise<string> {
    const { status, stdout, screen } = await ended;
    assert.equal(status, 0, screen);
    assert.equal(stdout, '');
    assert.match(screen, /✓ accepted by oauth2-proxy .*[\s\S]*^✓ logged in as ci@example\.com$/m);
    for (const secret of [new RegExp(PERSON_CODE), /next-of-fake/, /\bey[\w-]+\.ey/])
      assert.doesNotMatch(screen, secret);
    return /^- refresh token stored in ([^\s:]+)/m.exec(screen)?.[1] ?? assert.fail(screen);
  }

  async function fails({ ended }: AtTerminal, id: string): Promise<string> {
    const { status, stdout, screen } = await ended;
    assert.deepEqual([status, stdout], [1, ''], screen);
    assert.ok(screen.includes(`[mlflow-auth: ${id}]`), screen);
    assert.doesNotMatch(screen.replaceAll('\n', ''), /\p{Cc}/u);
    return screen;
  }

  it('confirms a code, after which env, token, exec and refresh ask nobody, until logout revokes the refresh token', () =>
    at({}, async (platform, env) => {
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
    at({}, async (platform, given) => {
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
      at({ provider: { document: { ...document } } }, async (platform, env) => {
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
      await at({ provider: { document: { grant_types_supported: grants } } }, async (platform, env) => {
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
    at(
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
    at(
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
        await at(
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

  const refused = (status: number, error: string, error_description = ''): Canned => ({
    status,
    body: { error, error_description },
  });
  /** The answers to polls, one after the other, in place of the usual one. */
  const polled = (...answers: Canned[]): StartOptions => ({
    echo: (endpoint, { body }) =>
      endpoint === 'provider-token' && body.includes('device_code') ? answers.shift() : undefined,
  });

  it('does as the provider says while it polls', () =>
    at(
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

  const begun = (answer: Canned): StartOptions => ({ canned: { 'provider-device': answer } });
  const PAGE: Canned = {
    status: 200,
    body: '<html><title>Portal</title></html>',
    headers: { 'content-type': 'text/html' },
  };
  const CODE = { device_code: 'x', user_code: 'A-B', expires_in: 3, interval: 1 };
  const named = (verification_uri: string, more = {}): StartOptions =>
    begun({ status: 200, body: { ...CODE, verification_uri, ...more } });
  const ENDS: [what: string, given: StartOptions, id: string][] = [
    [
      'the client may not use the device flow',
      begun(refused(400, 'unauthorized_client', 'disabled')),
      'person-device-off',
    ],
    ['the client has a secret', begun(refused(401, 'invalid_client')), 'person-client-refused'],
    ['a scope is refused', begun(refused(400, 'invalid_scope')), 'person-scope'],
    ['the resource is refused', begun(refused(400, 'invalid_target')), 'person-target'],
    ['there is no device endpoint', begun({ status: 404, body: 'Not Found' }), 'person-device-answer'],
    ['a page comes in place of a code', begun(PAGE), 'person-device-answer'],
    ['the provider is out of order', begun({ status: 500, body: '' }), 'issuer-unavailable'],
    ['the page for the code is not https', named('http://evil.test/device'), 'issuer-insecure'],
    ['the page for the code is none', named('javascript:alert(1)'), 'issuer-insecure'],
    ['the page for the code holds a login', named('https://user:word@evil.test/'), 'issuer-insecure'],
    [
      'the code holds control characters',
      named('https://ok.test/', { user_code: 'A\x1b]52;c;eA==\x07' }),
      'person-device-answer',
    ],
    ['the life of the code is none', named('https://ok.test/', { expires_in: -1 }), 'person-device-answer'],
    ['the person denies', polled(refused(400, 'access_denied')), 'device-denied'],
    ['the code has expired', polled(refused(400, 'expired_token')), 'person-expired'],
    ['the code expires meanwhile', { deviceLife: 2 }, 'person-expired'],
    ['the code is not known', polled(refused(400, 'invalid_grant')), 'person-code'],
    [
      'offline access is not allowed',
      polled(refused(400, 'not_allowed', 'Offline tokens not allowed')),
      'person-offline',
    ],
    ['a page comes in place of tokens', polled(PAGE), 'person-token-answer'],
    ['the tokens are none', polled({ status: 200, body: { access_token: 'x' } }), 'token-response'],
    ['the token is opaque', polled({ status: 200, body: { access_token: 'x', token_type: 'Bearer' } }), 'opaque-token'],
  ];
  for (const [what, given, id] of ENDS)
    it(`fails with ${id} where ${what}, and stores nothing`, () =>
      at(given, async (_, env) => {
        await fails(atTerminal(['login'], env), id);
        assert.deepEqual(storedIn(env), []);
      }));

  const AFTER: [what: string, given: StartOptions, id: string][] = [
    ['there is no refresh token', { provider: { offline: false } }, 'person-no-refresh-token'],
    ['the token is for another', { provider: { claims: { aud: 'account' } } }, 'provider-audience'],
    ['the address is not verified', { provider: { claims: { email_verified: false } } }, 'email-unverified'],
    ['the workspace is closed', { workspaces: { 'team-a': 'forbidden' } }, 'workspace-forbidden'],
  ];
  for (const [what, given, id] of AFTER)
    it(`fails with ${id} where ${what} after the login, and stores nothing`, () =>
      at(given, async (_, env) => {
        const terminal = atTerminal(['login'], env);
        await confirm(terminal);
        await fails(terminal, id);
        assert.deepEqual(storedIn(env), []);
      }));

  const BACK: [what: string, answer: Record<string, string>, id: string][] = [
    ['an error', { error: 'invalid_scope', error_description: 'no \x1b[2J' }, 'person-scope'],
    ['a denial', { error: 'access_denied' }, 'device-denied'],
    ['another error', { error: 'server_error' }, 'person-browser-error'],
    ['a code of another issuer', { code: 'x', iss: 'https://evil.test' }, 'token-response'],
    ['a code that is not known', { code: 'x' }, 'person-code'],
  ];
  for (const [what, answer, id] of BACK)
    it(`fails with ${id} where the browser comes back with ${what}`, () =>
      at({}, async (platform, env) => {
        const terminal = atTerminal(['login', '--browser'], env);
        const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
        const query = new URL(address).searchParams;
        const parameters = new URLSearchParams({ ...answer, state: query.get('state') ?? '' });
        assert.equal((await fetch(`${query.get('redirect_uri')}?${parameters}`)).status, 200);
        await fails(terminal, id);
        assert.equal(timesAsked(platform, 'POST provider-token'), id === 'person-code' ? 1 : 0);
      }));

  it('needs an authorization endpoint for the browser', () =>
    at({ provider: { document: { authorization_endpoint: undefined } } }, async (_, env) => {
      await fails(atTerminal(['login', '--browser'], env), 'person-unsupported');
    }));

  it('says at logout what was not revoked, and removes the file', async () => {
    const revoked: [given: StartOptions, status: number, says: RegExp][] = [
      [{ canned: { 'provider-revoke': refused(503, 'busy') } }, 1, /\[mlflow-auth: person-revoke-failed\]/],
      [
        { provider: { document: { revocation_endpoint: undefined } } },
        0,
        /^- the OpenID provider lists no revocation endpoint: a copy of the refresh token remains valid until it expires$/m,
      ],
    ];
    for (const [given, exit, says] of revoked)
      await at(given, async (_, env) => {
        const terminal = atTerminal(['login'], env);
        await confirm(terminal);
        const path = await succeeds(terminal);
        const { status, stderr } = await runCommand(['logout'], env);
        assert.equal(status, exit, stderr);
        assert.match(stderr, says);
        assert.ok(!existsSync(path));
      });
  });

  it('requires an issuer or a tracking URI, and a client', () =>
    at({}, async (platform, { MLFLOW_TRACKING_URI: _, MLFLOW_AUTH_ISSUER: __, DEX_CLIENT_ID: ___, ...env }) => {
      const { status, screen } = await atTerminal(['login', '--no-verify'], env).ended;
      assert.equal(status, 2);
      assert.match(screen, /client-id: required/);
      assert.match(screen, /issuer: required without a tracking URI/);
      assert.deepEqual(platform.asked, []);
    }));
});
