// A clock that all processes of a machine share and that nobody sets: the time since the machine started.

import { readFileSync } from 'node:fs';

/** A moment on that clock. */
export interface Uptime {
  /** Which start of which machine: Linux makes a random id at each. */
  boot: string;
  /** Seconds since then, time asleep included. */
  seconds: number;
}

/** A moment that other processes can compare with. */
export interface Moment {
  /** Milliseconds since 1970, for those who do not share the other clock. */
  wall: number;
  uptime: Uptime | undefined;
}

/**
 * @returns undefined where the machine has no such clock: outside of Linux, and under Deno, which reads below /proc only
 * with --allow-all
 */
export function uptime(): Uptime | undefined {
  if ('Deno' in globalThis) return undefined;
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const seconds = Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
    return boot && Number.isFinite(seconds) ? { boot, seconds } : undefined;
  } catch {
    return undefined;
  }
}

export function moment(): Moment {
  return { wall: Date.now(), uptime: uptime() };
}

/** Seconds from one moment to another. By the wall clock, which may have been set back, only where there is no other. */
export function secondsBetween(earlier: Moment, later: Moment): number {
  const [from, to] = [earlier.uptime, later.uptime];
  if (from && to && from.boot === to.boot && to.seconds >= from.seconds) return to.seconds - from.seconds;
  return Math.abs(later.wall - earlier.wall) / 1000;
}
