// What the program prints of what the user typed, and what it does where it cannot print: one line each, and no crash.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROWS } from '../../src/settings/table.js';
import { type FakePlatform, startPlatform } from '../support/fake/platform.js';
import { BUNDLE, goodEnv, runCommand, runProgram } from '../support/program.js';
import { sampled } from '../support/sample.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-printing-'));
let platform: FakePlatform;
before(async () => {
  platform = await startPlatform();
});
after(async () => {
  await platform.close();
  rmSync(folder, { recursive: true });
});

/** A text that would be three commands to a runner, move the cursor and turn the direction of writing. */
const HOSTILE = 'x\n::error::one\r\n::stop-commands::two\r##[error]three\u2028::error::four\u001b[2Jfive\u202esix';

function assertHarmless(printed: string, what: string): void {
  for (const line of printed.split(/\r\n|[\r\n\u2028\u2029]/)) assert.doesNotMatch(line, /^\s*::|##\[/, what);
  assert.doesNotMatch(printed.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\u2028\u2029]/u, what);
}

describe('what the user typed is printed in one line', () => {
  const commands: [what: string, args: string[]][] = [
    ['a command', [HOSTILE]],
    ['a command that begins like one of a runner', ['::error::one']],
    ['a flag', ['token', `--${HOSTILE}`]],
    ['an argument', ['token', HOSTILE]],
    ['a format', ['env', '--format', HOSTILE]],
    ['a format of refresh', ['refresh', '--format', HOSTILE]],
    ['a program', ['exec', '--', HOSTILE]],
    ['a program that begins like a command', ['exec', '--', '::error::one']],
    ['an interpreter', ['doctor', '--python', HOSTILE]],
    ['an error text', ['doctor', '--message', HOSTILE]],
    ['a folder', ['env', '--dir', join(folder, HOSTILE, 'x')]],
    ...ROWS.filter(({ actionOnly }) => !actionOnly).flatMap(({ name, file }): [string, string[]][] => [
      [name, ['env', `--${name}=${name === 'dir' ? join(folder, HOSTILE) : HOSTILE}`]],
      ...(file ? [[`${name}-file`, ['env', `--${name}-file=${HOSTILE}`]] as [string, string[]]] : []),
    ]),
  ];
  for (const [what, args] of sampled(commands)) {
    it(what, async () => {
      const { stdout, stderr } = await runCommand(args, goodEnv(platform));
      assertHarmless(stderr, what);
      if (args[0] === 'doctor') assertHarmless(stdout, what);
    });
  }
});

describe('an output that cannot be written', () => {
  const commands = [
    ['--help'],
    ['--version'],
    ['token'],
    ['env', '--dir', join(folder, 'sdk')],
    ['doctor'],
    ['doctor', '--json'],
  ];
  for (const args of sampled(commands)) {
    it(`is an error of one line: full, ${args.join(' ')}`, {
      skip: !existsSync('/dev/full') && 'only Linux has /dev/full',
    }, async () => {
      const script = 'exec "$0" "$@" > /dev/full';
      const run = ['-c', script, process.execPath, BUNDLE, ...args];
      const { status, stderr } = await runProgram('/bin/sh', run, goodEnv(platform));
      assert.equal(status, 1, stderr);
      assert.equal(stderr.match(/^standard output cannot be written: .*ENOSPC.*$/gm)?.length, 1, stderr);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });

    it(`is an error of one line: closed, ${args.join(' ')}`, async () => {
      const child = spawn(process.execPath, [BUNDLE, ...args], { env: goodEnv(platform) });
      child.stdout.destroy();
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
      const status = await new Promise((done) => child.once('close', done));
      assert.equal(status, 1, stderr);
      assert.equal(stderr.match(/^standard output cannot be written: .*EPIPE.*$/gm)?.length, 1, stderr);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }
});

describe('doctor --python', () => {
  const python = '/usr/bin/env';

  it('runs no module of the current folder, and gives the interpreter no secret', {
    skip: process.platform === 'win32' && 'the interpreter is a shell script',
  }, async () => {
    const seen = join(folder, 'environment');
    writeFileSync(join(folder, 'json.py'), `open(${JSON.stringify(seen)}, 'w').write('json.py ran')\n`);
    writeFileSync(join(folder, 'importlib.py'), `open(${JSON.stringify(seen)}, 'w').write('importlib.py ran')\n`);
    const interpreter = join(folder, 'python');
    writeFileSync(interpreter, `#!/bin/sh\nenv > ${seen}\nexec python3 "$@"\n`, { mode: 0o755 });
    const secrets = ROWS.filter(({ secret }) => secret).flatMap(({ env }) => env);
    const env = {
      ...goodEnv(platform),
      PATH: process.env.PATH ?? '',
      ...Object.fromEntries(secrets.flatMap((name) => [[name, 'a secret text']])),
      MLFLOW_TRACKING_TOKEN: 'a secret text',
      MLFLOW_PROXY_COOKIE: 'a secret text',
    };
    const run = ['-C', folder, process.execPath, resolve(BUNDLE), 'doctor', '--python', interpreter];
    const { stdout, stderr } = await runProgram(python, run, env);
    assert.match(stdout, /Python: .*(has no mlflow|has mlflow)/, stdout + stderr);
    const passed = readFileSync(seen, 'utf8');
    assert.match(passed, /^PLATFORM_ADDRESS=/m);
    assert.doesNotMatch(passed, /a secret text/);
  });
});
