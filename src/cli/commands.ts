// The commands: what each reads of flags and environment, and what it prints.

import { readFileSync } from 'node:fs';
import { UsageError } from '../errors/errors.js';
import type { Credential } from '../login/credential.js';
import { runLogin } from '../login/session.js';
import { requirePrivate } from '../sdk/folder.js';
import { readSettings } from '../settings/settings.js';
import type { Sources } from '../settings/sources.js';
import { ROWS } from '../settings/table.js';
import type { Needs } from '../settings/types.js';
import type { Env } from '../util/env.js';
import type { Say } from '../util/progress.js';
import type { Secrets } from '../util/secrets.js';
import { type Flags, NEEDS, type Parsed } from './args.js';
import { FORMATS } from './formats.js';

/** Where a command writes: text for standard output, lines for standard error. */
export interface Output {
  print: (text: string) => void;
  say: Say;
}

/**
 * Runs one command, other than help and version.
 * @returns the exit code
 * @throws UsageError, AuthError, or whatever else went wrong
 */
export async function runCommand(
  { command, flags, rest }: Parsed,
  env: Env,
  secrets: Secrets,
  { print, say }: Output,
): Promise<number> {
  const warn: Say = (line) => say(`! ${line}`);
  const sources: Sources = { caller: 'cli', given: flags, env, readFile };
  warnOfSecrets(flags, warn);
  if (command === 'doctor') {
    const { doctorCommand } = await import(/* webpackMode: "eager" */ './doctor.js');
    const is = (name: string) => flags[name] === 'true';
    const { message, python } = flags;
    return doctorCommand({ login: is('login'), json: is('json'), message, python }, sources, secrets, print);
  }
  if (command === 'refresh') {
    const { refreshCommand } = await import(/* webpackMode: "eager" */ './refresh.js');
    print(await refreshCommand(flags.format, sources, secrets, say, warn));
    return 0;
  }
  if (command === 'renew') {
    const { renew } = await import(/* webpackMode: "eager" */ '../renewal/renew.js');
    await renew(flags.dir ?? '', flags.seen ?? '', sources, secrets, say);
    return 0;
  }
  const format = formatOf(flags.format);
  const note: Say = (text) => warn(secrets.redact(text));
  const settings = readSettings(sources, NEEDS[command] as Needs, secrets.add, note);
  if (settings.dir !== undefined) requirePrivate(settings.dir);
  if (command === 'exec') {
    const { execCommand } = await import(/* webpackMode: "eager" */ './exec.js');
    return execCommand(rest, settings, sources, secrets, say);
  }
  const { refreshTokenStore } = await import(/* webpackMode: "eager" */ '../renewal/refresh-token.js');
  // With renew the folder keeps it too, so that no other place is missed.
  const keep = refreshTokenStore(settings, settings.renew ? () => {} : note);
  const credential = await runLogin(settings, secrets, { say, warn, keep });
  if (command === 'env') {
    const { handOver } = await import(/* webpackMode: "eager" */ '../sdk/handover.js');
    const variables = handOver(credential, settings, settings.dir, sources, note);
    if (settings.renew && settings.refreshToken)
      note('the renewals spend the refresh token from now on: it must be used nowhere else');
    print(format(variables));
  } else print(bare(credential));
  return 0;
}

function formatOf(name = 'shell'): (typeof FORMATS)[string] & {} {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format) return format;
  throw new UsageError(`--format ${name} is none of ${Object.keys(FORMATS).join(', ')}.`);
}

let standardInput: string | undefined;

/** Reads a file, or standard input, which can be read but once. */
function readFile(path: string): string {
  if (path !== '-') return readFileSync(path, 'utf8');
  standardInput ??= readFileSync(0, 'utf8');
  return standardInput;
}

/** The credential alone; a person's terminal also gets a line break. */
function bare(credential: Credential): string {
  const value = credential.method === 'token' ? credential.token : credential.cookie;
  return process.stdout.isTTY ? `${value}\n` : value;
}

function warnOfSecrets(given: Flags, warn: Say): void {
  for (const { name, secret } of ROWS) {
    if (secret && given[name])
      warn(`--${name} shows the secret in the list of processes; use --${name}-file or the environment`);
  }
}
