// Logins of people through the built program: at a terminal, with the fake platform, and a browser that follows its pages.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DEVICE_CODE } from '../support/fake/device.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import type { Canned } from '../support/fake/switches.js';
import { browse } from '../support/person.js';
import { atPlatform, REWORDED, runCommand, timesAsked } from '../support/program.js';
import { type AtTerminal, atTerminal } from '../support/terminal.js';

// Windows has no pseudo terminals that a test could open.
const options = { skip: process.platform === 'win32' || REWORDED };

describe('a person at a terminal', options, () => {
  let root = '';
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'mlflow-auth-people-'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  type Env = Record<string, string>;
  const newHome = () => mkdtempSync(join(root, 'home-'));
  const envFor = ({ address }: FakePlatform, home = newHome()): Env => ({
    PLATFORM_ADDRESS: address,
    CLUSTER: 'c1',
    MLFLOW_WORKSPACE: 'team-a',
    DEX_CLIENT_ID: 'mlflow-ci',
    HOME: home,
  });
  const at = (given: StartOptions, work: (platform: FakePlatform) => Promise<void>) =>
    atPlatform({ plain: true, loginApi: false, connectors: [{ id: 'local', type: 'local' }], ...given }, work);
  /** The answers of the token endpoint to polls, one after the other, in place of its own. */
  const polled = (...answers: Canned[]): StartOptions => ({
    echo: (endpoint, { body }) => (endpoint === 'token' && body.includes('device_code') ? answers.shift() : undefined),
  });
  const refused = (error: string, error_description = ''): Canned => ({
    status: 400,
    body: { error, error_description },
  });

  async function confirm(terminal: AtTerminal): Promise<void> {
    const [, address = ''] = await terminal.shows(/^Open (\S+) in a browser/m);
    const [, code = ''] = await terminal.shows(/^ {2}([A-Z]{4}-[A-Z]{4})$/m);
    const { text } = await browse(`${address}?user_code=${code}`);
    assert.match(text, /Login Successful/);
  }

  async function succeeds({ ended }: AtTerminal): Promise<string> {
    const { status, stdout, screen } = await ended;
    assert.equal(status, 0, screen);
    assert.equal(stdout, '');
    assert.match(screen, /✓ accepted by oauth2-proxy .*[\s\S]*^✓ logged in as ci@example\.com$/m);
    return /^- refresh token stored in ([^\s:]+)/m.exec(screen)?.[1] ?? assert.fail(screen);
  }

  async function fails({ ended }: AtTerminal, pattern: RegExp, exit = 1): Promise<string> {
    const { status, stdout, screen } = await ended;
    assert.equal(status, exit, screen);
    assert.equal(stdout, '');
    assert.match(screen, pattern);
    assert.doesNotMatch(screen, /logged in as/);
    return screen;
  }

  const filesIn = (home: string) => readdirSync(home, { recursive: true, encoding: 'utf8' });

  it('confirms a code, after which env, token, exec and refresh ask nobody, until the logout', () =>
    at({}, async (platform) => {
      const env = envFor(platform);
      const terminal = atTerminal(['login'], env);
      await confirm(terminal);
      const path = await succeeds(terminal);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
      for (const [command, ...rest] of [['env'], ['token'], ['exec', '--', process.execPath, '-e', '0'], ['refresh']]) {
        const before = readFileSync(path, 'utf8');
        const { status, stderr } = await runCommand([command ?? '', ...rest], env);
        assert.equal(status, 0, stderr);
        assert.match(stderr, /✓ token refreshed/);
        assert.notEqual(readFileSync(path, 'utf8'), before);
      }
      assert.equal(timesAsked(platform, 'POST login'), 1);
      const { status, stdout, stderr } = await runCommand(['logout'], env);
      assert.deepEqual([status, stdout, existsSync(path)], [0, '', false], stderr);
      assert.match(stderr, /^- Dex lists no revocation endpoint: a copy .* remains valid/m);
      assert.match(stderr, /^- nothing revokes ID tokens: the last one .* of \d{4}-.*Z, remains valid until/m);
      assert.deepEqual(
        filesIn(env.HOME ?? '').filter((name) => name.includes('refresh-token')),
        [],
      );
      assert.equal((await runCommand(['env'], env)).status, 2);
      const again = await runCommand(['logout'], env);
      assert.equal(again.status, 0);
      assert.match(again.stderr, /no refresh token in/);
    }));

  it('sends PKCE and the audience with the request for a code, and no secret anywhere', () =>
    at({}, async (platform) => {
      const terminal = atTerminal(['login'], envFor(platform));
      await confirm(terminal);
      await succeeds(terminal);
      const sent = platform.asked.find(({ endpoint }) => endpoint === 'POST device-code')?.request.body;
      const form = new URLSearchParams(sent);
      assert.equal(form.get('code_challenge_method'), 'S256');
      assert.equal(form.get('client_secret'), null);
      assert.match(form.get('scope') ?? '', /openid.* offline_access.* audience:server:client_id:alauda-auth/);
      for (const secret of [new RegExp(DEVICE_CODE), /refresh-token-\d/, /\bey[\w-]+\.ey/])
        assert.doesNotMatch(terminal.screen(), secret);
    }));

  it('logs in with the browser of this machine, which is opened, with --browser and where there is no device flow', async () => {
    const bin = mkdtempSync(join(root, 'bin-'));
    const shown = join(bin, 'shown');
    for (const name of ['xdg-open', 'open'])
      writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s' "$1" > '${shown}'\n`, { mode: 0o755 });
    for (const [args, grantTypes] of [
      [['login', '--browser'], undefined],
      [['login'], ['authorization_code', 'refresh_token']],
    ] as const)
      await at(grantTypes ? { grantTypes: [...grantTypes] } : {}, async (platform) => {
        const env = { ...envFor(platform), PATH: `${bin}:${process.env.PATH}` };
        const terminal = atTerminal([...args], env);
        const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
        const { url, text } = await browse(address);
        assert.equal(new URL(url).hostname, '127.0.0.1');
        assert.match(text, /You may close this window/);
        await succeeds(terminal);
        assert.equal(readFileSync(shown, 'utf8'), address);
        await assert.rejects(fetch(url));
        assert.equal((await runCommand(['token'], env)).status, 0);
      });
  });

  it('has the browser opened for a code on request alone, and shows a QR code on request', () =>
    at({}, async (platform) => {
      const bin = mkdtempSync(join(root, 'bin-'));
      const shown = join(bin, 'shown');
      for (const name of ['xdg-open', 'open'])
        writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s' "$1" > '${shown}'\nenv > '${shown}.env'\n`, {
          mode: 0o755,
        });
      const env = { ...envFor(platform), PATH: `${bin}:${process.env.PATH}` };
      const plain = atTerminal(['login'], env);
      await confirm(plain);
      await succeeds(plain);
      assert.ok(!existsSync(shown));
      assert.doesNotMatch(plain.screen(), /[█▀▄]/);
      const other = atTerminal(['login', '--open', '--qr'], { ...env, MLFLOW_PASSWORD: 'not for browsers' });
      await confirm(other);
      await succeeds(other);
      assert.match(readFileSync(shown, 'utf8'), /\/dex\/device\?user_code=[A-Z]{4}-[A-Z]{4}$/);
      assert.match(other.screen(), /^█{20,}$/m);
      const given = readFileSync(`${shown}.env`, 'utf8');
      assert.match(given, /^HOME=/m);
      assert.doesNotMatch(given, /not for browsers/);
    }));

  it('prints the refresh token alone, and stores nothing, for the secret store of a CI system', () =>
    at({}, async (platform) => {
      const env = envFor(platform);
      const terminal = atTerminal(['login', '--print-refresh-token'], env);
      await confirm(terminal);
      const { status, stdout, screen } = await terminal.ended;
      assert.equal(status, 0, screen);
      assert.match(stdout, /^refresh-token-\d+$/);
      assert.ok(!screen.includes(stdout));
      assert.deepEqual(filesIn(env.HOME ?? ''), []);
      const { status: used } = await runCommand(['token'], { ...env, DEX_REFRESH_TOKEN: stdout });
      assert.equal(used, 0);
    }));

  it('does as the server says while it polls', () =>
    at(
      polled(refused('authorization_pending'), { status: 503, body: 'busy' }, refused('authorization_pending')),
      async (platform) => {
        const terminal = atTerminal(['login'], envFor(platform));
        await confirm(terminal);
        await succeeds(terminal);
      },
    ));

  const ENDS: [what: string, given: StartOptions, id: string][] = [
    ['the person denies', polled(refused('access_denied', 'no \x1b[2J')), 'device-denied'],
    ['the code has expired', polled(refused('expired_token')), 'device-expired'],
    ['the code expires meanwhile', { deviceLife: 2 }, 'device-expired'],
    ['the code is not known', polled(refused('invalid_request', 'Invalid Device code.')), 'device-code'],
    ['the grant is off', polled(refused('unsupported_grant_type')), 'device-off'],
    ['the client may not', polled({ status: 401, body: { error: 'unauthorized_client' } }), 'person-client'],
    ['there is no code', { canned: { 'device-code': { status: 404, body: '<h1>Not Found</h1>' } } }, 'not-dex'],
    ['the code is none', { canned: { 'device-code': { status: 200, body: { device_code: 'x' } } } }, 'device-answer'],
    ['there is no discovery', { canned: { discovery: { status: 404 } } }, 'not-dex'],
    [
      'the discovery document names another server',
      {
        canned: {
          discovery: { status: 200, body: { issuer: 'x', device_authorization_endpoint: 'https://evil.test/code' } },
        },
      },
      'endpoint-elsewhere',
    ],
  ];
  for (const [what, given, id] of ENDS)
    it(`fails with ${id} where ${what}, and stores nothing`, () =>
      at(given, async (platform) => {
        const env = envFor(platform);
        const screen = await fails(atTerminal(['login'], env), new RegExp(`\\[mlflow-auth: ${id}\\]`));
        assert.deepEqual(
          filesIn(env.HOME ?? '').filter((name) => name.includes('refresh-token')),
          [],
        );
        assert.doesNotMatch(screen.replaceAll('\n', ''), /\p{Cc}/u);
      }));

  /** What can come of each request of a person's login but for an answer of Dex, and of how many tries it is the end. */
  const PAGE = { body: '<html><title>Console</title></html>', headers: { 'content-type': 'text/html' } };
  const FAULTS: [answer: Canned, ids: Partial<Record<'discovery' | 'device-code' | 'poll', string>>, tries: number][] =
    [
      [
        { status: 500, body: 'out of order' },
        { discovery: 'dex-unavailable', 'device-code': 'dex-unavailable', poll: 'dex-unavailable' },
        1,
      ],
      [
        { status: 503, headers: { 'retry-after': '0' } },
        { discovery: 'dex-unavailable', 'device-code': 'dex-unavailable', poll: 'dex-unavailable' },
        3,
      ],
      [{ status: 200, ...PAGE }, { discovery: 'not-dex', 'device-code': 'not-dex', poll: 'unknown' }, 1],
      [
        { status: 200, body: '{"device_code": "q7x' },
        { discovery: 'not-dex', 'device-code': 'not-dex', poll: 'unknown' },
        1,
      ],
      [{ status: 200, body: '[]' }, { discovery: 'not-dex', 'device-code': 'not-dex', poll: 'unknown' }, 1],
      [{ status: 200, body: '{}' }, { 'device-code': 'device-answer', poll: 'token-claims' }, 1],
      [
        { status: 302, headers: { location: 'https://evil.test/' } },
        { discovery: 'not-dex', 'device-code': 'not-dex', poll: 'unknown' },
        1,
      ],
      [{ status: 404 }, { discovery: 'not-dex', 'device-code': 'not-dex', poll: 'unknown' }, 1],
      [{ status: 200, body: '{}', hang: true }, { discovery: 'timeout', 'device-code': 'timeout', poll: 'timeout' }, 3],
    ];
  for (const [answer, ids, tries] of FAULTS)
    for (const [request, id] of Object.entries(ids)) {
      const what = answer.hang ? 'hangs' : `gets ${answer.status} ${answer.body ?? ''}`;
      it(`ends with ${id} where the request ${request} ${what}`, () => {
        const isAsked = (endpoint: string, body: string) =>
          request === 'poll' ? endpoint === 'token' && body.includes('device_code') : endpoint === request;
        const echo: StartOptions['echo'] = (endpoint, { body }) => (isAsked(endpoint, body) ? answer : undefined);
        return at({ echo }, async (platform) => {
          const args = ['login', ...(answer.hang ? ['--timeout', '2'] : [])];
          await fails(atTerminal(args, envFor(platform)), new RegExp(`\\[mlflow-auth: ${id}\\]`));
          const asked = platform.asked.filter(({ endpoint, request: { body } }) =>
            isAsked(endpoint.split(' ')[1] ?? '', body),
          );
          assert.equal(asked.length, tries);
        });
      });
    }

  /** An answer to the request for a code, as a hostile server would make it. */
  const code = (more: object): StartOptions => ({
    echo: (endpoint, { url }) =>
      endpoint === 'device-code'
        ? {
            status: 200,
            body: {
              device_code: 'x',
              user_code: 'A-B',
              verification_uri: `${url.origin}/dex/device`,
              expires_in: 3,
              interval: 1,
              ...more,
            },
          }
        : undefined,
  });
  const HOSTILE: [what: string, more: object, id: string][] = [
    ['a page of another server', { verification_uri: 'https://evil.test/device' }, 'endpoint-elsewhere'],
    [
      'a page of another server with the code',
      { verification_uri_complete: 'https://evil.test/' },
      'endpoint-elsewhere',
    ],
    ['an address that is no page', { verification_uri: 'javascript:alert(1)' }, 'endpoint-elsewhere'],
    ['a code with control characters', { user_code: 'A\x1b]52;c;eA==\x07' }, 'device-answer'],
    ['a code with line breaks', { user_code: 'A\nEnter your password at evil.test:' }, 'device-answer'],
    ['an endless code', { user_code: 'A'.repeat(100_000) }, 'device-answer'],
    ['a life that is none', { expires_in: -1 }, 'device-answer'],
    ['an interval that is none', { interval: 'now' }, 'device-answer'],
  ];
  for (const [what, more, id] of HOSTILE)
    it(`is not shown ${what}`, () =>
      at(code(more), async (platform) => {
        const screen = await fails(atTerminal(['login'], envFor(platform)), new RegExp(`\\[mlflow-auth: ${id}\\]`));
        assert.doesNotMatch(screen, /^Open /m);
        assert.doesNotMatch(screen.replaceAll('\n', ''), /\p{Cc}/u);
      }));

  it('hears of an error in the redirect of the browser, and of what is not the redirect nothing', () =>
    at({}, async (platform) => {
      const terminal = atTerminal(['login', '--browser'], envFor(platform));
      const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
      const query = new URL(address).searchParams;
      const back = query.get('redirect_uri') ?? '';
      for (const state of ['another', '']) assert.equal((await fetch(`${back}?code=c&state=${state}`)).status, 400);
      const error = new URLSearchParams({
        error: 'access_denied',
        error_description: 'no \x1b[2J',
        state: query.get('state') ?? '',
      });
      assert.equal((await fetch(`${back}?${error}`)).status, 200);
      const screen = await fails(terminal, /Got: {3}303 access_denied: no \[2J .*\[mlflow-auth: device-denied\]/s);
      assert.doesNotMatch(screen.replaceAll('\n', ''), /\p{Cc}/u);
      assert.equal(timesAsked(platform, 'POST token'), 0);
    }));

  it('listens at the port of a redirect URI that is registered, and where that is in use says so', () =>
    at({}, async (platform) => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const env = { ...envFor(platform), DEX_REDIRECT_URI: `http://127.0.0.1:${port}/back` };
      await fails(atTerminal(['login', '--browser'], env), /\[mlflow-auth: loopback-port\]/);
      server.close();
      await once(server, 'close');
      const terminal = atTerminal(['login', '--browser'], env);
      const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
      assert.equal(new URL(address).searchParams.get('redirect_uri'), env.DEX_REDIRECT_URI);
      await browse(address);
      await succeeds(terminal);
    }));

  it('ends at once with ^C, while a code is polled and while the browser is awaited', () =>
    at({}, async (platform) => {
      for (const args of [['login'], ['login', '--browser']]) {
        const env = envFor(platform);
        const terminal = atTerminal(args, env);
        await terminal.shows(/^Open|^ {2}http:\S+$/m);
        terminal.type('\x03');
        await fails(terminal, /^interrupted by SIGINT: nothing was stored$/m, 130);
        assert.deepEqual(
          filesIn(env.HOME ?? '').filter((name) => name.includes('refresh-token')),
          [],
        );
      }
    }));

  it('keeps what was stored before where the new login is not verified', () =>
    at({ workspaces: { 'team-a': 'forbidden' } }, async (platform) => {
      const file = join(newHome(), 'token');
      writeFileSync(file, 'before', { mode: 0o600 });
      const terminal = atTerminal(['login', '--refresh-token-file', file], envFor(platform));
      await confirm(terminal);
      await fails(terminal, /\[mlflow-auth: workspace-forbidden\]/);
      assert.equal(readFileSync(file, 'utf8'), 'before');
    }));

  describe('refuses, before anything is sent,', () => {
    const REFUSED: [what: string, args: string[], env: Env, pattern: RegExp][] = [
      ['a CI job', [], { GITHUB_ACTIONS: 'true' }, /GITHUB_ACTIONS is set as in a CI job/],
      ['any CI job', [], { CI: '1' }, /CI is set as in a CI job/],
      ['a confidential client', [], { DEX_CLIENT_SECRET: 'secret-of-a-client' }, /public client/],
      ['no client', [], { DEX_CLIENT_ID: '' }, /client-id: required/],
      ['two places', ['--print-refresh-token', '--refresh-token-file', 'x'], {}, /exclude each other/],
      ['no home', [], { HOME: '' }, /HOME is not set: set --refresh-token-file/],
      ['a folder that is not there', ['--refresh-token-file', '/nowhere/x'], {}, /refresh-token-file: /],
    ];
    for (const [what, args, more, pattern] of REFUSED)
      it(what, () =>
        at({}, async (platform) => {
          await fails(atTerminal(['login', ...args], { ...envFor(platform), ...more }), pattern, 2);
          assert.deepEqual(platform.asked, []);
        }),
      );

    it('to run without a terminal', () =>
      at({}, async (platform) => {
        const { status, stderr } = await runCommand(['login'], envFor(platform));
        assert.equal(status, 2);
        assert.match(stderr, /must be a terminal/);
        assert.deepEqual(platform.asked, []);
      }));

    it('a file, or a folder, that others can read or replace', () =>
      at({}, async (platform) => {
        const home = newHome();
        const [readable, shared, dangling] = [join(home, 'readable'), join(home, 'shared'), join(home, 'dangling')];
        writeFileSync(readable, 'x');
        chmodSync(readable, 0o644);
        mkdirSync(shared);
        chmodSync(shared, 0o777);
        symlinkSync(join(home, 'nowhere'), dangling);
        symlinkSync(readable, join(home, 'link'));
        for (const [path, pattern] of [
          [readable, /can be read or written by others/],
          [join(home, 'link'), /can be read or written by others/],
          [join(shared, 'x'), /others may write to/],
          [dangling, /leads nowhere/],
          [home, /EISDIR/],
        ] as const)
          await fails(atTerminal(['login', '--refresh-token-file', path], envFor(platform)), pattern, 2);
        assert.deepEqual(platform.asked, []);
        assert.equal(readFileSync(readable, 'utf8'), 'x');
      }));
  });

  describe('has a stored login, which', () => {
    let platform: FakePlatform;
    const closing: (() => void)[] = [];
    let env: Env;
    let path = '';
    before(
      () =>
        new Promise<void>((resolve, reject) => {
          at({}, async (started) => {
            platform = started;
            env = envFor(platform);
            const terminal = atTerminal(['login'], env);
            await confirm(terminal);
            path = await succeeds(terminal);
            resolve();
            await new Promise<void>((close) => closing.push(close));
          }).catch(reject);
        }),
    );
    after(() => {
      for (const close of closing) close();
    });

    const OTHERS: [what: string, more: Env][] = [
      ['is of another client', { DEX_CLIENT_ID: 'mlflow-lone' }],
      ['is of another Dex', { DEX_URL: 'http://localhost:1/dex' }],
      ['is not for CI jobs', { CI: 'true' }],
      ['gives way to a password', { MLFLOW_PASSWORD: 'p', MLFLOW_USERNAME: '' }],
      ['gives way to a private key', { MLFLOW_AUTH_CLIENT_KEY: 'no key' }],
      ['gives way to a login that is named', { MLFLOW_AUTH_LOGIN: 'platform' }],
      ['gives no cookie', { MLFLOW_AUTH_METHOD: 'cookie' }],
    ];
    for (const [what, more] of OTHERS)
      it(what, async () => {
        const before = timesAsked(platform, 'POST token');
        const { status, stderr } = await runCommand(['env'], { ...env, ...more });
        assert.equal(status, 2, stderr);
        assert.doesNotMatch(stderr, /that of login/);
        assert.equal(timesAsked(platform, 'POST token'), before);
      });

    it('gives way to a bearer token', async () => {
      const before = timesAsked(platform, 'POST token');
      const { status, stderr } = await runCommand(['env'], { ...env, MLFLOW_AUTH_BEARER: 'of.another.one' });
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^- login: bearer /m);
      assert.doesNotMatch(stderr, /that of login/);
      assert.equal(timesAsked(platform, 'POST token'), before);
    });

    it('is not used once others can read it', async () => {
      chmodSync(path, 0o640);
      const { status, stderr } = await runCommand(['env'], env);
      chmodSync(path, 0o600);
      assert.equal(status, 2);
      assert.match(stderr, /can be read or written by others/);
    });

    it('is not taken for any other file, which logout neither sends nor removes', () =>
      at({ revokes: true }, async (other) => {
        const key = join(newHome(), 'key');
        writeFileSync(key, '-----BEGIN PRIVATE KEY-----\nx\n', { mode: 0o600 });
        const { status, stderr } = await runCommand(['logout', '--refresh-token-file', key], envFor(other));
        assert.equal(status, 2, stderr);
        assert.match(stderr, /holds no refresh token/);
        assert.ok(existsSync(key));
        assert.deepEqual(other.asked, []);
      }));

    it('is revoked by logout where there is a revocation endpoint', () =>
      at({ revokes: true }, async (other) => {
        const own = envFor(other);
        const terminal = atTerminal(['login'], own);
        await confirm(terminal);
        const file = await succeeds(terminal);
        const { status, stderr } = await runCommand(['logout'], own);
        assert.equal(status, 0, stderr);
        assert.match(stderr, /^✓ refresh token revoked$/m);
        const sent = other.asked.find(({ endpoint }) => endpoint === 'POST revoke')?.request.body;
        assert.equal(new URLSearchParams(sent).get('token_type_hint'), 'refresh_token');
        assert.ok(!existsSync(file));
      }));

    for (const gone of [false, true])
      it(`is revoked by logout in its newest form, which a killed process left beside ${gone ? 'no file' : 'it'}`, () =>
        at({ revokes: true }, async (other) => {
          const own = envFor(other);
          const terminal = atTerminal(['login'], own);
          await confirm(terminal);
          const file = await succeeds(terminal);
          writeFileSync(`${file}.${randomUUID()}`, 'the-newest', { mode: 0o600 });
          if (gone) rmSync(file);
          const { status, stderr } = await runCommand(['logout'], own);
          assert.equal(status, 0, stderr);
          const sent = other.asked.find(({ endpoint }) => endpoint === 'POST revoke')?.request.body;
          assert.equal(new URLSearchParams(sent).get('token'), 'the-newest');
          assert.deepEqual(
            readdirSync(dirname(file)).filter((name) => !name.endsWith('.lock')),
            [],
          );
        }));

    it('is removed from disk where it cannot be revoked, with a failure that says so', () =>
      at(
        { revokes: true, canned: { revoke: { status: 400, body: { error: 'unsupported_token_type' } } } },
        async (other) => {
          const own = envFor(other);
          const terminal = atTerminal(['login'], own);
          await confirm(terminal);
          const file = await succeeds(terminal);
          const dir = join(own.HOME ?? '', 'sdk');
          assert.equal((await runCommand(['env', '--dir', dir], own)).status, 0);
          const { status, stderr } = await runCommand(['logout', '--dir', dir], own);
          assert.equal(status, 1, stderr);
          assert.match(stderr, /✗ refresh token not revoked: a copy .*[\s\S]*\[mlflow-auth: revoke-failed\]/);
          assert.match(stderr, /✓ removed the credential in .*, which remains valid until \d{4}-/);
          assert.ok(!existsSync(file) && !existsSync(join(dir, 'credential.json')));
        },
      ));
  });
});
