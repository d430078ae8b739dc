// The command line's entry point: a credential on standard output, everything else on standard error, and the exit code.

import { errorMessage, UsageError } from '../errors/errors.js';
import { isDenied } from '../util/deno.js';
import type { Env } from '../util/env.js';
import { Secrets } from '../util/secrets.js';
import { parse } from './args.js';
import type { Command } from './command.js';
import { COMMANDS } from './commands.js';
import { helpText, version } from './help.js';
import { maskerFor } from './runner.js';

/**
 * Runs one command and returns the exit code: 0 success; 1 the login or its verification failed, or standard output cannot
 * be written; 2 wrong usage or settings.
 */
export async function runCli(args: readonly string[], env: Env): Promise<number> {
  const written = watchOutput();
  const code = await runCommandLine(args, env);
  return code === 0 && !(await written()) ? 1 : code;
}

async function runCommandLine(args: readonly string[], env: Env): Promise<number> {
  let announce = (_: string) => {};
  let command: Command | undefined;
  const secrets = new Secrets((secret) => announce(secret));
  try {
    const parsed = parse(args);
    command = COMMANDS.find(({ name }) => name === parsed.command);
    if (!command) return print(parsed.command === 'help' ? helpText() : `${version}\n`);
    if (command.masks !== 'never') announce = maskerFor(env, command.masks === 'after line break' ? '\n' : '');
    const { dispatch } = await import(/* webpackMode: "eager" */ './dispatch.js');
    return await dispatch(command, parsed, env, secrets, print, writeLine);
  } catch (error) {
    writeLine(secrets.redact(errorMessage(error)));
    if (isDenied(error) && command) {
      const { denoFlags } = await import(/* webpackMode: "eager" */ './deno-permissions.js');
      writeLine(`Start it with: deno run ${denoFlags(command)}, and --allow-read, --allow-write for files.`);
      return 2;
    }
    return error instanceof UsageError ? 2 : 1;
  }
}

/**
 * Reports, once, that standard output cannot be written: a disk is full, or the reader is gone. A reader of standard error
 * that is gone gets nothing.
 * @returns waits for what was written; false where it got lost
 */
function watchOutput(): () => Promise<boolean> {
  let failed = false;
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error) => {
    if (!failed) writeLine(`standard output cannot be written: ${errorMessage(error)}`);
    failed = true;
  });
  return async () => {
    // An error comes after the callback of the write that it belongs to.
    if (!failed) await new Promise((resolve) => process.stdout.write('', () => setImmediate(resolve)));
    return !failed;
  };
}

function writeLine(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** @throws Error under Deno, whose standard output does not report an error as an event */
function print(text: string): 0 {
  try {
    process.stdout.write(text);
  } catch (error) {
    throw new Error('standard output cannot be written', { cause: error });
  }
  return 0;
}
