// The command line's door: flags and environment in, a credential on standard output, everything else on standard error.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Credential, secretsOf } from './credential.js';
import { doctorCommand } from './doctor/command.js';
import { errorMessage, UsageError } from './errors.js';
import { helpText, version } from './help.js';
import { FORMATS } from './publish/formats.js';
import { maskLine } from './publish/github.js';
import { handOver } from './publish/handover.js';
import { runLogin } from './run.js';
import { Secrets } from './secrets.js';
import { type Needs, readSettings } from './settings/settings.js';
import type { Sources } from './settings/sources.js';
import { ROWS } from './settings/table.js';

type Env = Readonly<Record<string, string | undefined>>;
type Flags = Record<string, string | undefined>;

/** Runs one command and returns the exit code: 0 fine, 1 login or verification failed, 2 wrong usage or settings. */
export async function runCli(args: readonly string[], env: Env): Promise<number> {
  const secrets = new Secrets();
  try {
    const { command, flags } = parse(args);
    if (command === 'help') return print(helpText());
    if (command === 'version') return print(`${version}\n`);
    const format = FORMATS[flags.format ?? 'shell'];
    if (!format) throw new UsageError(`--format ${flags.format} is none of ${Object.keys(FORMATS).join(', ')}.`);
    const sources: Sources = { door: 'cli', given: flags, env, readFile };
    warnOfSecrets(flags);
    if (command === 'doctor') {
      const is = (name: string) => flags[name] === 'true';
      const { message, python } = flags;
      return await doctorCommand({ login: is('login'), json: is('json'), message, python }, sources, secrets, print);
    }
    const note = (text: string) => warn(secrets.redact(text));
    const settings = readSettings(sources, NEEDS[command] as Needs, secrets.add, note);
    const credential = await runLogin(settings, secrets, say, warn);
    if (env.GITHUB_ACTIONS === 'true')
      for (const secret of secretsOf(credential)) process.stderr.write(maskLine(secret));
    if (command !== 'env') return print(bare(credential));
    return print(format(handOver(credential, settings, settings.dir, env, readFile, warn)));
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

/** The commands that log in, and what each needs of the settings. */
const NEEDS: Readonly<Record<string, Needs>> = {
  token: { trackingUri: false, caPath: false, method: 'token' },
  cookie: { trackingUri: true, caPath: false, method: 'cookie' },
  env: { trackingUri: true, caPath: true },
};
const COMMANDS = [...Object.keys(NEEDS), 'doctor'];
/** Flags of single commands, beside the settings. */
const EXTRA: Readonly<Record<string, readonly string[]>> = {
  env: ['format'],
  doctor: ['login', 'json', 'message', 'python'],
};
const SWITCHES = ['login', 'json'];

function parse(args: readonly string[]): { command: string; flags: Flags } {
  if (args.includes('--help') || args.includes('-h') || args[0] === 'help') return { command: 'help', flags: {} };
  if (args.includes('--version')) return { command: 'version', flags: {} };
  const [command = '', ...rest] = args;
  if (!COMMANDS.includes(command)) {
    const what = command === '' || command.startsWith('-') ? 'A command is missing' : `There is no command ${command}`;
    throw new UsageError(`${what}. Commands: ${COMMANDS.join(', ')}. See --help.`);
  }
  const names = ROWS.filter(({ actionOnly }) => !actionOnly).flatMap(({ name, file }) =>
    file ? [name, `${name}-file`] : [name],
  );
  const options = Object.fromEntries(
    [...names, ...(EXTRA[command] ?? [])].map((name) => [name, { type: 'string' as const }]),
  );
  try {
    return { command, flags: parseArgs({ args: withValues(rest), options, allowPositionals: false }).values };
  } catch (error) {
    throw new UsageError(`${errorMessage(error).replace(/^ERR_\w+: /, '')} See --help.`);
  }
}

/** Lets a boolean stand alone, as in `--insecure-tls` and `--no-verify`. */
function withValues(args: string[]): string[] {
  const booleans = [...ROWS.filter((row) => row.boolean).map(({ name }) => name as string), ...SWITCHES];
  return args.map((arg, index) => {
    const name = arg.replace(/^--(no-)?/, '');
    if (!arg.startsWith('--') || !booleans.includes(name)) return arg;
    if (arg.startsWith('--no-')) return `--${name}=false`;
    return /^(true|false|0|1)$/i.test(args[index + 1] ?? '') ? arg : `--${name}=true`;
  });
}
