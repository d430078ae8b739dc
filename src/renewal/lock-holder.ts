// Whether the holder of a lock lives: by its process id where that means something, and by when it was last heard of.

import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';

/** Milliseconds. A holder that has not been heard of for so long is taken for dead, or lost its turn while it was stopped. */
const SILENCE = 20_000;
/** Taking a lock away, or writing into a new one, needs a few milliseconds. */
export const SHORT_SILENCE = 5_000;
/** What one look can add to a silence: this process, or the whole machine, may have been stopped for longer. */
const LONGEST_GAP = 1_000;

/** What `endHolder` writes in place of the holder. */
export const ENDED = JSON.stringify({ ended: true });

/**
 * Follows a file: its content, and for how long this process has seen it unchanged and untouched. Nothing is read off the
 * clock of another machine.
 */
export function watch(path: string, now: () => number): () => { content: string | undefined; silence: number } {
  let before: string | undefined;
  let last = now();
  let silence = 0;
  return () => {
    const content = read(path);
    const seen = content === undefined ? undefined : `${touchedAt(path)} ${content}`;
    const time = now();
    silence = seen !== undefined && seen === before ? silence + Math.min(time - last, LONGEST_GAP) : 0;
    before = seen;
    last = time;
    return { content, silence };
  };
}

/** A process of the same place that is no more is dead at once; of any other only its silence is known. */
export function isDead(content: string, silence: number): boolean {
  if (content === ENDED) return silence > SHORT_SILENCE;
  const { place, pid } = parse(content);
  if (typeof pid !== 'number') return silence > SHORT_SILENCE;
  if (silence > SILENCE) return true;
  return place !== undefined && place === placeOfProcess() && !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/**
 * Where a process id means the same process: the machine since it was started, and on Linux the namespace of ids, of which
 * each container has its own. Undefined where that is not known, as for Deno without --allow-all.
 */
export function placeOfProcess(): string | undefined {
  try {
    if (process.platform !== 'linux') return hostname();
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

function parse(content: string): { place?: unknown; pid?: unknown } {
  try {
    return JSON.parse(content) ?? {};
  } catch {
    return {};
  }
}

export function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function touchedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
