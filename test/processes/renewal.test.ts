// Renewal through the built program, on a platform whose tokens live for seconds, and the last step of the action.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fingerprint } from '../../src/login/credential.js';
import { startPlatform } from '../support/fake/platform.js';
import { goodEnv, runCommand, runProgram, timesAsked } from '../support/program.js';
import {
  at,
  credentialIn,
  FULL_DISK,
  folderOf,
  grants,
  renewIn,
  root,
  SYSTEM,
  untilGrants,
} from '../support/renewing.js';
import { bound, noModes } from '../support/rights.js';

describe('renewal', () => {
  it('with a token keeps the refresh token and the client, and no password', async () => {
    await at({}, async (platform) => {
      const dir = await folderOf(platform);
      const stored = readFileSync(join(dir, 'renewal.json'), 'utf8');
      const { settings } = JSON.parse(stored);
      assert.deepEqual([settings.username, settings.password], ['', '']);
      assert.match(settings.refreshToken, /^refresh-token-\d+$/);
      if (process.platform !== 'win32') assert.equal(statSync(join(dir, 'renewal.json')).mode & 0o777, 0o600);
      const before = credentialIn(dir).value;
      for (let run = 0; run < 3; run++) assert.equal((await renewIn(dir)).status, 0);
      assert.notEqual(credentialIn(dir).value, before);
      assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 3]);
    });
  });

  it('with a cookie keeps user name and password, and no client secret', async () => {
    await at({ chunks: 2 }, async (platform) => {
      const dir = await folderOf(platform, { ...goodEnv(platform), MLFLOW_AUTH_METHOD: 'cookie' });
      const { settings } = JSON.parse(readFileSync(join(dir, 'renewal.json'), 'utf8'));
      assert.deepEqual([settings.clientSecret, settings.refreshToken], ['', '']);
      const before = credentialIn(dir).value;
      const { status, stderr } = await renewIn(dir);
      assert.equal(status, 0, stderr);
      assert.notEqual(credentialIn(dir).value, before);
      assert.equal(timesAsked(platform, 'POST login'), 2);
    });
  });

  it('that 20 processes ask for at once is one renewal', async () => {
    await at({}, async (platform) => {
      const dir = await folderOf(platform);
      const seen = fingerprint(credentialIn(dir).value);
      const all = await Promise.all(Array.from({ length: 20 }, () => renewIn(dir, {}, seen)));
      for (const { status, stderr } of all) assert.equal(status, 0, stderr);
      assert.equal(grants(platform), 1);
      assert.deepEqual(readdirSync(dir).sort(), ['ca.pem', 'credential.json', 'mlflow-auth-python', 'renewal.json']);
    });
  });

  it('takes over the lock of a process that was killed, and leaves whole files whatever it was killed at', async () => {
    await at({ canned: { token: { status: 200, hang: true, times: 2 } } }, async (platform) => {
      const other = await startPlatform();
      try {
        const dir = await folderOf(other);
        const state = JSON.parse(readFileSync(join(dir, 'renewal.json'), 'utf8'));
        // The first renewal goes to a platform that hangs, and is killed there, holding the lock.
        writeFileSync(
          join(dir, 'renewal.json'),
          JSON.stringify({ ...state, settings: { ...state.settings, dexUrl: `${platform.address}/dex` } }),
        );
        const [program = '', ...args] = credentialIn(dir).renew;
        const child = spawn(program, [...args, '--seen', fingerprint(credentialIn(dir).value)], { stdio: 'ignore' });
        await untilGrants(platform, 1, child);
        child.kill('SIGKILL');
        await new Promise((resolve) => child.once('exit', resolve));
        assert.ok(existsSync(join(dir, 'renewal.lock')));
        assert.ok(credentialIn(dir).value);
        writeFileSync(join(dir, 'renewal.json'), JSON.stringify(state));
        const { status, stderr } = await renewIn(dir);
        assert.equal(status, 0, stderr);
        assert.equal(grants(other), 1);
        assert.ok(!existsSync(join(dir, 'renewal.lock')));
      } finally {
        await other.close();
      }
    });
  });

  it('that has no refresh token to begin with is reported at once', async () => {
    await at({ givesRefreshTokens: false }, async (platform) => {
      const { status, stderr } = await runCommand(['env', '--dir', join(root, 'none'), '--renew'], goodEnv(platform));
      assert.equal(status, 0, stderr);
      assert.match(
        stderr,
        /^! the server returned no refresh token: .* only where MLFLOW_USERNAME and MLFLOW_PASSWORD/m,
      );
    });
  });

  it('that is refused says so, and logs in with the user name and password of the environment if they are there', async () => {
    await at({}, async (platform) => {
      const dir = await folderOf(platform);
      await folderOf(platform); // a newer login of the same account ends the refresh token of the first
      const alone = await renewIn(dir);
      assert.equal(alone.status, 1);
      assert.match(alone.stderr, /Refresh token is invalid or has already been claimed.*\n.*account of its own/);
      const before = credentialIn(dir).value;
      const { MLFLOW_USERNAME = '', MLFLOW_PASSWORD = '' } = goodEnv(platform);
      const { status, stderr } = await renewIn(dir, { MLFLOW_USERNAME, MLFLOW_PASSWORD });
      assert.equal(status, 0, stderr);
      assert.notEqual(credentialIn(dir).value, before);
    });
  });

  it('never repeats a login that was refused', async () => {
    await at({}, async (platform) => {
      const dir = await folderOf(platform, { ...goodEnv(platform), MLFLOW_AUTH_METHOD: 'cookie' });
      const state = JSON.parse(readFileSync(join(dir, 'renewal.json'), 'utf8'));
      writeFileSync(
        join(dir, 'renewal.json'),
        JSON.stringify({ settings: { ...state.settings, password: 'changed meanwhile' } }),
      );
      const first = await renewIn(dir);
      assert.match(first.stderr, /wrong username or password/);
      for (let run = 0; run < 3; run++) {
        const { status, stderr } = await renewIn(dir);
        assert.equal(status, 1);
        assert.match(stderr, /wrong username or password[\s\S]*does not retry/);
      }
      assert.equal(timesAsked(platform, 'POST login'), 2, 'the first login, and one that was refused');
      assert.ok(!first.stderr.includes('changed meanwhile'));
    });
  });

  it('keeps the new refresh token even when the proof fails after it', async () => {
    await at({ canned: { userinfo: { status: 502, body: '', times: 1 } } }, async (platform) => {
      const dir = await folderOf(platform, { ...goodEnv(platform), MLFLOW_AUTH_VERIFY: 'false' });
      const state = JSON.parse(readFileSync(join(dir, 'renewal.json'), 'utf8'));
      writeFileSync(join(dir, 'renewal.json'), JSON.stringify({ settings: { ...state.settings, verify: true } }));
      assert.equal((await renewIn(dir)).status, 1);
      const { status, stderr } = await renewIn(dir);
      assert.equal(status, 0, stderr);
      assert.equal(grants(platform), 2);
    });
  });

  it('works while the former refresh token may be used once more', async () => {
    await at({ reusesRefreshTokens: true }, async (platform) => {
      const dir = await folderOf(platform);
      const state = readFileSync(join(dir, 'renewal.json'));
      assert.equal((await renewIn(dir)).status, 0);
      writeFileSync(join(dir, 'renewal.json'), state); // as if the answer had been lost
      assert.equal((await renewIn(dir)).status, 0);
      assert.equal((await renewIn(dir)).status, 0);
    });
  });

  it('on a full disk says so, uses no refresh token, and works again when there is room', {
    skip: process.platform === 'win32' && 'Windows has no ulimit',
  }, async () => {
    await at({}, async (platform) => {
      const dir = await folderOf(platform);
      const files = readdirSync(dir).sort();
      const before = readFileSync(join(dir, 'credential.json'), 'utf8');
      const { status, stderr } = await runProgram(
        'sh',
        [...FULL_DISK, ...JSON.parse(before).renew, '--seen', fingerprint(JSON.parse(before).value)],
        SYSTEM,
      );
      assert.equal(status, 1);
      assert.match(stderr, /EFBIG|ENOSPC/);
      assert.equal(grants(platform), 0);
      assert.equal(readFileSync(join(dir, 'credential.json'), 'utf8'), before);
      assert.deepEqual(readdirSync(dir).sort(), files);
      assert.equal((await renewIn(dir)).status, 0);
    });
  });

  it('in a folder that cannot be written says so, and leaves the old credential as it is', {
    skip: noModes,
  }, async () => {
    await at({}, async (platform) => {
      const dir = await folderOf(platform);
      const before = credentialIn(dir);
      const [program = '', ...args] = bound([...before.renew, '--seen', fingerprint(before.value)]);
      chmodSync(dir, 0o500);
      const { status, stderr } = await runProgram(program, args, SYSTEM);
      chmodSync(dir, 0o700);
      assert.equal(status, 1);
      assert.match(stderr, /EACCES/);
      assert.deepEqual(credentialIn(dir), before);
      assert.equal(grants(platform), 0, 'no refresh token is spent that could not be replaced');
    });
  });

  it('in a folder that is gone says so, and uses no refresh token', async () => {
    await at({}, async (platform) => {
      const dir = await folderOf(platform);
      const [program = '', ...args] = credentialIn(dir).renew;
      const seen = fingerprint(credentialIn(dir).value);
      rmSync(dir, { recursive: true });
      const { status, stderr } = await runProgram(program, [...args, '--seen', seen], SYSTEM);
      assert.equal(status, 1);
      assert.match(stderr, /ENOENT/);
      assert.equal(grants(platform), 0);
    });
  });
});
