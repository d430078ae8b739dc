// The command line's entry point: a credential on standard output, everything else on standard error, and the exit code.

import { existsSync } from 'node:fs';
import { maskLine } from '../ci/mask-line.js';
import { errorMessage, UsageError } from '../errors/errors.js';
import type { Env } from '../util/env.js';
import { Secrets } from '../util/secrets.js';
import { parse } from './args.js';
import { COMMANDS } from './commands.js';
import { helpText, version } from './help.js';

/** Runs one command and returns the exit code: 0 fine, 1 login or verification failed, 2 wrong usage or settings. */
export async function runCli(args: readonly string[], env: Env): Promise<number> {
  let announce = (_: string) => {};
  const secrets = new Secrets((secret) => announce(secret));
  try {
    const parsed = parse(args);
    const command = COMMANDS.find(({ name }) => name === parsed.command);
    if (!command) return print(parsed.command === 'help' ? helpText() : `${version}\n`);
    if (command.masks !== 'never' && isRunner(env)) {
      // A line counts as a command at its start alone.
      const start = command.masks === 'after line break' ? '\n' : '';
      announce = (secret) => process.stderr.write(`${start}${maskLine(secret)}`);
    }
    const { dispatch } = await import(/* webpackMode: "eager" */ './dispatch.js');
    return await dispatch(command, parsed, env, secrets, print, writeLine);
  } catch (error) {
    writeLine(secrets.redact(errorMessage(error)));
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Whether a runner reads along and masks what it is told to: elsewhere the line would show what it is to hide. */
function isRunner(env: Env): boolean {
  return env.GITHUB_ACTIONS === 'true' && existsSync(env.GITHUB_OUTPUT ?? '');
}

function writeLine(line: string): void {
  process.stderr.write(`${line}\n`);
}

function print(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
