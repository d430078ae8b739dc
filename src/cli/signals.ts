// Signals that would end the process: caught, so that what it has written is removed and its child ends first.

import { constants } from 'node:os';

/** Every signal that a process can catch and that ends one by default (signal(7)); not those of a crash. */
const ENDING = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGVTALRM',
  'SIGPROF',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGIO',
  'SIGPWR',
  'SIGSTKFLT',
  'SIGTRAP',
  'SIGSYS',
] as const satisfies readonly NodeJS.Signals[];

export interface Signals {
  /** Aborted by the first signal that nobody passes on. */
  aborted: AbortSignal;
  /** That signal. */
  received: () => NodeJS.Signals | undefined;
  /** From now on signals are passed on; undefined: they end this process again. */
  passOn: (to: ((signal: NodeJS.Signals) => void) | undefined) => void;
  /** Gives the signals their usual effect back. */
  release: () => void;
}

/** Catches the signals, until they are released. A platform without one of them keeps the others. */
export function catchSignals(): Signals {
  const controller = new AbortController();
  let first: NodeJS.Signals | undefined;
  let target: ((signal: NodeJS.Signals) => void) | undefined;
  const handler = (signal: NodeJS.Signals) => {
    if (target) return target(signal);
    first ??= signal;
    controller.abort();
  };
  const caught = ENDING.filter((signal) => attempt(() => process.on(signal, handler)));
  return {
    aborted: controller.signal,
    received: () => first,
    passOn: (to) => {
      target = to;
    },
    release: () => {
      for (const signal of caught) process.off(signal, handler);
    },
  };
}

/** The exit code by which a shell shows that a signal ended a process. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
