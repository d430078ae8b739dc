// A lock between processes, also of other containers and other machines: a file that only one can make, and whose holder
// touches it as long as it lives.

import { randomUUID } from 'node:crypto';
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWhole } from '../util/files.js';
import { ENDED, isDead, placeOfProcess, read, SHORT_SILENCE, watch } from './lock-holder.js';

/** Milliseconds between looks at a lock that is held, and between the touches of its holder. */
const POLL = 50;
const BEAT = 2_000;

/** The lock of the renewals in a folder. */
export const LOCK_FILE = 'renewal.lock';

/** A lock that is held. */
export interface Lock {
  /** @throws Error where another process has taken it over, as it does where the holder was stopped for too long */
  check(): void;
  isHeld(): boolean;
  /** Whether `endHolder` has taken it away for good. */
  hasEnded(): boolean;
}

/** Where time comes from: tests bring their own. */
export interface Time {
  /** Milliseconds on a clock that nobody sets. */
  now: () => number;
  sleep: (time: number) => Promise<unknown>;
}

/** @param signal ends a wait */
export const realTime = (signal?: AbortSignal): Time => ({
  now: () => performance.now(),
  sleep: (time) => sleep(time, undefined, { signal }),
});

/**
 * Runs the work while no other process runs its own under the same lock. Before it writes, the work must call `check`.
 * @param patience milliseconds to wait for one holder
 * @throws Error when the lock cannot be had in time, or the folder cannot be written
 */
export async function withLock<T>(
  path: string,
  patience: number,
  work: (lock: Lock) => Promise<T>,
  time = realTime(),
): Promise<T> {
  const mine = JSON.stringify({ place: placeOfProcess(), pid: process.pid, id: randomUUID() });
  await waitFor(path, mine, patience, time);
  const isMine = () => read(path) === mine;
  const beat = setInterval(() => {
    if (isMine()) touch(path);
  }, BEAT);
  beat.unref?.();
  try {
    return await work({
      check() {
        if (!isMine())
          throw new Error(`another process has taken over ${path}, because this one was stopped for too long`);
      },
      isHeld: isMine,
      hasEnded: () => read(path) === ENDED,
    });
  } finally {
    clearInterval(beat);
    if (isMine() || read(path) === ENDED) rmSync(path, { force: true });
  }
}

/**
 * Takes the lock away from whoever holds it, does the work, and lets nobody have it in the meantime.
 * A holder finds out by `hasEnded`, and removes what stays of the lock for it.
 */
export function endHolder(path: string, work: () => void): void {
  const isHeld = read(path) !== undefined;
  writeWhole(path, ENDED);
  try {
    work();
  } finally {
    if (!isHeld) rmSync(path, { force: true });
  }
}

async function waitFor(path: string, mine: string, patience: number, { now, sleep }: Time): Promise<void> {
  const look = watch(path, now);
  const lookAtGuard = watch(guardOf(path), now);
  let since = now();
  let holder: string | undefined;
  while (!make(path, mine)) {
    const { content, silence } = look();
    if (content !== holder) since = now();
    holder = content;
    if (content !== undefined && isDead(content, silence)) steal(path, content, lookAtGuard().silence);
    else if (now() - since > patience) throw new Error(`another process holds ${path}`);
    await sleep(POLL);
  }
}

const guardOf = (path: string) => `${path}.steal`;

/** Takes away a lock with this content. One process at a time does so; one that died over it is silent. */
function steal(path: string, content: string, silenceOfGuard: number): void {
  const guard = guardOf(path);
  if (silenceOfGuard > SHORT_SILENCE) rmSync(guard, { force: true });
  if (!make(guard, randomUUID())) return;
  try {
    if (read(path) === content) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
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

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The next one that waits takes the lock over.
  }
}
