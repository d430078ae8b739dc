// Whether standard error is the log of a GitHub runner, and the command by which it masks a value there.

import { existsSync, fstatSync } from 'node:fs';
import { maskLine } from '../ci/mask-line.js';
import type { Env } from '../util/env.js';

/** Whether standard error is a log in which a runner masks values: anywhere else, the command would show the value. */
function isRunner(env: Env): boolean {
  return env.GITHUB_ACTIONS === 'true' && existsSync(env.GITHUB_OUTPUT ?? '') && !isFile(2);
}

/** Whether what is written there stays in a file, which no runner reads. */
function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return true;
  }
}

/**
 * What tells the runner of a value, on standard error; it does nothing elsewhere.
 * @param start what precedes each line: a line counts as a command at its start alone
 */
export function maskerFor(env: Env, start: '' | '\n'): (secret: string) => void {
  return isRunner(env) ? (secret) => process.stderr.write(`${start}${maskLine(secret)}`) : () => {};
}
