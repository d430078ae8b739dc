// The action's door: inputs in, outputs and variables out, by way of the runner.

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuthError, errorMessage, UsageError } from './errors.js';
import * as github from './publish/github.js';
import { variablesFor } from './publish/variables.js';
import { runLogin } from './run.js';
import { Secrets } from './secrets.js';
import { readSettings, type Settings } from './settings/settings.js';
import { ROWS } from './settings/table.js';
import { trustedRoots } from './trust.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Runs the action. Never throws: a failure becomes an annotation and a failed step, and nothing is exported. */
export async function runAction(env: Env): Promise<void> {
  const secrets = new Secrets(github.mask);
  try {
    const settings = readSettings(
      { door: 'action', given: inputs(env), env, readFile: (path) => readFileSync(path, 'utf8') },
      { trackingUri: true, caPath: false },
      secrets.add,
      (text) => github.warn(secrets.redact(text)),
    );
    if (settings.workspace && settings.maskWorkspace) github.mask(settings.workspace);
    requireFiles(env, settings);
    const credential = await github.group('Log in to MLflow', () =>
      runLogin(settings, secrets, github.say, github.warn),
    );
    const certificate = settings.ca && writeCertificate(settings.ca.pem, env);
    await github.publish({ credential, settings, variables: variablesFor(credential, settings, certificate) });
    const until = credential.expiresAt ? `, valid until ${credential.expiresAt.toISOString()}` : '';
    github.say(`Logged in as ${credential.identity}${until}.`);
  } catch (error) {
    const title =
      error instanceof AuthError ? error.title : error instanceof UsageError ? 'Settings' : 'Unexpected error';
    github.fail(title, secrets.redact(errorMessage(error)));
  }
}

/** The runner's `INPUT_*` variables, by input name. */
function inputs(env: Env): Record<string, string | undefined> {
  const names = ROWS.flatMap(({ name, file }) => (file ? [name, `${name}-file`] : [name]));
  return Object.fromEntries(names.map((name) => [name, env[`INPUT_${name.toUpperCase()}`]]));
}

/** Without these files the toolkit would print values as commands, secrets included. */
function requireFiles(env: Env, { exportEnv }: Settings): void {
  for (const name of ['GITHUB_OUTPUT', ...(exportEnv ? ['GITHUB_ENV'] : [])]) {
    const path = env[name];
    if (path && existsSync(path)) continue;
    const what = path ? 'names a file that does not exist' : 'is not set';
    throw new UsageError(`${name} ${what}: a runner provides it. Outside of a runner use the commands, see --help.`);
  }
}

/** The CA and the system's roots in one file, since the SDK trusts nothing beside the file it is given. */
function writeCertificate(pem: string, env: Env): string {
  if (!env.RUNNER_TEMP) throw new UsageError('RUNNER_TEMP is not set: a runner provides it.');
  const path = join(env.RUNNER_TEMP, `mlflow-auth-ca-${randomUUID()}.pem`);
  writeFileSync(path, `${trustedRoots(pem).join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  return path;
}
