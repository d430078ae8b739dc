// What a command needs under Deno, at the narrowest: the table in docs/cli.md, and the error where a permission is missing.

import { DENO_PROXY_VARIABLES, PROXY_VARIABLES } from '../http/http-proxy.js';
import { GITHUB_VARIABLES } from '../settings/id-token-source.js';
import { ROWS } from '../settings/table.js';
import type { Command } from './command.js';
import { STATE_VARIABLES } from './stored-login.js';
import { CI_VARIABLES } from './terminal.js';

/** Read by every login: the settings, the runner's, those of HTTP proxies and certificates. */
const LOGIN = [
  ...ROWS.flatMap(({ env, file }) => [...env, ...(file ? env.map((name) => `${name}_FILE`) : [])]),
  ...['MLFLOW_AUTH_CREDENTIAL_FILE', 'GITHUB_ACTIONS', 'GITHUB_OUTPUT', 'GITHUB_ACTOR', 'GITHUB_EVENT_NAME'],
  ...GITHUB_VARIABLES,
  ...PROXY_VARIABLES,
  ...CI_VARIABLES,
  ...STATE_VARIABLES,
  ...DENO_PROXY_VARIABLES,
  ...['DENO_CERT', 'DENO_TLS_CA_STORE'],
];

/** Read in addition where the SDK gets a folder: what would stand in the way of the credential. */
const FOLDER = [
  ...['HOME', 'USERPROFILE', 'NETRC', 'PYTHONPATH', 'RUNNER_TEMP', 'MLFLOW_PROXY_COOKIE', 'MLFLOW_TRACKING_AUTH'],
  ...['MLFLOW_TRACKING_TOKEN', 'MLFLOW_TRACKING_USERNAME', 'MLFLOW_TRACKING_PASSWORD', 'MLFLOW_TRACKING_AWS_SIGV4'],
  'MLFLOW_TRACKING_SERVER_CERT_PATH',
];

/**
 * The environment variables that a command reads; undefined for all of them, where it passes its environment on or looks
 * for what nobody foresaw.
 */
export function variablesOf({ needs, takesProgram }: Command): string[] | undefined {
  if (!needs || takesProgram || needs.person) return undefined;
  return [...new Set([...LOGIN, ...(needs.folder ? FOLDER : [])])];
}

/** The flags of `deno run` for a command without files. */
export function denoFlags(command: Command): string {
  const variables = variablesOf(command);
  const run =
    command.takesProgram || command.needs?.person ? ' --allow-read --allow-write --allow-run --allow-sys' : '';
  return `--allow-net --allow-env${variables ? `=${variables.join(',')}` : ''}${run}`;
}
