// Takes a command line apart: the command, its flags, and a program with its arguments.

import { parseArgs } from 'node:util';
import { errorMessage, UsageError } from '../errors/errors.js';
import { namesOf, ROWS } from '../settings/table.js';
import type { Flag, Flags } from './command.js';
import { COMMANDS } from './commands.js';

/** A command line, taken apart. */
export interface Parsed {
  command: string;
  flags: Flags;
  /** What stands after `--`, for a command that takes a program. */
  rest: string[];
}

/** Reads a command line; `help` and `version` count as commands. @throws UsageError that says what is wrong with it */
export function parse(args: readonly string[]): Parsed {
  const known = COMMANDS.find(({ name }) => name === args[0]);
  const end = known?.takesProgram && args.includes('--') ? args.indexOf('--') : args.length;
  const [command = '', ...own] = args.slice(0, end);
  const rest = args.slice(end + 1);
  if (own.includes('--help') || own.includes('-h') || ['help', '--help', '-h'].includes(command))
    return { command: 'help', flags: {}, rest };
  if (command === '--version' || own.includes('--version')) return { command: 'version', flags: {}, rest };
  if (!known) {
    const what = command === '' || command.startsWith('-') ? 'No command' : `Unknown command: ${command}`;
    const listed = COMMANDS.filter(({ help }) => help).map(({ name }) => name);
    throw new UsageError(`${what}. Commands: ${listed.join(', ')}. See --help.`);
  }
  return { command, flags: flagsOf(own, known.flags ?? []), rest };
}

function flagsOf(args: string[], own: readonly Flag[]): Flags {
  const settings = ROWS.filter(({ actionOnly }) => !actionOnly).flatMap(namesOf);
  const names = [...settings, ...own.map(({ name }) => name)];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const booleans = [...ROWS.filter((row) => row.boolean), ...own.filter(({ value }) => !value)].map(({ name }) => name);
  let flags: Flags;
  try {
    flags = parseArgs({ args: withValues(args, booleans), options, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${errorMessage(error).replace(/^ERR_\w+: /, '')} See --help.`);
  }
  for (const { name, oneOf } of own) {
    const value = flags[name];
    if (oneOf && value !== undefined && !oneOf.includes(value))
      throw new UsageError(`invalid --${name} ${value}: expected one of ${oneOf.join(', ')}.`);
  }
  return flags;
}

/** Lets a boolean stand alone, as in `--insecure-tls` and `--no-verify`. */
function withValues(args: string[], booleans: string[]): string[] {
  return args.map((arg, index) => {
    const name = arg.replace(/^--(no-)?/, '');
    if (!arg.startsWith('--') || !booleans.includes(name)) return arg;
    if (arg.startsWith('--no-')) return `--${name}=false`;
    return /^(true|false|0|1)$/i.test(args[index + 1] ?? '') ? arg : `--${name}=true`;
  });
}
