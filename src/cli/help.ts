// The text of --help, made from the commands and the table of settings.

import packageJson from '../../package.json' with { type: 'json' };
import { ROWS } from '../settings/table.js';
import type { Flag } from './command.js';
import { COMMANDS } from './commands.js';

export const { version } = packageJson;

const INDENT = 26;
const WIDTH = 100;

/** All commands and settings, for a terminal of 100 columns. */
export function helpText(): string {
  const settings = ROWS.filter(({ actionOnly }) => !actionOnly).map((row) => {
    const file = row.file
      ? ` Also --${row.name}-file${row.env[0] ? ` or ${row.env[0]}_FILE` : ''}, "-" for standard input.`
      : '';
    const fallback = row.default && !row.boolean ? ` Default: ${row.default}.` : '';
    return item(`--${row.name}`, `${row.help}${fallback}${file} [${row.env.join(', ')}]`);
  });
  const commands = COMMANDS.flatMap(({ name, usage = name, help, flags = [] }) =>
    help ? [item(usage, help), ...flags.flatMap(flagItem)] : [],
  );
  return `mlflow-auth ${version}: logs in to MLflow behind oauth2-proxy, Dex or any OpenID provider.

Usage: mlflow-auth COMMAND [SETTINGS]

Commands:
${commands.join('\n')}
${item('--help, --version', 'Print this help, or the version.')}

Settings, each with the environment variable that is read if the flag is not set:
${settings.join('\n')}

Progress and errors go to standard error. Exit status: 0 success, 1 login or verification failed,
2 usage or configuration error.
`;
}

function flagItem({ name, value, help }: Flag): string[] {
  return help ? [item(`  --${name}${value ? ` ${value}` : ''}`, help)] : [];
}

/** A term and its text, wrapped and indented. */
function item(term: string, text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line && line.length + word.length + 1 > WIDTH - INDENT) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  const first = term.length < INDENT - 3 ? `  ${term}`.padEnd(INDENT) : `  ${term}\n${' '.repeat(INDENT)}`;
  return first + lines.join(`\n${' '.repeat(INDENT)}`);
}
