// The commands, their flags, and how a command line is taken apart.

import { parseArgs } from 'node:util';
import { errorMessage, UsageError } from '../errors/errors.js';
import { namesOf, ROWS } from '../settings/table.js';
import type { Needs } from '../settings/types.js';

export type Flags = Record<string, string | undefined>;

/** The commands that log in, and what each needs of the settings. */
export const NEEDS: Readonly<Record<string, Needs>> = {
  token: { trackingUri: false, caPath: false, method: 'token' },
  cookie: { trackingUri: true, caPath: false, method: 'cookie' },
  env: { trackingUri: true, caPath: true, folder: 'dir' },
  exec: { trackingUri: true, caPath: false, renew: true },
};
const COMMANDS = [...Object.keys(NEEDS), 'refresh', 'doctor'];
/** Flags of single commands, beside the settings. */
const EXTRA: Readonly<Record<string, readonly string[]>> = {
  env: ['format'],
  refresh: ['format'],
  doctor: ['login', 'json', 'message', 'python'],
  renew: ['seen'],
};
const SWITCHES = ['login', 'json'];

/** A command line, taken apart. */
export interface Parsed {
  command: string;
  flags: Flags;
  /** What stands behind `--`, for exec. */
  rest: string[];
}

/** Reads a command line. @throws UsageError that says what is wrong with it */
export function parse(args: readonly string[]): Parsed {
  const end = args[0] === 'exec' && args.includes('--') ? args.indexOf('--') : args.length;
  const [command = '', ...own] = args.slice(0, end);
  const rest = args.slice(end + 1);
  if (own.includes('--help') || own.includes('-h') || ['help', '--help', '-h'].includes(command))
    return { command: 'help', flags: {}, rest };
  if (command === '--version' || own.includes('--version')) return { command: 'version', flags: {}, rest };
  if (!COMMANDS.includes(command) && command !== 'renew') {
    const what = command === '' || command.startsWith('-') ? 'A command is missing' : `There is no command ${command}`;
    throw new UsageError(`${what}. Commands: ${COMMANDS.join(', ')}. See --help.`);
  }
  const names = ROWS.filter(({ actionOnly }) => !actionOnly).flatMap(namesOf);
  const options = Object.fromEntries(
    [...names, ...(EXTRA[command] ?? [])].map((name) => [name, { type: 'string' as const }]),
  );
  try {
    return { command, flags: parseArgs({ args: withValues(own), options, allowPositionals: false }).values, rest };
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
