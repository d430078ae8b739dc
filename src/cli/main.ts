// The command line's entry point: a credential on standard output, everything else on standard error, and the exit code.

import { existsSync } from 'node:fs';
import { errorMessage, UsageError } from '../errors/errors.js';
import type { Env } from '../util/env.js';
import { Secrets } from '../util/secrets.js';
import { parse } from './args.js';
import { helpText, version } from './help.js';

/** Runs one command and returns the exit code: 0 fine, 1 login or verification failed, 2 wrong usage or settings. */
export async function runCli(args: readonly string[], env: Env): Promise<number> {
  let announce = (_: string) => {};
  const secrets = new Secrets((secret) => announce(secret));
  try {
    const parsed = parse(args);
    if (parsed.command === 'help') return print(helpText());
    if (parsed.command === 'version') return print(`${version}\n`);
    if (masks(parsed.command, env)) {
      const { maskLine } = await import(/* webpackMode: "eager" */ '../ci/github.js');
      // A command counts at the start of a line alone, and the program that exec runs may be in the middle of one.
      const start = parsed.command === 'exec' ? '\n' : '';
      announce = (secret) => process.stderr.write(`${start}${maskLine(secret)}`);
    }
    const { runCommand } = await import(/* webpackMode: "eager" */ './commands.js');
    return await runCommand(parsed, env, secrets, { print, say });
  } catch (error) {
    say(secrets.redact(errorMessage(error)));
    return error instanceof UsageError ? 2 : 1;
  }
}

/**
 * Whether a runner reads along, and is told of each secret on standard error: elsewhere the line would show what it is to
 * hide. What renew and doctor print ends up in an error of Python's, or in a ticket.
 */
function masks(command: string, env: Env): boolean {
  return (
    env.GITHUB_ACTIONS === 'true' && existsSync(env.GITHUB_OUTPUT ?? '') && command !== 'renew' && command !== 'doctor'
  );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function print(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
