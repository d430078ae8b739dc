// Starts the proxy for the later steps of a job as a process that outlives this step, and tells its address.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { PROXY_VARIABLES } from '../http/http-proxy.js';
import type { Credential } from '../login/credential.js';
import type { Order, Ready } from '../proxy/detached.js';
import { type LocalServer, localVariables } from '../sdk/local-variables.js';
import { overridesOf } from '../sdk/overrides.js';
import type { PrivateFolder } from '../sdk/private-folder.js';
import type { Variable } from '../sdk/variables.js';
import { GITHUB_VARIABLES } from '../settings/id-token-source.js';
import { secretsIn } from '../settings/secrets-in.js';
import type { Sources } from '../settings/sources.js';
import { ROWS } from '../settings/table.js';
import type { Settings } from '../settings/types.js';
import { Secrets } from '../util/secrets.js';

/** What it prints. */
export const LOG_FILE = 'proxy.log';

/** What settings are read from, and what GitHub gives ID tokens for. */
const SOURCES = [
  ...ROWS.flatMap(({ env }) => env.flatMap((name) => [name, `${name}_FILE`])),
  ...[...GITHUB_VARIABLES, 'GITHUB_ACTIONS'],
];
/** It finds Node's helpers, and the runner finds it at the end of a job whose post step did not run. */
const ENVIRONMENT = ['PATH', 'RUNNER_TRACKING_ID', 'SYSTEMROOT', 'TZ'];

/**
 * Starts it, and lists the variables of the later steps.
 * @param mask gets the local token before anything can print it
 * @throws Error with the reason where it does not start
 */
export async function startForJob(
  credential: Credential,
  settings: Settings,
  folder: PrivateFolder,
  sources: Sources,
  { mask, warn }: { mask: (secret: string) => void; warn: (text: string) => void },
): Promise<Variable[]> {
  const { env } = sources;
  const proxies = pick(env, PROXY_VARIABLES);
  const { given } = sources;
  const order = {
    credential,
    settings,
    dir: folder.path,
    parent: process.ppid,
    given,
    env: pick(env, SOURCES),
    proxies,
  };
  const server = await startDetached(order, folder, pick(env, ENVIRONMENT));
  mask(server.token);
  const variables = localVariables(server, settings.workspace, env);
  const later = { ...env, ...Object.fromEntries(variables.map(({ name, value }) => [name, value])) };
  const target = { trackingUri: server.uri, insecureTls: false, ca: undefined };
  for (const text of overridesOf(later, target, sources.readFile, false)) warn(text);
  return variables;
}

async function startDetached(order: Order, folder: PrivateFolder, env: Record<string, string>): Promise<LocalServer> {
  folder.write(LOG_FILE, '');
  const log = openSync(join(folder.path, LOG_FILE), 'a');
  const args = [resolve(process.argv[1] ?? ''), 'serve', '--dir', folder.path];
  const cwd = dirname(folder.path);
  const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', log] });
  closeSync(log);
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('the proxy does not start: it has no streams');
  stdin.on('error', () => {}).end(JSON.stringify(order));
  const line = once(createInterface(stdout), 'line').then(([text]) => JSON.parse(text) as Ready);
  const ended = once(child, 'exit').then(([code]): Ready => ({ failed: `it ended with ${code}` }));
  const ready = await Promise.race([line, ended]);
  if ('failed' in ready) throw new Error(`the proxy does not start: ${ready.failed}`);
  stdout.destroy();
  child.unref();
  return ready;
}

function pick(env: Sources['env'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** The secrets of the settings and whatever the login adds to them, of which no runner gets a mask. */
export function quietly(settings: Settings): Secrets {
  const secrets = new Secrets();
  for (const secret of secretsIn(settings)) secrets.add(secret);
  return secrets;
}
