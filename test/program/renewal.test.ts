// Refresh, renewal and exec through the built program, on a platform whose tokens live for seconds.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fingerprint } from '../../src/renewal/state.js';
import { type FakePlatform, type StartOptions, startPlatform } from '../fake/platform.js';
import { BUNDLE, goodEnv, goodInputs, runAction, runCommand, runProgram, timesAsked } from './program.js';

const root = mkdtempSync(join(tmpdir(), 'mlflow-auth-renewal-'));
after(() => rmSync(root, { recursive: true, force: true }));

const grants = (platform: FakePlatform) =>
  platform.asked.filter(
    ({ endpoint, request }) => endpoint === 'POST token' && request.body.includes('grant_type=refresh_token'),
  ).length;

/** Runs a test at a platform started for it. */
async function at(switches: StartOptions, test: (platform: FakePlatform) => Promise<void>): Promise<void> {
  const platform = await startPlatform(switches);
  try {
    await test(platform);
  } finally {
    await platform.close();
  }
}

describe('refresh', () => {
  it('makes the first refresh token by a login, then spends and replaces it, again and again', async () => {
    await at({}, async (platform) => {
      const file = join(root, 'token');
      const env = goodEnv(platform);
      const tokens = new Set<string>();
      for (let run = 0; run < 4; run++) {
        const { status, stdout, stderr } = await runCommand(['refresh', '--refresh-token-file', file], env);
        assert.equal(status, 0, stderr);
        assert.match(stdout, /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
        tokens.add(readFileSync(file, 'utf8'));
      }
      assert.equal(tokens.size, 4);
      assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 3]);
      if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    });
  });

  it('needs no password, and asks for a place for the new refresh token', async () => {
    await at({}, async (platform) => {
      const file = join(root, 'no-password');
      await runCommand(['refresh', '--refresh-token-file', file], goodEnv(platform));
      const { MLFLOW_PASSWORD: _, MLFLOW_USERNAME: __, ...env } = goodEnv(platform);
      assert.equal((await runCommand(['refresh', '--refresh-token-file', file], env)).status, 0);
      const { status, stderr } = await runCommand(['refresh', '--refresh-token', readFileSync(file, 'utf8')], env);
      assert.equal(status, 2);
      assert.match(stderr, /give --refresh-token-file, where that is stored, or --format json, which prints it/);
      const { stdout } = await runCommand(['refresh', '--format', 'json'], {
        ...env,
        DEX_REFRESH_TOKEN: readFileSync(file, 'utf8'),
      });
      assert.deepEqual(Object.keys(JSON.parse(stdout)), ['id_token', 'refresh_token']);
    });
  });

  for (const error of ['invalid_request', 'invalid_grant']) {
    it(`that is refused with ${error} logs in where it can, and says why where it cannot`, async () => {
      const canned = {
        token: {
          status: 400,
          body: { error, error_description: 'Refresh token is invalid or has already been claimed by another client.' },
          times: 1,
        },
      };
      for (const password of [true, false]) {
        await at({ canned }, async (platform) => {
          const { MLFLOW_PASSWORD: _, ...env } = goodEnv(platform);
          const given = { ...(password ? goodEnv(platform) : env), DEX_REFRESH_TOKEN: 'refresh-token-of-before' };
          const { status, stderr } = await runCommand(['token'], given);
          assert.deepEqual([status, timesAsked(platform, 'POST login')], password ? [0, 1] : [1, 0], stderr);
          assert.match(stderr, password ? /: logging in/ : /Got: .*Refresh token is invalid.*\n.*account of its own/);
        });
      }
    });
  }

  it('that meets a server error is tried once more', async () => {
    await at({ canned: { token: { status: 500, body: { error: 'server_error' }, times: 1 } } }, async (platform) => {
      const { stderr } = await runCommand(['token'], {
        ...goodEnv(platform),
        DEX_REFRESH_TOKEN: 'refresh-token-of-before',
      });
      assert.match(stderr, /500 server_error: trying once more/);
      assert.equal(grants(platform), 2);
    });
  });

  it('in the action hands back the new refresh token, masked, and only when one was given', async () => {
    await at({ reusesRefreshTokens: true }, async (platform) => {
      const plain = await runAction(goodInputs(platform));
      assert.doesNotMatch(plain.files.GITHUB_OUTPUT ?? '', /refresh-token/);
      const first = await runCommand(['refresh', '--format', 'json'], goodEnv(platform));
      const { refresh_token } = JSON.parse(first.stdout);
      const { stdout, files } = await runAction({ ...goodInputs(platform), 'refresh-token': refresh_token });
      const handed = /^refresh-token<<.*\n(.*)$/m.exec(files.GITHUB_OUTPUT ?? '')?.[1] ?? assert.fail(stdout);
      assert.notEqual(handed, refresh_token);
      assert.match(stdout, new RegExp(`^::add-mask::${handed}$`, 'm'));
      assert.doesNotMatch(files.GITHUB_ENV ?? '', /refresh/i);
    });
  });

  it('asks for offline_access only when it is to renew', async () => {
    await at({}, async (platform) => {
      await runCommand(['token'], goodEnv(platform));
      await runCommand(['token', '--renew'], goodEnv(platform));
      const scopes = platform.asked
        .filter(({ endpoint }) => endpoint === 'GET authorize')
        .map(({ request }) => request.url.searchParams.get('scope'));
      assert.deepEqual(scopes, ['openid email groups', 'openid email groups offline_access']);
    });
  });
});

/** Logs in with `env --dir --renew`, and returns the folder. */
async function folderOf(platform: FakePlatform, env = goodEnv(platform)): Promise<string> {
  const dir = mkdtempSync(join(root, 'sdk-'));
  const { status, stderr } = await runCommand(['env', '--dir', dir, '--renew'], env);
  assert.equal(status, 0, stderr);
  return dir;
}

const credentialIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'credential.json'), 'utf8'));
const SYSTEM = { PATH: process.env.PATH ?? '' };

/** Runs the command that the login left for the provider. */
function renewIn(dir: string, env: Record<string, string> = {}, seen = fingerprint(credentialIn(dir).value)) {
  const [program = '', ...args] = credentialIn(dir).renew;
  return runProgram(program, [...args, '--seen', seen], { ...SYSTEM, ...env });
}

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
          JSON.stringify({ ...state, settings: { ...state.settings, platform: platform.address } }),
        );
        const [program = '', ...args] = credentialIn(dir).renew;
        const child = spawn(program, [...args, '--seen', fingerprint(credentialIn(dir).value)], { stdio: 'ignore' });
        while (grants(platform) === 0) {
          assert.equal(child.exitCode, null, 'the renewal ended before it asked for anything');
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
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
      assert.match(first.stderr, /most likely a wrong user name or password/);
      for (let run = 0; run < 3; run++) {
        const { status, stderr } = await renewIn(dir);
        assert.equal(status, 1);
        assert.match(stderr, /most likely a wrong user name or password[\s\S]*Not tried again/);
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

  it('on a full disk says so, spends no refresh token, and works again when there is room', {
    skip: process.platform === 'win32' && 'Windows has no ulimit',
  }, async () => {
    await at({}, async (platform) => {
      const dir = await folderOf(platform);
      const files = readdirSync(dir).sort();
      const before = readFileSync(join(dir, 'credential.json'), 'utf8');
      // No file may grow beyond 0 bytes, which fails each write as a full disk does.
      const full = ['-c', 'trap "" XFSZ; ulimit -f 0; exec "$@"', 'sh'];
      const { status, stderr } = await runProgram(
        'sh',
        [...full, ...JSON.parse(before).renew, '--seen', fingerprint(JSON.parse(before).value)],
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

  it('in a folder that cannot be written says so, and leaves the old credential as it is', async (test) => {
    if (process.platform === 'win32' || process.getuid?.() === 0) {
      // The superuser writes anywhere: a folder that is gone stands in for one that cannot be written.
      await at({}, async (platform) => {
        const dir = await folderOf(platform);
        const [program = '', ...args] = credentialIn(dir).renew;
        const seen = fingerprint(credentialIn(dir).value);
        rmSync(dir, { recursive: true });
        const { status, stderr } = await runProgram(program, [...args, '--seen', seen], SYSTEM);
        assert.equal(status, 1);
        assert.match(stderr, /ENOENT/);
        test.diagnostic('run as superuser: tested with a folder that is gone');
      });
      return;
    }
    await at({}, async (platform) => {
      const dir = await folderOf(platform);
      const before = credentialIn(dir).value;
      chmodSync(dir, 0o500);
      const { status, stderr } = await renewIn(dir);
      chmodSync(dir, 0o700);
      assert.equal(status, 1);
      assert.match(stderr, /EACCES/);
      assert.equal(credentialIn(dir).value, before);
      assert.equal(grants(platform), 0, 'no refresh token is spent that could not be replaced');
    });
  });
});

const SHOW = `
const { MLFLOW_TRACKING_URI, MLFLOW_WORKSPACE, MLFLOW_AUTH_CREDENTIAL_FILE, MLFLOW_TRACKING_TOKEN } = process.env;
console.log(JSON.stringify({ MLFLOW_TRACKING_URI, MLFLOW_WORKSPACE, MLFLOW_AUTH_CREDENTIAL_FILE, token: MLFLOW_TRACKING_TOKEN !== undefined }));
`;

describe('exec', () => {
  const exec = (platform: FakePlatform, script: string, more: string[] = [], stdin = '') =>
    runCommand(['exec', ...more, '--', process.execPath, '-e', script], goodEnv(platform), stdin);

  it('runs a command with the variables, passes its exit code on, and leaves nothing behind', async () => {
    await at({}, async (platform) => {
      const { status, stdout, stderr } = await exec(platform, `${SHOW} process.exitCode = 7;`);
      assert.equal(status, 7, stderr);
      const shown = JSON.parse(stdout);
      assert.deepEqual([shown.MLFLOW_WORKSPACE, shown.token], ['team-a', true]);
      assert.ok(!existsSync(shown.MLFLOW_AUTH_CREDENTIAL_FILE));
    });
  });

  it('passes standard input on', async () => {
    await at({}, async (platform) => {
      const { stdout } = await exec(platform, 'process.stdin.pipe(process.stdout)', [], 'hello');
      assert.equal(stdout, 'hello');
    });
  });

  it('passes arguments on as they are, also those that look like ours', async () => {
    await at({}, async (platform) => {
      const args = [
        'exec',
        '--',
        process.execPath,
        '-p',
        'JSON.stringify(process.argv.slice(1))',
        '--',
        '--help',
        'a b',
        '*',
      ];
      assert.deepEqual(JSON.parse((await runCommand(args, goodEnv(platform))).stdout), ['--help', 'a b', '*']);
    });
  });

  it('passes signals on, and ends as the command does', {
    skip: process.platform === 'win32' && 'Windows has no signals',
  }, async () => {
    await at({}, async (platform) => {
      for (const [script, expected] of [
        ['process.on("SIGTERM", () => process.exit(9)); setInterval(() => {}, 1000); console.log("up")', 9],
        ['setInterval(() => {}, 1000); console.log("up")', 128 + 15],
      ] as const) {
        const child = spawn(process.execPath, [BUNDLE, 'exec', '--', process.execPath, '-e', script], {
          env: { ...SYSTEM, ...goodEnv(platform) },
        });
        child.stdout.once('data', () => child.kill('SIGTERM'));
        const code = await new Promise((resolve) => child.once('exit', resolve));
        assert.equal(code, expected);
      }
    });
  });

  it('keeps the credential fresh while the command runs, and says what that does not reach', async () => {
    await at({ tokenLife: 4 }, async (platform) => {
      const script = `
        const { readFileSync } = require('node:fs');
        const seen = new Set();
        const timer = setInterval(() => seen.add(JSON.parse(readFileSync(process.env.MLFLOW_AUTH_CREDENTIAL_FILE, 'utf8')).value), 20);
        setTimeout(() => { clearInterval(timer); console.log(seen.size); }, 7000);`;
      const { status, stdout, stderr } = await exec(platform, script);
      assert.equal(status, 0, stderr);
      assert.ok(Number(stdout) >= 3, `${stdout} credentials seen`);
      assert.equal(timesAsked(platform, 'POST login'), 1);
      assert.match(
        stderr,
        /^! the credential in the environment ends at .*: Python programs get a new one, others keep the old one$/m,
      );
    });
  });

  it('runs nothing when the login fails, and says what cannot be run', async () => {
    await at({}, async (platform) => {
      const failed = await exec(platform, SHOW, ['--workspace', 'team-b']);
      assert.deepEqual([failed.status, failed.stdout], [1, '']);
      const missing = await runCommand(['exec', '--', '/no/such/program'], goodEnv(platform));
      assert.equal(missing.status, 2);
      assert.match(missing.stderr, /\/no\/such\/program cannot be run: .*ENOENT/);
      assert.match((await runCommand(['exec'], goodEnv(platform))).stderr, /exec needs a command behind --/);
    });
  });
});

describe('the last step of the action', () => {
  const post = (state: string) => runAction({ timeout: 'nonsense' }, { 'STATE_mlflow-auth-folder': state });

  it('removes the folder that the action made, reads saved state alone, and cannot fail', async () => {
    const dir = mkdtempSync(join(root, 'state-'));
    writeFileSync(join(dir, 'credential.json'), '{}');
    const { status, stdout } = await post(JSON.stringify({ dir, ours: true }));
    assert.deepEqual([status, stdout], [0, 'The credential is removed from disk.\n']);
    assert.ok(!existsSync(dir));
    for (const state of ['nonsense', '{}', 'null', JSON.stringify({ dir: 7, ours: true })])
      assert.equal((await post(state)).status, 0);
  });

  it("removes only its own secrets from a folder of the user's", async () => {
    const dir = mkdtempSync(join(root, 'mine-'));
    for (const name of ['credential.json', 'renewal.json', 'thesis.tex']) writeFileSync(join(dir, name), '');
    assert.equal((await post(JSON.stringify({ dir, ours: false }))).status, 0);
    assert.deepEqual(readdirSync(dir), ['thesis.tex']);
  });

  it('is told where the folder is', async () => {
    await at({}, async (platform) => {
      const state = join(root, 'GITHUB_STATE');
      writeFileSync(state, '');
      await runAction(goodInputs(platform), { GITHUB_STATE: state });
      assert.match(
        readFileSync(state, 'utf8'),
        /^mlflow-auth-folder<<ghadelimiter_.*\n\{"dir":".*mlflow-auth-[0-9a-f-]{36}","ours":true\}\n/,
      );
    });
  });
});
