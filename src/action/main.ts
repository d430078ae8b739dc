// The action's entry point: inputs in, outputs and variables out, by way of the runner.

import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import * as github from '../ci/github.js';
import { errorMessage, UsageError } from '../errors/errors.js';
import type { Credential } from '../login/credential.js';
import { runLogin } from '../login/session.js';
import { endDetached } from '../proxy/detached.js';
import { refreshTokenOutput } from '../renewal/refresh-token.js';
import { handOver } from '../sdk/handover.js';
import type { Variable } from '../sdk/variables.js';
import { readSettings } from '../settings/settings.js';
import type { Sources } from '../settings/sources.js';
import { namesOf, ROWS } from '../settings/table.js';
import type { Settings } from '../settings/types.js';
import type { Env } from '../util/env.js';
import { Secrets } from '../util/secrets.js';
import { OUTPUTS } from './outputs.js';
import { folderToSave, openSaved, removeSaved, runPost, STATE, stateFor } from './post.js';
import { quietly, startForJob } from './proxy.js';
import { reportOf, summaryOf } from './summary.js';

const readFile = (path: string) => readFileSync(path, 'utf8');

/**
 * Runs the main step, or the post step, for which the runner gives back the state that the main step saved: whatever it
 * holds, a step with state never logs in. A step without state logs in only once the runner's file holds its state.
 * @returns the exit code
 */
export async function runAction(env: Env): Promise<number> {
  const state = env[`STATE_${STATE}`];
  if (state === undefined) return runMain(env);
  await runPost(state, env.RUNNER_TEMP ?? '', github);
  return 0;
}

/** Never throws: a failure becomes an annotation and a failed step, and nothing is exported. */
async function runMain(env: Env): Promise<number> {
  const secrets = new Secrets(github.mask);
  const warn = (text: string) => github.warn(known.redact(text));
  const next = refreshTokenOutput((refreshToken) =>
    github.setOutputs([{ name: 'refresh-token', value: refreshToken }]),
  );
  /** What is struck out of messages. */
  let known = secrets;
  /** Removes what is left of a login that nothing is handed over of. */
  let cleanUp: () => Promise<void> | void = () => {};
  exitOnSignal(next.afterFailure);
  try {
    requireFiles(env, ['GITHUB_STATE']);
    github.saveState(STATE, stateFor(undefined));
    const sources: Sources = { caller: 'action', given: inputs(env), env, readFile };
    const settings = readSettings(sources, { trackingUri: true, folder: 'always' }, secrets.add, warn);
    if (settings.proxy && settings.dir) warn('dir has no effect with proxy: no step gets files');
    if (settings.workspace && settings.maskWorkspace) maskWorkspace(settings.workspace);
    requireFiles(env, filesFor(settings));
    const saved = folderToSave(settings.proxy ? undefined : settings.dir, env.RUNNER_TEMP ?? '');
    github.saveState(STATE, stateFor(saved));
    const folder = openSaved(saved);
    const remove = async () => {
      await endDetached(saved.dir);
      removeSaved(saved, env.RUNNER_TEMP ?? '');
    };
    if (saved.own) cleanUp = remove;
    // The proxy keeps the credential to itself: not even a mask names it.
    if (settings.proxy) known = quietly(settings);
    const keep = next.keep(settings);
    const log = { info: github.info, warn: github.warn };
    const credential = await github.group('Log in to MLflow', () => runLogin(settings, known, log, { keep }));
    const handed = { ...settings, refreshTokenFile: undefined };
    const variables = settings.proxy
      ? await startForJob(credential, handed, folder, sources, { mask: secrets.add, warn })
      : handOver(credential, handed, folder, sources, warn);
    cleanUp = remove;
    next.afterLogin(settings, credential);
    const outputs = variables.filter(({ name }) => name in OUTPUTS);
    github.handOver([...outputs, ...factsOf(settings, credential)], settings.exportEnv ? variables : []);
    await github.summarize('MLflow login', summaryOf(settings, credential));
    const until = credential.expiresAt ? `, valid until ${credential.expiresAt.toISOString()}` : '';
    github.info(`Logged in as ${credential.identity}${until}.`);
    return 0;
  } catch (error) {
    await Promise.resolve()
      .then(cleanUp)
      .catch(() => {});
    const lost = attempt(next.afterFailure);
    if (lost) warn(`cannot set the output refresh-token: ${errorMessage(lost)}`);
    await github.fail(reportOf(error, known.redact));
    return 1;
  }
}

/** Characters up to which a name is likely to stand in other words, too. */
const SHORT_NAME = 4;

function maskWorkspace(workspace: string): void {
  github.mask(workspace);
  if (workspace.length <= SHORT_NAME)
    github.info(
      'The name of the workspace is short, and is masked wherever it occurs in the log; a runner also drops outputs that contain it. Set mask-workspace: false to disable that.',
    );
}

/** @returns what the work throws */
function attempt(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A runner that cancels a step sends SIGINT, then SIGTERM, and still reads the files of the step. */
function exitOnSignal(beforehand: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      attempt(beforehand);
      process.exit(128 + constants.signals[signal]);
    });
  }
}

/** The outputs that are no variables of the SDK. */
function factsOf({ proxy }: Settings, { method, identity, expiresAt }: Credential): Variable[] {
  return [
    { name: 'method', value: method },
    { name: 'identity', value: identity },
    { name: 'expires-at', value: (!proxy && expiresAt?.toISOString()) || '' },
  ];
}

/** The runner's `INPUT_*` variables, by input name. */
function inputs(env: Env): Record<string, string | undefined> {
  return Object.fromEntries(ROWS.flatMap(namesOf).map((name) => [name, env[`INPUT_${name.toUpperCase()}`]]));
}

function filesFor({ exportEnv, dir }: Settings): string[] {
  return ['GITHUB_OUTPUT', ...(exportEnv ? ['GITHUB_ENV'] : []), ...(dir ? [] : ['RUNNER_TEMP'])];
}

/** Without these files the toolkit would print values as commands, secrets included. */
function requireFiles(env: Env, names: readonly string[]): void {
  for (const name of names) {
    const path = env[name];
    if (path && existsSync(path)) continue;
    const what = path ? 'does not exist' : 'is not set';
    throw new UsageError(`${name} ${what}: a runner sets it. Outside of a runner, use the commands (see --help).`);
  }
}
