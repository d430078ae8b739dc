// The command line's door: flags and environment in, a credential on standard output, everything else on standard error.

import { existsSync, readFileSync } from 'node:fs';
import { type Flags, NEEDS, parse } from './args.js';
import { type Credential, secretsOf } from './credential.js';
import { doctorCommand } from './doctor/command.js';
import { errorMessage, UsageError } from './errors.js';
import { helpText, version } from './help.js';
import { requirePrivate } from './publish/folder.js';
import { FORMATS } from './publish/formats.js';
import { maskLine } from './publish/github.js';
import { handOver } from './publish/handover.js';
import { execCommand } from './renewal/exec.js';
import { refreshCommand } from './renewal/refresh.js';
import { renew } from './renewal/renew.js';
import { runLogin } from './run.js';
import { Secrets } from './secrets.js';
import { type Needs, readSettings } from './settings/settings.js';
import type { Sources } from './settings/sources.js';
import { ROWS } from './settings/table.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Runs one command and returns the exit code: 0 fine, 1 login or verification failed, 2 wrong usage or settings. */
export async function runCli(args: readonly string[], env: Env): Promise<number> {
  const secrets = new Secrets();
  try {
    const { command, flags, rest } = parse(args);
    if (command === 'help') return print(helpText());
    if (command === 'version') return print(`${version}\n`);
    const sources: Sources = { door: 'cli', given: flags, env, readFile };
    warnOfSecrets(flags);
    if (command === 'doctor') {
      const is = (name: string) => flags[name] === 'true';
      const { message, python } = flags;
      return await doctorCommand({ login: is('login'), json: is('json'), message, python }, sources, secrets, print);
    }
    if (command === 'refresh') return print(await refreshCommand(flags.format, sources, secrets, say, warn));
    if (command === 'renew') {
      await renew(flags.dir ?? '', flags.seen ?? '', sources, secrets, say);
      return 0;
    }
    const format = formatOf(flags.format);
    const note = (text: string) => warn(secrets.redact(text));
    const settings = readSettings(sources, NEEDS[command] as Needs, secrets.add, note);
    if (settings.dir !== undefined) requirePrivate(settings.dir);
    if (command === 'exec') return await execCommand(rest, settings, sources, secrets, say);
    const credential = await runLogin(settings, secrets, { say, warn });
    // Only where a runner reads along: elsewhere the line would show what it is to hide.
    if (env.GITHUB_ACTIONS === 'true' && existsSync(env.GITHUB_OUTPUT ?? ''))
      for (const secret of secretsOf(credential)) process.stderr.write(maskLine(secret));
    if (command !== 'env') return print(bare(credential));
    return print(format(handOver(credential, settings, settings.dir, sources, note)));
  } catch (error) {
    say(secrets.redact(errorMessage(error)));
    return error instanceof UsageError ? 2 : 1;
  }
}

function formatOf(name = 'shell'): (typeof FORMATS)[string] & {} {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format) return format;
  throw new UsageError(`--format ${name} is none of ${Object.keys(FORMATS).join(', ')}.`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function print(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

function warn(line: string): void {
  say(`! ${line}`);
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

function warnOfSecrets(given: Flags): void {
  for (const { name, secret } of ROWS) {
    if (secret && given[name])
      warn(`--${name} shows the secret in the list of processes; use --${name}-file or the environment`);
  }
}
