// Runs a program as a child: it has the terminal, gets the signals, and its end is passed on.

import { spawn } from 'node:child_process';
import { isatty } from 'node:tty';
import { exitCodeOf, type Signals } from './signals.js';

/** Signals that a terminal sends to its whole foreground group, so that the program has them already. */
const OF_THE_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * @returns the exit code of the program, or 128 and the number of the signal that ended it
 * @throws Error of the system where it cannot be started
 */
export function runProgram(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  signals: Signals,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'inherit' });
    // A second Ctrl-C would end the program's own cleanup.
    const terminal = [0, 1, 2].some((stream) => isatty(stream));
    signals.passOn((signal) => {
      // By its id: after child.kill() Deno takes the child for ended by the signal, whatever it makes of it.
      if (child.pid !== undefined && !(terminal && OF_THE_TERMINAL.includes(signal))) process.kill(child.pid, signal);
    });
    const end = (settle: () => void) => {
      signals.passOn(undefined);
      settle();
    };
    child.on('error', (error) => end(() => reject(error)));
    child.on('exit', (code, signal) => end(() => resolve(code ?? (signal ? exitCodeOf(signal) : 0))));
  });
}
