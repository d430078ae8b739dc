// Runs one command: gathers what it works with, and loads it.

import { readFileSync } from 'node:fs';
import { readSettings } from '../settings/settings.js';
import type { Sources } from '../settings/sources.js';
import { ROWS } from '../settings/table.js';
import type { Env } from '../util/env.js';
import type { WriteLine } from '../util/logger.js';
import type { Secrets } from '../util/secrets.js';
import { printable } from '../util/text.js';
import type { Parsed } from './args.js';
import type { Call, Command } from './command.js';
import { storedLogin } from './stored-login.js';

/**
 * @param print writes a text to standard output
 * @param write writes a line to standard error
 * @returns the exit code
 * @throws UsageError, AuthError, or whatever else went wrong
 */
export async function dispatch(
  command: Command,
  { flags, rest }: Parsed,
  env: Env,
  secrets: Secrets,
  print: Call['print'],
  write: WriteLine,
): Promise<number> {
  const warn: WriteLine = (line) => write(`! ${printable(secrets.redact(line))}`);
  // A flag of the command's own hides a setting of the same name, as login does for doctor.
  const own = (command.flags ?? []).map(({ name }) => name);
  const given = Object.fromEntries(Object.entries(flags).filter(([name]) => !own.includes(name)));
  const sources: Sources = { caller: 'cli', given, env, readFile };
  for (const { name, secret } of ROWS) {
    if (secret && flags[name])
      warn(`--${name} exposes the secret in the process list; use --${name}-file or the environment`);
  }
  const call: Call = { flags, rest, sources, secrets, print, log: { info: write, warn } };
  if (!command.needs) return (await command.load()).run(call);
  const stored = storedLogin(command, sources);
  if (stored) write(printable(`- refresh token: that of login, in ${stored}`));
  const all = stored ? { ...sources, given: { ...given, 'refresh-token-file': stored } } : sources;
  const settings = readSettings(all, command.needs, secrets.add, warn);
  return (await command.load()).run({ ...call, sources: all, settings });
}

let standardInput: string | undefined;

/** Reads a file, or standard input, which can be read but once. */
function readFile(path: string): string {
  if (path !== '-') return readFileSync(path, 'utf8');
  standardInput ??= readFileSync(0, 'utf8');
  return standardInput;
}
