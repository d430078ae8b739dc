// A lock between processes: a file that only one can make. What a process that died left behind is taken away.

import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;
/** Taking a lock away needs a few milliseconds; whoever is at it for longer has died over it. */
const STEAL_MS = 5000;

/**
 * Runs the work while no other process runs its own under the same lock.
 * @param patience milliseconds to wait, and the age at which a lock counts as left behind
 * @throws Error when the lock cannot be had in time, or the folder cannot be written
 */
export async function withLock<T>(path: string, patience: number, work: () => Promise<T>): Promise<T> {
  const mine = JSON.stringify({ pid: process.pid, at: Date.now(), id: Math.random() });
  const until = Date.now() + patience;
  while (!make(path, mine)) {
    if (Date.now() > until) throw new Error(`another process holds ${path}`);
    stealIfStale(path, patience);
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    if (read(path) === mine) rmSync(path, { force: true });
  }
}

function make(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    // On Windows a file that is just being removed answers EPERM.
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST' || (code === 'EPERM' && process.platform === 'win32')) return false;
    // A full disk leaves an empty file behind, which would keep the others waiting.
    rmSync(path, { force: true });
    throw error;
  }
}

/** Takes away the lock of a process that is no more, or that has held it for too long. One process at a time does so. */
function stealIfStale(path: string, patience: number): void {
  const content = read(path);
  if (content === undefined || !isStale(content, path, patience)) return;
  const guard = `${path}.steal`;
  if (ageOf(guard) > STEAL_MS) rmSync(guard, { force: true });
  if (!make(guard, content)) return;
  try {
    if (read(path) === content) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function isStale(content: string, path: string, patience: number): boolean {
  if (ageOf(path) > patience) return true;
  const pid = /"pid":(\d+)/.exec(content)?.[1];
  // A lock is written at once, so an empty one is a moment old or was left by a full disk.
  if (pid === undefined) return ageOf(path) > STEAL_MS;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Milliseconds since the file was written; 0 when there is none. */
function ageOf(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
