// Watches another process, with whose end the proxy ends too: nothing is left behind where that one was killed.

import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between looks. */
const LOOK = 1000;

/**
 * Waits for the end of a process. Process 1, and one outside of a container (0), have no end that would matter.
 * @throws where the signal ends the wait
 */
export async function parentEnds(pid: number, signal: AbortSignal): Promise<string> {
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
