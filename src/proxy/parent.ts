// What ends a proxy that has no command: a signal, the end of another process, so that nothing is left behind where that
// one was killed, or the limit of its life.

import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between looks. */
const LOOK = 1000;

/**
 * Waits for whatever comes first.
 * @param parent id of a process
 * @param life seconds; undefined for no limit
 * @returns what it was, in words; undefined for the signal
 */
export async function untilEnd(
  parent: number,
  life: number | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const over = new AbortController();
  const either = AbortSignal.any([over.signal, signal]);
  const aborted = new Promise<undefined>((resolve) => {
    if (either.aborted) resolve(undefined);
    either.addEventListener('abort', () => resolve(undefined));
  });
  const limit = life === undefined ? [] : [sleep(life * 1000, 'the limit of its life', { signal: either })];
  try {
    return await Promise.race([aborted, parentEnds(parent, either), ...limit]);
  } catch {
    return undefined;
  } finally {
    // A timer that is left would keep the process.
    over.abort();
  }
}

/**
 * Waits for the end of a process. Process 1, and one outside of a container (0), have no end that would matter.
 * @throws where the signal ends the wait
 */
async function parentEnds(pid: number, signal: AbortSignal): Promise<string> {
  if (pid <= 1) return new Promise(() => {});
  const parent = process.ppid;
  while (isRunning(pid) && (parent !== pid || process.ppid === pid)) await sleep(LOOK, undefined, { signal });
  return `process ${pid}, which started it, has ended`;
}

/** Whether there is a process with this id. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
