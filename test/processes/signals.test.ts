// Signals and the command exec: the command gets each of them, no debugger opens, and nothing is ever left behind.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakePlatform } from '../support/fake/platform.js';
import { BUNDLE, goodEnv } from '../support/program.js';
import { at, grants, root, SYSTEM } from '../support/renewing.js';
import { sampled } from '../support/sample.js';

const skip = process.platform === 'win32' && 'Windows has no signals';

/** Each signal that ends a process by default and can be caught. */
const ENDING = [
  'INT',
  'TERM',
  'HUP',
  'QUIT',
  'USR1',
  'USR2',
  'ALRM',
  'VTALRM',
  'XCPU',
  'XFSZ',
  'IO',
  'PWR',
  'STKFLT',
].filter((name) => `SIG${name}` in constants.signals);

/** A command that says "up", then each signal that it gets, and ends at the first with 7. */
const TRAPS = `
  for (const name of ${JSON.stringify(ENDING)})
    process.on('SIG' + name, () => process.stdout.write('SIG' + name + '\\n', () => process.exit(7)));
  setInterval(() => {}, 1000);
  console.log('up');`;

interface Run {
  child: ChildProcess;
  /** Its TMPDIR, in which exec makes its folder. */
  temp: string;
  /** What it has printed so far. */
  printed: { stdout: string; stderr: string };
  ended: Promise<number | null>;
}

function start(platform: FakePlatform, script: string, args: string[] = [], env: Record<string, string> = {}): Run {
  const temp = mkdtempSync(join(root, 'signals-'));
  const child = spawn(process.execPath, [BUNDLE, 'exec', ...args, '--', process.execPath, '-e', script], {
    env: { ...SYSTEM, ...goodEnv(platform), TMPDIR: temp, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (printed.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (printed.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, temp, printed, ended };
}

async function until(condition: () => boolean, { child, printed }: Run): Promise<void> {
  while (!condition()) {
    assert.equal(child.exitCode ?? child.signalCode, null, printed.stderr);
    await sleep(5);
  }
}

/** Whether a process listens on some TCP port (proc(5)): its sockets, and those in the state LISTEN. */
function listens(pid: number | undefined): boolean {
  const own = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // closed by now
    }
  });
  const inodes = new Set(own.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const table = ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/${pid}/net/${name}`, 'utf8').trim().split('\n').slice(1),
  );
  return table.some((line) => {
    const fields = line.trim().split(/\s+/);
    return fields[3] === '0A' && inodes.has(fields[9] ?? '');
  });
}

describe('a signal to exec', { skip }, () => {
  for (const name of sampled(ENDING)) {
    it(`SIG${name} reaches the command, and exec ends after it and as it does`, async () => {
      await at({}, async (platform) => {
        const run = start(platform, TRAPS);
        await until(() => run.printed.stdout.includes('up'), run);
        run.child.kill(`SIG${name}` as NodeJS.Signals);
        assert.equal(await run.ended, 7, run.printed.stderr);
        assert.deepEqual(run.printed.stdout.trim().split('\n'), ['up', `SIG${name}`]);
        assert.deepEqual(readdirSync(run.temp), []);
      });
    });

    it(`SIG${name} during the login ends it, and no command is run`, async () => {
      let asked = false;
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      const before = (endpoint?: string) => {
        asked ||= endpoint === 'token';
        return endpoint === 'token' ? held : undefined;
      };
      await at({ before }, async (platform) => {
        const run = start(platform, 'console.log("up")');
        await until(() => asked, run);
        run.child.kill(`SIG${name}` as NodeJS.Signals);
        // Only now may the platform answer.
        const code = await run.ended;
        release();
        assert.ok(code !== null && code > 128, `${code} ${run.printed.stderr}`);
        assert.match(run.printed.stderr, new RegExp(`^interrupted by SIG${name}\\b`, 'm'));
        assert.deepEqual([run.printed.stdout, readdirSync(run.temp)], ['', []]);
      });
    });
  }

  it('at any moment leaves nothing behind', async () => {
    await at({}, async (platform) => {
      const moments = [0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 300, 350, 400];
      for (const moment of sampled(moments)) {
        const run = start(platform, 'setInterval(() => {}, 1000)');
        await sleep(moment);
        run.child.kill('SIGTERM');
        await run.ended;
        assert.deepEqual(readdirSync(run.temp), [], `TERM after ${moment} ms: ${run.printed.stderr}`);
      }
    });
  });

  it('twice is passed on twice, and nothing is left behind', async () => {
    await at({}, async (platform) => {
      const run = start(
        platform,
        `let count = 0;
         process.on('SIGTERM', () => ++count === 1 ? console.log('first') : process.exit(5));
         setInterval(() => {}, 1000);
         console.log('up');`,
      );
      await until(() => run.printed.stdout.includes('up'), run);
      run.child.kill('SIGTERM');
      await until(() => run.printed.stdout.includes('first'), run);
      run.child.kill('SIGTERM');
      assert.equal(await run.ended, 5);
      assert.deepEqual(readdirSync(run.temp), []);
    });
  });

  it('SIGUSR1 opens no debugger, neither during the login nor while the command runs', {
    skip: !existsSync('/proc/self/fd') && 'only Linux shows the sockets of a process',
  }, async () => {
    let logins = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await at({ before: (endpoint) => (endpoint === 'login' && ++logins ? held : undefined) }, async (platform) => {
      const command = spawn(process.execPath, [BUNDLE, 'token'], { env: goodEnv(platform), stdio: 'ignore' });
      const done = new Promise((resolve) => command.once('exit', resolve));
      while (logins < 1) await sleep(5);
      command.kill('SIGUSR1');
      // A debugger needs a moment to open; a program that opens one shows that this test would see it.
      const open = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'], { stdio: 'pipe' });
      await new Promise((resolve) => open.stdout.once('data', resolve));
      open.kill('SIGUSR1');
      while (!listens(open.pid)) await sleep(5);
      open.kill();
      assert.ok(!listens(command.pid));
      release();
      assert.equal(await done, 0);
      const run = start(
        platform,
        `process.on('SIGUSR1', () => console.log('got it')); setInterval(() => {}, 1000); console.log('up');`,
      );
      await until(() => run.printed.stdout.includes('up'), run);
      run.child.kill('SIGUSR1');
      await until(() => run.printed.stdout.includes('got it'), run);
      assert.ok(!listens(run.child.pid));
      run.child.kill('SIGTERM');
      await run.ended;
    });
  });
});

describe('the end of the command of exec', () => {
  it('waits for no renewal', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let codes = 0;
    const before = (endpoint?: string) => (endpoint === 'token' && ++codes > 1 ? held : undefined);
    await at({ tokenLife: 4, before }, async (platform) => {
      const marker = join(root, 'renewing');
      const run = start(platform, `setInterval(() => fs.existsSync(${JSON.stringify(marker)}) && process.exit(3), 20)`);
      await until(() => grants(platform) > 0, run);
      writeFileSync(marker, '');
      // The renewal is answered only after exec has ended.
      assert.equal(await run.ended, 3, run.printed.stderr);
      release();
      assert.deepEqual(readdirSync(run.temp), []);
    });
  });
});
