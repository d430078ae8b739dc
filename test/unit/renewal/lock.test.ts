// The lock between processes, with a clock of the test's own: who is dead, who is only slow, and what a holder finds out.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { endHolder, type Time, withLock } from '../../../src/renewal/lock.js';

const root = mkdtempSync(join(tmpdir(), 'mlflow-auth-lock-'));
after(() => rmSync(root, { recursive: true }));

const newPath = () => join(mkdtempSync(join(root, 'l-')), 'the.lock');
const PATIENCE = 60_000;

/** A clock that only sleeping moves; after each sleep something else happens. */
function clock(then: (now: number) => void = () => {}): Time & { passed: () => number } {
  let now = 0;
  return {
    now: () => now,
    passed: () => now,
    sleep: async (time) => {
      now += time;
      then(now);
    },
  };
}

/** What a holder with this process id writes; by default one of another container or machine. */
const holder = (pid = 1, place: string | undefined = 'another boot pid:[1]') => JSON.stringify({ place, pid, id: 'x' });

/** What a holder in this place writes. */
async function ownContent(): Promise<{ place: string }> {
  const path = newPath();
  return withLock(path, PATIENCE, async () => JSON.parse(readFileSync(path, 'utf8')), clock());
}

const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('the lock', () => {
  it('is not taken from a holder of another container or machine that touches it, whatever its process id and clock', async () => {
    for (const skew of [-600_000, 0, 600_000, 1e10]) {
      const path = newPath();
      writeFileSync(path, holder(deadPid()));
      let beats = 0;
      const time = clock((now) => {
        if (now % 2000 === 0) utimesSync(path, new Date(), new Date(1e12 + skew + ++beats * 2000));
      });
      await assert.rejects(
        withLock(path, PATIENCE, async () => {}, time),
        /another process holds/,
      );
      assert.equal(readFileSync(path, 'utf8'), holder(JSON.parse(readFileSync(path, 'utf8')).pid));
      assert.ok(time.passed() > PATIENCE);
    }
  });

  it('is not taken at once from one whose file looks old or new: only what was seen unchanged counts', async () => {
    for (const mtime of [0, Date.now() / 1000 - 86_400, Date.now() / 1000 + 86_400]) {
      const path = newPath();
      writeFileSync(path, holder());
      utimesSync(path, mtime, mtime);
      const time = clock();
      await withLock(path, PATIENCE, async () => {}, time);
      assert.ok(time.passed() >= 20_000, `taken after ${time.passed()} ms`);
    }
  });

  it('is not taken by a waiter that was stopped itself: a leap of its clock is no silence of the holder', async () => {
    const path = newPath();
    writeFileSync(path, holder());
    let now = 0;
    let looks = 0;
    const time: Time = {
      now: () => now,
      sleep: async () => {
        now += ++looks === 3 ? 3_600_000 : 50;
        if (looks > 10) rmSync(path, { force: true });
      },
    };
    let held = '';
    await withLock(
      path,
      10 * 3_600_000,
      async () => {
        held = readFileSync(path, 'utf8');
      },
      time,
    );
    assert.equal(looks, 11);
    assert.notEqual(held, holder());
  });

  it('is taken at once from a process of the same place that is no more', {
    skip: process.platform !== 'linux',
  }, async () => {
    const { place } = await ownContent();
    const path = newPath();
    writeFileSync(path, holder(deadPid(), place));
    const time = clock();
    await withLock(path, PATIENCE, async () => {}, time);
    assert.ok(time.passed() <= 1000, `taken after ${time.passed()} ms`);
  });

  it('names the start of the machine and the namespace of its process ids', {
    skip: process.platform !== 'linux',
  }, async () => {
    const { place } = await ownContent();
    assert.match(place, /^[0-9a-f-]{36} pid:\[\d+\]$/);
  });

  it('that a full disk or a kill left empty, and a guard that was left, do not keep it for ever', async () => {
    for (const content of ['', '{', 'null', '7']) {
      const path = newPath();
      writeFileSync(path, content);
      writeFileSync(`${path}.steal`, '');
      await withLock(path, PATIENCE, async () => {}, clock());
      assert.deepEqual(readdirSync(join(path, '..')), []);
    }
  });

  it('that was taken over is noticed by its former holder, who leaves the new one alone', async () => {
    const path = newPath();
    await withLock(path, PATIENCE, async (lock) => {
      lock.check();
      writeFileSync(path, holder(7));
      assert.throws(() => lock.check(), /another process has taken over/);
      assert.deepEqual([lock.isHeld(), lock.hasEnded()], [false, false]);
    });
    assert.equal(readFileSync(path, 'utf8'), holder(7));
  });

  it('that has ended is noticed by its holder, who cleans up; nobody has it in the meantime', async () => {
    const path = newPath();
    await withLock(path, PATIENCE, async (lock) => {
      endHolder(path, () => assert.ok(existsSync(path)));
      assert.throws(() => lock.check());
      assert.equal(lock.hasEnded(), true);
    });
    assert.equal(existsSync(path), false);
    endHolder(path, () => {});
    assert.equal(existsSync(path), false);
  });

  it('is free again after work that fails, whose error comes through', async () => {
    const path = newPath();
    await assert.rejects(
      withLock(path, PATIENCE, () => Promise.reject(new Error('of the work'))),
      /^Error: of the work$/,
    );
    assert.equal(existsSync(path), false);
  });

  it('fails at once in a folder that is not there, and leaves nothing', async () => {
    await assert.rejects(
      withLock(join(root, 'none', 'lock'), PATIENCE, async () => {}),
      { code: 'ENOENT' },
    );
    assert.equal(existsSync(join(root, 'none')), false);
  });

  it('is taken over by one waiter alone, and after a waiter that died over that', async () => {
    const path = newPath();
    writeFileSync(path, holder());
    writeFileSync(`${path}.steal`, 'of another waiter');
    const time = clock((now) => {
      if (now % 1000 === 0 && now < 40_000) writeFileSync(`${path}.steal`, `of another waiter ${now}`);
    });
    await withLock(path, 200_000, async () => {}, time);
    assert.ok(time.passed() >= 40_000, `taken after ${time.passed()} ms, while another waiter was at it`);
    assert.deepEqual(readdirSync(join(path, '..')), []);
  });

  it('lets one at a time work, of many', async () => {
    const path = newPath();
    let working = 0;
    let done = 0;
    const work = async () => {
      assert.equal(++working, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      working--;
      done++;
    };
    await Promise.all(Array.from({ length: 10 }, () => withLock(path, PATIENCE, work)));
    assert.deepEqual([done, existsSync(path)], [10, false]);
  });
});
