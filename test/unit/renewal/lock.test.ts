// The lock between processes: one at a time, and never for ever behind what a dead process left.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../../src/renewal/lock.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-lock-'));
after(() => rmSync(folder, { recursive: true }));

/** Milliseconds that no test needs, and that one which waits for nothing can afford. */
const [LONG, SHORT] = [60_000, 100];
const HOUR = 3_600_000;

let count = 0;
/** The path of a lock that another process holds, or left behind, since `age` milliseconds; below 0 it never gets old. */
function lockOf(content: string, age: number, end = ''): string {
  const path = join(folder, `lock-${end ? count : ++count}`);
  writeFileSync(path + end, content);
  const time = new Date(Date.now() - age);
  utimesSync(path + end, time, time);
  return path;
}

const living = JSON.stringify({ pid: process.pid });
const { pid } = spawnSync(process.execPath, ['-v']);
const dead = JSON.stringify({ pid });

const run = (path: string, patience = LONG) => withLock(path, patience, async () => readFileSync(path, 'utf8'));

describe('the lock', () => {
  it('lets one in at a time, and all of them in the end', async () => {
    const path = join(folder, 'shared');
    let inside = 0;
    const most = await Promise.all(
      Array.from({ length: 8 }, () =>
        withLock(path, LONG, async () => {
          const now = ++inside;
          await sleep(2);
          inside--;
          return now;
        }),
      ),
    );
    assert.deepEqual(most, Array(8).fill(1));
    assert.ok(!existsSync(path));
  });

  it('is free again after work that fails, whose error comes through', async () => {
    const path = join(folder, 'failing');
    const failing = withLock(path, LONG, () => Promise.reject(new Error('of the work')));
    await assert.rejects(failing, /^Error: of the work$/);
    assert.ok(!existsSync(path));
  });

  it('names its process to the others while it is held', async () => {
    assert.equal(JSON.parse(await run(join(folder, 'named'))).pid, process.pid);
  });

  const LEFT_BEHIND: [what: string, content: string, age: number][] = [
    ['a process that died', dead, 0],
    ['a process that has held it longer than anyone may', living, HOUR],
    ['a full disk, which made it empty', '', 10_000],
  ];
  for (const [what, content, age] of LEFT_BEHIND) {
    it(`is taken over from ${what}`, async () => {
      const path = lockOf(content, age);
      assert.notEqual(await run(path), content);
      assert.ok(!existsSync(path) && !existsSync(`${path}.steal`));
    });
  }

  const HELD: [what: string, content: string][] = [
    ['a process that lives', living],
    ['whoever is just making it', ''],
  ];
  for (const [what, content] of HELD) {
    it(`is left to ${what}, and whoever waits too long says which lock it is`, async () => {
      const path = lockOf(content, -HOUR);
      await assert.rejects(run(path, SHORT), { message: `another process holds ${path}` });
      assert.equal(readFileSync(path, 'utf8'), content);
    });
  }

  it('is taken over by one process alone, and from one that died over that too', async () => {
    const path = lockOf(dead, 0);
    lockOf(living, -HOUR, '.steal');
    await assert.rejects(run(path, SHORT), /another process holds/);
    assert.equal(readFileSync(path, 'utf8'), dead);
    lockOf(living, 10_000, '.steal');
    assert.notEqual(await run(path), dead);
    assert.ok(!existsSync(`${path}.steal`));
  });

  it('that someone else has taken over meanwhile stays theirs', async () => {
    const path = join(folder, 'taken');
    await withLock(path, LONG, async () => writeFileSync(path, living));
    assert.equal(readFileSync(path, 'utf8'), living);
  });

  it('fails at once in a folder that is not there, and leaves nothing', async () => {
    await assert.rejects(run(join(folder, 'none', 'lock')), { code: 'ENOENT' });
    assert.ok(!readdirSync(folder).includes('none'));
  });
});
