// The command line's door: a credential on standard output, everything else on standard error, and the exit code.

import { parse } from './args.js';
import { errorMessage, UsageError } from './errors.js';
import { helpText, version } from './help.js';
import { Secrets } from './secrets.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Runs one command and returns the exit code: 0 fine, 1 login or verification failed, 2 wrong usage or settings. */
export async function runCli(args: readonly string[], env: Env): Promise<number> {
  const secrets = new Secrets();
  try {
    const parsed = parse(args);
    if (parsed.command === 'help') return print(helpText());
    if (parsed.command === 'version') return print(`${version}\n`);
    const { runCommand } = await import(/* webpackMode: "eager" */ './commands.js');
    return await runCommand(parsed, env, secrets, { print, say });
  } catch (error) {
    say(secrets.redact(errorMessage(error)));
    return error instanceof UsageError ? 2 : 1;
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function print(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
