// Writes variables in the language of whatever reads them: a shell, a .env file, JSON, PowerShell, a runner's file.

import { EOL } from 'node:os';
import type { Variable } from '../sdk/variables.js';

/** Writes variables as a text. */
export type Format = (variables: readonly Variable[]) => string;

const perLine = (line: (variable: Variable) => string): Format => {
  return (variables) => variables.map((variable) => `${line(variable)}\n`).join('');
};

/** The formats of `env --format`. */
export const FORMATS: Readonly<Record<string, Format>> = {
  /** POSIX shells: `eval "$(…)"`. */
  shell: perLine(({ name, value }) => `export ${name}='${value.replaceAll("'", "'\\''")}'`),
  /**
   * python-dotenv, dotenv for Node, and `docker --env-file`, which knows no quotes, as long as none are needed.
   * @throws Error for a value that they would read differently
   */
  dotenv: perLine(({ name, value }) => `${name}=${dotenvValue(name, value)}`),
  json: (variables) =>
    `${JSON.stringify(Object.fromEntries(variables.map(({ name, value }) => [name, value])), null, 2)}\n`,
  powershell: perLine(({ name, value }) => `$env:${name} = '${value.replace(/['\u2018-\u201b]/g, '$&$&')}'`),
  /** GITHUB_ENV and GITHUB_OUTPUT, in the form for values of any content; with \n, Windows would take \r before it along. */
  github: perLine(({ name, value }) => {
    const delimiter = `end-${crypto.randomUUID()}`;
    return `${name}<<${delimiter}${EOL}${value}${EOL}${delimiter}`;
  }),
};

/** The readers know different escapes, so none are used, but for \r and \n in double quotes, which both know. */
function dotenvValue(name: string, value: string): string {
  if (/^[\w./:@%+,=|-]*$/.test(value)) return value;
  // python-dotenv replaces these within all quotes.
  const replaced = /\$\{[^}]*\}/.test(value);
  if (!replaced && !/[#\p{Cc}\u2028\u2029]|^[\s'"`]|\s$/u.test(value)) return value;
  if (!replaced && !/['\r]|\\\\|\\$/.test(value)) return `'${value}'`;
  if (!replaced && !/["\\]/.test(value)) return `"${value.replaceAll('\r', '\\r')}"`;
  const why = replaced ? '${…}' : 'quotes, backslashes or line breaks';
  throw new Error(`${name} holds ${why} that readers of .env files interpret differently. Use another --format.`);
}
