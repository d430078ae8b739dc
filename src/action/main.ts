// The action's entry point: inputs in, outputs and variables out, by way of the runner.

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as github from '../ci/github.js';
import { UsageError } from '../errors/errors.js';
import type { Credential } from '../login/credential.js';
import { runLogin } from '../login/session.js';
import { refreshTokenOutput } from '../renewal/refresh-token.js';
import { requirePrivate } from '../sdk/folder.js';
import { handOver } from '../sdk/handover.js';
import type { Variable } from '../sdk/variables.js';
import { readSettings } from '../settings/settings.js';
import type { Sources } from '../settings/sources.js';
import { namesOf, ROWS } from '../settings/table.js';
import type { Settings } from '../settings/types.js';
import type { Env } from '../util/env.js';
import { Secrets } from '../util/secrets.js';
import { runPost, STATE } from './post.js';
import { reportOf, summaryOf } from './summary.js';

const readFile = (path: string) => readFileSync(path, 'utf8');

/** Runs the action, or its last step, for which the runner gives back the state that the first one saved. */
export async function runAction(env: Env): Promise<void> {
  const state = env[`STATE_${STATE}`];
  if (state) runPost(state, github.info);
  else await runMain(env);
}

/** Never throws: a failure becomes an annotation and a failed step, and nothing is exported. */
async function runMain(env: Env): Promise<void> {
  const secrets = new Secrets(github.mask);
  const warn = (text: string) => github.warn(secrets.redact(text));
  const next = refreshTokenOutput((refreshToken) =>
    github.setOutputs([{ name: 'refresh-token', value: refreshToken }]),
  );
  try {
    const sources: Sources = { caller: 'action', given: inputs(env), env, readFile };
    const settings = readSettings(sources, { trackingUri: true, folder: 'always' }, secrets.add, warn);
    if (settings.workspace && settings.maskWorkspace) github.mask(settings.workspace);
    requireFiles(env, settings);
    const dir = settings.dir ?? join(env.RUNNER_TEMP ?? '', `mlflow-auth-${randomUUID()}`);
    if (settings.dir !== undefined) requirePrivate(settings.dir);
    const keep = next.keep(settings);
    const credential = await github.group('Log in to MLflow', () =>
      runLogin(settings, secrets, { info: github.info, warn: github.warn }, { keep }),
    );
    github.saveState(STATE, JSON.stringify({ dir, ours: settings.dir === undefined }));
    const variables = handOver(credential, settings, dir, sources, warn);
    github.setOutputs([...variables, ...factsOf(credential)]);
    next.afterLogin(settings, credential);
    if (settings.exportEnv) github.exportVariables(variables);
    await github.summarize('MLflow login', summaryOf(settings, credential));
    const until = credential.expiresAt ? `, valid until ${credential.expiresAt.toISOString()}` : '';
    github.info(`Logged in as ${credential.identity}${until}.`);
  } catch (error) {
    next.afterFailure(error);
    await github.fail(reportOf(error, secrets.redact));
  }
}

/** The outputs that are no variables of the SDK. */
function factsOf({ method, identity, expiresAt }: Credential): Variable[] {
  return [
    { name: 'method', value: method },
    { name: 'identity', value: identity },
    { name: 'expires-at', value: expiresAt?.toISOString() ?? '' },
  ];
}

/** The runner's `INPUT_*` variables, by input name. */
function inputs(env: Env): Record<string, string | undefined> {
  return Object.fromEntries(ROWS.flatMap(namesOf).map((name) => [name, env[`INPUT_${name.toUpperCase()}`]]));
}

/** Without these files the toolkit would print values as commands, secrets included. */
function requireFiles(env: Env, { exportEnv, dir }: Settings): void {
  for (const name of ['GITHUB_OUTPUT', ...(exportEnv ? ['GITHUB_ENV'] : []), ...(dir ? [] : ['RUNNER_TEMP'])]) {
    const path = env[name];
    if (path && existsSync(path)) continue;
    const what = path ? 'names something that does not exist' : 'is not set';
    throw new UsageError(`${name} ${what}: a runner provides it. Outside of a runner use the commands, see --help.`);
  }
}
