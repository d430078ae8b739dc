// The text of --help, made from the table of settings.

import packageJson from '../../package.json' with { type: 'json' };
import { ROWS } from '../settings/table.js';
import { FORMATS } from './formats.js';

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
  return `mlflow-auth ${version}: logs in to an MLflow server behind oauth2-proxy and Dex, without a browser.

Usage: mlflow-auth COMMAND [SETTINGS]

Commands:
${item('token', 'Log in and print the id token, nothing else.')}
${item('cookie', 'Log in and print the session cookie of oauth2-proxy, as the value of a Cookie header.')}
${item('env', 'Log in and print the variables of the MLflow SDK.')}
${item('  --format FORMAT', `One of ${Object.keys(FORMATS).join(', ')}. Default: shell.`)}
${item('exec -- COMMAND…', 'Log in and run a command with these variables. The credential stays fresh while it runs, and nothing is left behind.')}
${item('refresh', 'Print a new id token for the refresh token in --refresh-token-file, and put the new refresh token there.')}
${item('doctor', 'Look at every layer between here and MLflow, without logging in, and say what is wrong. Shows no secret.')}
${item('  --login', 'Log in too. The password is sent once; a wrong one counts towards a lockout.')}
${item('  --json', 'For machines.')}
${item('  --python PATH', 'Also look whether this Python finds MLflow and our provider.')}
${item('  --message TEXT', 'Explain an error text of the MLflow SDK, of curl or of this program; "-" reads it from standard input.')}
${item('--help, --version', 'Print this, or the version.')}

Settings, each with the variable that is read where the flag is not given:
${settings.join('\n')}

Progress and errors go to standard error. Exit codes: 0 fine, 1 the login or its verification
failed, 2 wrong usage or settings.
`;
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
