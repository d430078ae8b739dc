// Renewals keep to their rules: whatever the clock says, however short a credential lives, and whoever rejects it.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fingerprint } from '../../src/login/credential.js';
import type { FakePlatform } from '../support/fake/platform.js';
import { goodEnv, runCommand, runProgram, timesAsked } from '../support/program.js';
import { at, grants, root, SYSTEM } from '../support/renewing.js';
import { sampled } from '../support/sample.js';

const COOKIE = { MLFLOW_AUTH_METHOD: 'cookie' };
const read = (dir: string, name: string) => JSON.parse(readFileSync(join(dir, name), 'utf8'));

/** What the tests change in the files of a folder. */
interface Content {
  settings: object;
  logins: object[];
}

/** Changes what a file of the folder holds. */
function change(dir: string, name: string, changes: (content: Content) => object): void {
  const content = read(dir, name);
  writeFileSync(join(dir, name), JSON.stringify({ ...content, ...changes(content) }));
}

/** Logs in with `env --dir --renew`. */
async function logIn(platform: FakePlatform, more: Record<string, string> = {}) {
  const dir = mkdtempSync(join(root, 'storm-'));
  const { status, stderr } = await runCommand(['env', '--dir', dir, '--renew'], { ...goodEnv(platform), ...more });
  assert.equal(status, 0, stderr);
  return { dir, stderr };
}

/** Asks for a renewal as the Python module does. */
function ask(dir: string, reason?: 'due' | 'rejected', env: Record<string, string> = {}) {
  const { renew, value } = read(dir, 'credential.json');
  const [program = '', ...args] = renew as string[];
  const why = reason ? ['--reason', reason] : [];
  return runProgram(program, [...args, '--seen', fingerprint(value), ...why], { ...SYSTEM, ...env });
}

/** Runs exec for some seconds, and returns how many have passed. */
async function exec(platform: FakePlatform, seconds: number, more: Record<string, string> = {}): Promise<number> {
  const start = performance.now();
  const args = ['exec', '--', process.execPath, '-e', `setTimeout(() => {}, ${seconds * 1000})`];
  const { status, stderr } = await runCommand(args, { ...SYSTEM, ...goodEnv(platform), ...more });
  assert.equal(status, 0, stderr);
  return (performance.now() - start) / 1000;
}

/** Variables for a program whose clock is so many seconds ahead. */
function clock(ahead: number): Record<string, string> {
  const path = join(root, `clock${ahead}.cjs`);
  const script = `
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...args) { super(...(args.length ? args : [Real.now() + ${ahead * 1000}])); }
      static now() { return Real.now() + ${ahead * 1000}; }
    };`;
  writeFileSync(path, script);
  return { NODE_OPTIONS: `--require=${path}` };
}

describe('renewal by the life of the credential', () => {
  it('comes neither too early nor too late where the clock is wrong', async () => {
    const renewals = (ahead: number, tokenLife: number) =>
      at({ tokenLife }, async (platform) => {
        await exec(platform, 7, clock(ahead));
        assert.equal(grants(platform) > 0, tokenLife === 8, `${ahead} s ahead, ${tokenLife} s: ${grants(platform)}`);
        assert.equal(timesAsked(platform, 'POST login'), 1);
      });
    for (const ahead of [100, -100]) await Promise.all([60, 8].map((life) => renewals(ahead, life)));
  });

  it('is not made for a caller who says that it is due, and is wrong', {
    skip: process.platform !== 'linux' && 'no clock that processes share',
  }, async () => {
    await at({}, async (platform) => {
      const { dir } = await logIn(platform);
      assert.equal((await ask(dir, 'due')).status, 0);
      assert.equal(grants(platform), 0);
      change(dir, 'credential.json', () => ({ renew_after: 0 }));
      assert.equal((await ask(dir, 'due')).status, 0);
      assert.equal(grants(platform), 1);
    });
  });

  it('is made at most every 5 s, which a login warns of', async () => {
    await at({ cookieLife: 1 }, async (platform) => {
      const seconds = await exec(platform, 9, COOKIE);
      const logins = timesAsked(platform, 'POST login');
      assert.ok(logins >= 2 && logins <= 2 + seconds / 5, `${logins} logins in ${seconds} s`);
    });
    await at({ tokenLife: 3 }, async (platform) => {
      const { stderr } = await logIn(platform);
      assert.match(stderr, /^! the token expires 3 s after the login, and is renewed every 5 s at most/m);
    });
  });
});

describe('renewal by the command renew', () => {
  it('is made at most every 5 s for a folder, whoever calls', async () => {
    await at({}, async (platform) => {
      const { dir } = await logIn(platform);
      const start = performance.now();
      for (let call = 0; call < 3; call++) assert.equal((await ask(dir, 'rejected')).status === 0, call === 0);
      for (let call = 0; call < 2; call++) assert.equal((await ask(dir)).status, 0);
      const seconds = (performance.now() - start) / 1000;
      assert.ok(grants(platform) <= 1 + seconds / 5, `${grants(platform)} grants in ${seconds} s`);
    });
  });

  it('says that a new credential was rejected too, and makes no other one for 30 s', async () => {
    await at({}, async (platform) => {
      const { dir } = await logIn(platform, COOKIE);
      assert.equal((await ask(dir, 'rejected')).status, 0);
      for (let call = 0; call < 3; call++) {
        const { status, stderr } = await ask(dir, 'rejected');
        assert.equal(status, 1);
        assert.match(stderr, /The renewed credential was rejected too; the next renewal is possible in \d+ s/);
      }
      assert.equal(timesAsked(platform, 'POST login'), 2);
    });
  });

  it('does the same where its own proof is rejected', async () => {
    const rejects = { status: 401, body: 'Unauthorized', headers: { 'content-type': 'text/plain' } };
    await at({ canned: { userinfo: rejects } }, async (platform) => {
      const { dir } = await logIn(platform, { ...COOKIE, MLFLOW_AUTH_VERIFY: 'false' });
      change(dir, 'renewal.json', ({ settings }) => ({ settings: { ...settings, verify: true } }));
      for (const reason of [undefined, 'due', 'rejected'] as const) {
        change(dir, 'credential.json', () => ({ renew_after: 0 }));
        assert.equal((await ask(dir, reason)).status, 1);
      }
      assert.match((await ask(dir)).stderr, /was rejected too/);
      assert.equal(timesAsked(platform, 'POST login'), 2);
    });
  });

  it('sends the password at most 6 times in an hour, the first login included, and says so', async () => {
    await at({}, async (platform) => {
      const { dir } = await logIn(platform, COOKIE);
      assert.equal(read(dir, 'renewal.json').logins.length, 1);
      change(dir, 'renewal.json', ({ logins }) => ({ logins: Array(5).fill(logins[0]) }));
      assert.equal((await ask(dir)).status, 0);
      for (let call = 0; call < 2; call++) {
        const { status, stderr } = await ask(dir);
        assert.equal(status, 1);
        assert.match(stderr, /6 password logins were made .* in the last hour.* The next one is possible in \d+ min/);
      }
      assert.equal(timesAsked(platform, 'POST login'), 2);
    });
  });

  it('counts each time that the password is sent, and no refresh token', async () => {
    const stale = {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid or expired code parameter.' },
    };
    await at({}, async (first) => {
      // Here the refresh token is refused, and then the code of the first of two logins.
      await at({ canned: { token: { ...stale, times: 2 } } }, async (second) => {
        const { dir } = await logIn(first);
        const { address } = second;
        const moved = {
          platform: address,
          dexUrl: `${address}/dex`,
          trackingUri: `${address}/clusters/c1/mlflow`,
          redirectUri: `${address}/oauth2/callback`,
        };
        change(dir, 'renewal.json', ({ settings }) => ({ settings: { ...settings, ...moved } }));
        const { MLFLOW_USERNAME = '', MLFLOW_PASSWORD = '' } = goodEnv(second);
        for (let call = 0; call < 2; call++) {
          const { status, stderr } = await ask(dir, undefined, { MLFLOW_USERNAME, MLFLOW_PASSWORD });
          assert.equal(status, 0, stderr);
          assert.equal(read(dir, 'renewal.json').logins.length, 3);
          assert.deepEqual([timesAsked(second, 'POST login'), grants(second)], [2, 1 + call]);
        }
      });
    });
  });
});

describe('a damaged file in the folder', () => {
  const DAMAGED = [
    '',
    '{',
    '[]',
    'null',
    '1',
    '"x"',
    '{}',
    '{"known": {}}',
    '{"known": [1, null, {}]}',
    '{"settings": null}',
  ];
  const deep = `${'['.repeat(100_000)}`;
  const typed = '{"tracking_uri": 1, "method": "token", "value": {}, "known": "x"}';

  it('is replaced by a login', async () => {
    await at({}, async (platform) => {
      const { dir } = await logIn(platform);
      for (const text of sampled([...DAMAGED, deep, typed])) {
        for (const name of ['credential.json', 'renewal.json']) writeFileSync(join(dir, name), text);
        const args = ['env', '--dir', dir, '--renew'];
        const { status, stderr } = await runCommand(args, goodEnv(platform));
        assert.equal(status, 0, stderr);
        assert.equal(read(dir, 'credential.json').known.length, 1);
      }
    });
  });

  it('is reported by a renewal, which sends nothing', async () => {
    await at({}, async (platform) => {
      const { dir } = await logIn(platform);
      const asked = platform.asked.length;
      const [program = '', ...args] = read(dir, 'credential.json').renew as string[];
      for (const name of ['credential.json', 'renewal.json']) {
        const good = readFileSync(join(dir, name), 'utf8');
        const texts = [...DAMAGED, deep, typed, good.replace(/"(method)":"token"/, '"$1":{}')];
        for (const text of sampled(texts)) {
          writeFileSync(join(dir, name), text);
          const { status, stderr } = await runProgram(program, [...args, '--seen', 'x'], SYSTEM);
          assert.equal(status, 1, text.slice(0, 100));
          assert.match(stderr, new RegExp(`${name} is damaged: log in again\\n$`));
        }
        writeFileSync(join(dir, name), good);
      }
      assert.equal(platform.asked.length, asked);
    });
  });
});
