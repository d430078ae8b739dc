// The command exec through the built program, on a platform whose tokens live for seconds.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, it } from 'node:test';
import { ROWS } from '../../src/settings/table.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import { BUNDLE, goodEnv, runCommand, runProgram, timesAsked } from '../support/program.js';
import { at, grants, root, SYSTEM, untilGrants } from '../support/renewing.js';

const SHOW = `
const { MLFLOW_TRACKING_URI, MLFLOW_WORKSPACE, MLFLOW_AUTH_CREDENTIAL_FILE, MLFLOW_TRACKING_TOKEN } = process.env;
console.log(JSON.stringify({ MLFLOW_TRACKING_URI, MLFLOW_WORKSPACE, MLFLOW_AUTH_CREDENTIAL_FILE, token: MLFLOW_TRACKING_TOKEN !== undefined }));
`;

/** Runs a program in a terminal of its own, and types Ctrl-C and a line as soon as it is up. */
const TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen, typed = b"", False
while True:
    try:
        text = os.read(terminal, 1000)
    except OSError:
        break
    if not text:
        break
    seen += text
    if b"up" in seen.split() and not typed:
        typed = True
        os.write(terminal, b"\\x03")
        os.write(terminal, b"go\\n")
sys.stdout.write(seen.decode("utf-8", "replace"))
sys.stdout.flush()
sys.exit(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
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

  it("has a folder of its own within a folder of the user's, and leaves all else there", async () => {
    await at({}, async (platform) => {
      const dir = mkdtempSync(join(root, 'mine-'));
      writeFileSync(join(dir, 'credential.json'), 'of another login');
      for (const method of ['token', 'cookie']) {
        const { status, stdout, stderr } = await exec(platform, SHOW, ['--dir', dir, '--method', method]);
        assert.equal(status, 0, stderr);
        const [file, folder] = JSON.parse(stdout).MLFLOW_AUTH_CREDENTIAL_FILE.split(sep).reverse();
        assert.deepEqual([file, folder.startsWith('mlflow-auth-')], ['credential.json', true]);
        assert.deepEqual(readdirSync(dir), ['credential.json']);
      }
      assert.equal(readFileSync(join(dir, 'credential.json'), 'utf8'), 'of another login');
    });
  });

  it('puts the last refresh token back into its file, also where the command itself renewed', async () => {
    await at({}, async (platform) => {
      const file = join(root, 'exec-token');
      await runCommand(['refresh', '--refresh-token-file', file], goodEnv(platform));
      const renews = `
        const { readFileSync } = require('node:fs');
        const { createHash } = require('node:crypto');
        const { renew: [program, ...args], value } = JSON.parse(readFileSync(process.env.MLFLOW_AUTH_CREDENTIAL_FILE, 'utf8'));
        const seen = createHash('sha256').update(value).digest('hex');
        const { status } = require('node:child_process').spawnSync(program, [...args, '--seen', seen]);
        process.exitCode = status;`;
      for (let run = 0; run < 2; run++) {
        const { status, stderr } = await exec(platform, renews, ['--refresh-token-file', file]);
        assert.equal(status, 0, stderr);
      }
      assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 4]);
    });
  });

  it('puts back the refresh token of a renewal that the command requested and did not wait for', async () => {
    const begun = join(root, 'begun');
    let armed = false;
    let asked = 0;
    const before: StartOptions['before'] = async (endpoint) => {
      if (endpoint !== 'token' || !armed || ++asked === 1) return;
      writeFileSync(begun, '');
      await new Promise((resolve) => setTimeout(resolve, 300));
    };
    await at({ before }, async (platform) => {
      const file = join(root, 'asked-token');
      await runCommand(['refresh', '--refresh-token-file', file], goodEnv(platform));
      armed = true;
      const asks = `
        const path = process.env.MLFLOW_AUTH_CREDENTIAL_FILE;
        const { value } = JSON.parse(fs.readFileSync(path, 'utf8'));
        const seen = require('node:crypto').createHash('sha256').update(value).digest('hex');
        net.connect(require('node:path').dirname(path) + '/renewal.sock').write(JSON.stringify({ seen, reason: null }) + '\\n');
        setInterval(() => fs.existsSync('${begun}') && process.exit(3), 10);`;
      const { status, stderr } = await exec(platform, asks, ['--refresh-token-file', file]);
      assert.equal(status, 3, stderr);
      assert.equal(grants(platform), 2);
      const { MLFLOW_PASSWORD: _, ...env } = goodEnv(platform);
      const after = await runCommand(['refresh', '--refresh-token-file', file], env);
      assert.equal(after.status, 0, after.stderr);
    });
  });

  it('has its own renewals in the file at once, and goes on when the folder is damaged', async () => {
    await at({ tokenLife: 4 }, async (platform) => {
      const file = join(root, 'killed-token');
      await runCommand(['refresh', '--refresh-token-file', file], goodEnv(platform));
      const args = [
        BUNDLE,
        'exec',
        '--refresh-token-file',
        file,
        '--',
        process.execPath,
        '-e',
        'setTimeout(() => {}, 9000)',
      ];
      const child = spawn(process.execPath, args, { env: { ...SYSTEM, ...goodEnv(platform) }, stdio: 'ignore' });
      await untilGrants(platform, 2, child);
      // The answer is on its way; killed half a second later, the command has it.
      await new Promise((resolve) => setTimeout(resolve, 500));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const { MLFLOW_PASSWORD: _, ...env } = goodEnv(platform);
      const after = await runCommand(['refresh', '--refresh-token-file', file], env);
      assert.equal(after.status, 0, after.stderr);
      const damage = `fs.writeFileSync(require('node:path').dirname(process.env.MLFLOW_AUTH_CREDENTIAL_FILE) + '/renewal.json', '{'); process.exitCode = 4;`;
      const dir = mkdtempSync(join(root, 'damaged-'));
      const { status, stderr } = await exec(platform, damage, ['--dir', dir, '--refresh-token-file', file]);
      assert.deepEqual([status, readdirSync(dir)], [4, []], stderr);
      assert.match(stderr, /^! cannot store the refresh token: /m);
    });
  });

  it('within a workflow masks each token, also those that come later, before the command can print them', async () => {
    await at({ tokenLife: 6 }, async (platform) => {
      const output = join(root, 'GITHUB_OUTPUT');
      writeFileSync(output, '');
      const script = `
        const read = () => console.log(JSON.parse(fs.readFileSync(process.env.MLFLOW_AUTH_CREDENTIAL_FILE, 'utf8')).value);
        read(); setTimeout(read, 5000);
        setInterval(() => process.stderr.write('\\r 50%'), 20).unref();`;
      const { stdout, stderr } = await runCommand(['exec', '--', process.execPath, '-e', script], {
        ...goodEnv(platform),
        GITHUB_ACTIONS: 'true',
        GITHUB_OUTPUT: output,
      });
      const tokens = stdout.trim().split('\n');
      assert.equal(new Set(tokens).size, 2, stderr);
      // A command counts at the start of a line alone.
      for (const token of tokens) assert.ok(`\n${stderr}`.includes(`\n::add-mask::${token}\n`), stderr);
    });
  });

  it('passes standard input on', async () => {
    await at({}, async (platform) => {
      const { stdout } = await exec(platform, 'process.stdin.pipe(process.stdout)', [], 'hello');
      assert.equal(stdout, 'hello');
    });
  });

  it('passes arguments on as they are, also those that look like its own', async () => {
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

  it('leaves Ctrl-C to the terminal, which sends it to the command too', {
    skip: process.platform === 'win32' && 'Windows has no such terminals',
  }, async () => {
    await at({}, async (platform) => {
      const script = `
        let interrupts = 0;
        process.on('SIGINT', () => interrupts++);
        console.log('up');
        process.stdin.once('data', () => setTimeout(() => { console.log('interrupts: ' + interrupts); process.exit(3); }, 300));`;
      const args = [process.execPath, BUNDLE, 'exec', '--', process.execPath, '-e', script];
      const { status, stdout, stderr } = await runProgram('python3', ['-c', TERMINAL, ...args], {
        ...SYSTEM,
        ...goodEnv(platform),
      });
      assert.match(stdout, /interrupts: 1\r?\n/, stderr);
      assert.equal(status, 3);
    });
  });

  it('keeps the credential fresh while the command runs, and says what that does not reach', async () => {
    await at({ tokenLife: 4 }, async (platform) => {
      const script = `
        const { readFileSync } = require('node:fs');
        const seen = new Set();
        const timer = setInterval(() => seen.add(JSON.parse(readFileSync(process.env.MLFLOW_AUTH_CREDENTIAL_FILE, 'utf8')).value), 20);
        setTimeout(() => { clearInterval(timer); console.log(seen.size); }, 9500);`;
      const { status, stdout, stderr } = await exec(platform, script);
      assert.equal(status, 0, stderr);
      assert.ok(Number(stdout) >= 3, `${stdout} credentials seen`);
      assert.equal(timesAsked(platform, 'POST login'), 1);
      assert.match(
        stderr,
        /^! the credential in the environment expires at .*; only Python programs with the auth provider use renewed ones$/m,
      );
    });
  });

  it('renews for the Python module, which starts the command itself where nobody listens', {
    skip: process.platform === 'win32' && 'Python has no such sockets there',
  }, async () => {
    await at({}, async (platform) => {
      const script = `
import os
import mlflow_auth_provider as provider
started = []
run = provider.run
provider.run = lambda command: started.append(command) or run(command)
for times, why in enumerate((None, "rejected")):
    old = provider.read_credential()
    assert provider.renew(old, why)["value"] != old["value"]
    assert len(started) == times, started
    socket = os.path.join(os.path.dirname(os.environ["MLFLOW_AUTH_CREDENTIAL_FILE"]), provider.SOCKET_FILE)
    if times == 0:
        os.remove(socket)
`;
      const args = ['exec', '--', 'python3', '-c', script];
      const { status, stderr } = await runCommand(args, { ...goodEnv(platform), PATH: process.env.PATH ?? '' });
      assert.equal(status, 0, stderr);
      assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 2]);
    });
  });

  it('counts at its end the requests that failed for want of a credential, where there are any', async () => {
    await at({}, async (platform) => {
      const write = (count: number) =>
        `fs.writeFileSync(require('node:path').dirname(process.env.MLFLOW_AUTH_CREDENTIAL_FILE) + '/rejected-requests', '.'.repeat(${count})); process.exitCode = 5;`;
      for (const [script, told] of [
        ['process.exitCode = 5', ''],
        [write(0), ''],
        [write(1), '1 request to MLflow failed'],
        [write(12), '12 requests to MLflow failed'],
      ] as const) {
        const { status, stderr } = await exec(platform, script);
        assert.equal(status, 5, stderr);
        assert.equal(
          /^! (\d+ requests? to MLflow failed) because .* was not stored$/m.exec(stderr)?.[1] ?? '',
          told,
          stderr,
        );
      }
    });
  });

  it('runs nothing when the login fails', async () => {
    await at({}, async (platform) => {
      const failed = await exec(platform, SHOW, ['--workspace', 'team-b']);
      assert.deepEqual([failed.status, failed.stdout], [1, '']);
      assert.match((await runCommand(['exec'], goodEnv(platform))).stderr, /exec requires a command after --/);
    });
  });

  it('ends with 127 or 126, before any request, where the command is not found or cannot be executed', async () => {
    await at({}, async (platform) => {
      const folder = mkdtempSync(join(root, 'programs-'));
      const file = (name: string, text: string, mode: number) => {
        writeFileSync(join(folder, name), text, { mode });
        return join(folder, name);
      };
      const posix = process.platform !== 'win32';
      const cases: [program: string, code: number][] = [
        ['/no/such/program', 127],
        ['no-such-program', 127],
        ['no\n::error::such', 127],
        ...(posix
          ? ([
              [folder, 126],
              [file('data', 'text', 0o644), 126],
              ['data', 126],
              [file('script', '#!/no/such/interpreter\n', 0o755), 126],
              [file('windows', '#!/bin/sh\r\n', 0o755), 126],
              [file('folder', '#!/tmp\n', 0o755), 126],
              [`${file('plain', '', 0o644)}/inside`, 127],
            ] as [string, number][])
          : []),
      ];
      for (const [program, code] of cases) {
        const env = { ...goodEnv(platform), PATH: folder };
        const { status, stdout, stderr } = await runCommand(['exec', '--', program], env);
        assert.deepEqual([status, stdout], [code, ''], `${program}: ${stderr}`);
        assert.match(stderr, /^[^\n]+: (command not found|cannot be executed)\n$/);
      }
      assert.deepEqual(platform.asked, []);
    });
  });

  it('finds a command on the PATH, also a script without a first line of "#!"', {
    skip: process.platform === 'win32' && 'Windows knows programs by their ending',
  }, async () => {
    await at({}, async (platform) => {
      const folder = mkdtempSync(join(root, 'path-'));
      writeFileSync(join(folder, 'greet'), 'echo hello\n', { mode: 0o755 });
      const env = { ...goodEnv(platform), PATH: `/no/such/folder:${folder}:/bin:/usr/bin` };
      const { status, stdout, stderr } = await runCommand(['exec', '--', 'greet'], env);
      assert.deepEqual([status, stdout], [0, 'hello\n'], stderr);
    });
  });

  it('keeps from the command what a login with username and password exported before, and says so', async () => {
    await at({}, async (platform) => {
      const earlier = { MLFLOW_TRACKING_USERNAME: 'user', MLFLOW_TRACKING_PASSWORD: 'password-of-before' };
      for (const method of ['token', 'cookie']) {
        const script = 'console.log(JSON.stringify(process.env))';
        const args = ['exec', '--method', method, '--', process.execPath, '-e', script];
        const { status, stdout, stderr } = await runCommand(args, { ...goodEnv(platform), ...earlier });
        assert.equal(status, 0, stderr);
        const env = JSON.parse(stdout);
        assert.ok(
          Object.keys(earlier).every((name) => !(name in env)),
          stdout,
        );
        assert.match(stderr, /as of another login: MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD\n/);
        assert.doesNotMatch(stderr, /hold a login that the SDK sends|password-of-before/);
      }
    });
  });

  it('keeps the secrets of the login from the command, unless --keep-secrets is given', async () => {
    await at({}, async (platform) => {
      const names = ROWS.filter(({ secret }) => secret).flatMap(({ env }) =>
        env.flatMap((name) => [name, `${name}_FILE`]),
      );
      assert.ok(names.length >= 6);
      const file = join(root, 'client-secret');
      writeFileSync(file, goodEnv(platform).DEX_CLIENT_SECRET ?? '');
      const { DEX_CLIENT_SECRET: _, ...others } = goodEnv(platform);
      const env = { ...others, DEX_CLIENT_SECRET_FILE: file };
      const show = `console.log(${JSON.stringify(names)}.filter((name) => name in process.env).join())`;
      for (const [flags, expected] of [
        [[], ''],
        [['--keep-secrets'], 'MLFLOW_PASSWORD,DEX_CLIENT_SECRET_FILE'],
      ] as const) {
        const args = ['exec', ...flags, '--', process.execPath, '-e', show];
        const { status, stdout, stderr } = await runCommand(args, env);
        assert.deepEqual([status, stdout.trim()], [0, expected], stderr);
      }
    });
  });
});
