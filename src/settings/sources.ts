// Where each setting comes from: an input or a flag, an environment variable, a file, or its default.

import type { Env } from '../util/env.js';
import { type Name, ROWS, type Row } from './table.js';

/** A value and its origin. */
export interface Found {
  /** '' where its file cannot be read. */
  value: string;
  /** As the user wrote it: `--workspace`, `input workspace`, `MLFLOW_WORKSPACE`, `default`. */
  from: string;
  /** Given for this run, by input or flag, and so stronger than what the environment happens to hold. */
  explicit: boolean;
  /** The file that holds it; "-" for standard input. */
  path?: string;
  /** Why that file cannot be read. */
  error?: unknown;
}

/** What settings are read from. */
export interface Sources {
  caller: 'action' | 'cli';
  /** Inputs or flags by name, `-file` forms included. */
  given: Readonly<Record<string, string | undefined>>;
  env: Env;
  /** Reads a text file, or standard input for `-`. */
  readFile: (path: string) => string;
}

/** How a user gives this setting, for messages. */
export function howToGive(name: Name, caller: Sources['caller']): string {
  const row = ROWS.find((one) => one.name === name);
  const first = caller === 'action' ? `input ${name}` : `--${name}`;
  return [row?.secret && caller === 'cli' ? `--${name}-file` : first, ...(row?.env ?? [])].join(' or ');
}

/**
 * Finds every setting that is given or has a default. Everything but passwords is trimmed; what is then
 * empty counts as not given.
 */
export function gather(sources: Sources): Map<Name, Found> {
  const found = new Map<Name, Found>();
  let piped: string | undefined;
  /** Standard input holds one value. */
  const readFile = (row: Row) => (path: string) => {
    if (path === '-' && piped !== undefined) throw new Error(`standard input already provides ${piped}`);
    if (path === '-') piped = row.name;
    return sources.readFile(path);
  };
  for (const row of ROWS) {
    const value = find(row, { ...sources, readFile: readFile(row) });
    if (value) found.set(row.name, value);
  }
  return found;
}

/** One setting, without the check that standard input holds one value. @returns undefined where it is neither given nor has a default */
export function findOne(name: Name, sources: Sources): Found | undefined {
  const row = ROWS.find((one) => one.name === name);
  return row && find(row, sources);
}

function find(row: Row, { caller, given, env, readFile }: Sources): Found | undefined {
  const name = (suffix: string) => (caller === 'action' ? `input ${row.name}${suffix}` : `--${row.name}${suffix}`);
  const direct = clean(row, given[row.name]);
  if (direct) return { value: direct, from: name(''), explicit: true };
  const file = row.file && given[`${row.name}-file`]?.trim();
  if (file) return { ...fromFile(row, file, readFile), from: name('-file'), explicit: true };
  for (const variable of row.env) {
    const value = clean(row, env[variable]);
    if (value) return { value, from: variable, explicit: false };
    const path = row.file && env[`${variable}_FILE`]?.trim();
    if (path) return { ...fromFile(row, path, readFile), from: `${variable}_FILE`, explicit: false };
  }
  return row.default === undefined ? undefined : { value: row.default, from: 'default', explicit: false };
}

/** Whitespace in a password may be meant. */
function clean(row: Row, value: string | undefined): string | undefined {
  return row.name === 'password' ? value : value?.trim();
}

/** Text files end in a line break, which belongs to the file and not to the password. */
function fromFile(row: Row, path: string, readFile: Sources['readFile']): Pick<Found, 'value' | 'path' | 'error'> {
  try {
    const value = clean(row, readFile(path).replace(/\r?\n$/, ''));
    if (!value) throw new Error(`${path} is empty`);
    return { value, path };
  } catch (error) {
    return { value: '', path, error };
  }
}
