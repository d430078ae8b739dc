// Writes variables in the language of whatever reads them: a shell, a .env file, JSON, PowerShell, a runner's file.

import type { Variable } from './variables.js';

type Format = (variables: readonly Variable[]) => string;

const perLine = (line: (variable: Variable) => string): Format => {
  return (variables) => variables.map((variable) => `${line(variable)}\n`).join('');
};

/** The formats of `env --format`. */
export const FORMATS: Readonly<Record<string, Format>> = {
  /** POSIX shells: `eval "$(…)"`. */
  shell: perLine(({ name, value }) => `export ${name}='${value.replaceAll("'", "'\\''")}'`),
  /** python-dotenv, dotenv for Node, and `docker --env-file`, which knows no quotes, as long as none are needed. */
  dotenv: perLine(({ name, value }) => `${name}=${dotenvValue(value)}`),
  json: (variables) =>
    `${JSON.stringify(Object.fromEntries(variables.map(({ name, value }) => [name, value])), null, 2)}\n`,
  powershell: perLine(({ name, value }) => `$env:${name} = '${value.replace(/['\u2018-\u201b]/g, '$&$&')}'`),
  /** GITHUB_ENV and GITHUB_OUTPUT, in the form for values of any content. */
  github: perLine(({ name, value }) => {
    const delimiter = `end-${crypto.randomUUID()}`;
    return `${name}<<${delimiter}\n${value}\n${delimiter}`;
  }),
};

function dotenvValue(value: string): string {
  return /^[\w./:@%+,=|-]*$/.test(value) ? value : `'${value.replace(/[\\']/g, '\\$&')}'`;
}
