// The action's post step: removes what the main step wrote to disk. It reads saved state alone, and cannot fail the job.

import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorMessage } from '../errors/errors.js';
import { CREDENTIAL_FILE } from '../sdk/credential-file.js';
import { STATE_FILE } from '../sdk/renewal-state.js';
import type { WriteLine } from '../util/logger.js';

/** Name under which the main step leaves its state for the post step; the runner gives it back as `STATE_…`. */
export const STATE = 'mlflow-auth-folder';

/** The folder that the action makes under RUNNER_TEMP. */
export const OWN_FOLDER = /^mlflow-auth-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What the main step saves before it does anything else, so that the post step is recognised whatever follows.
 * @param folder that the credential will be written to, and whether it is `ours`; absent while it is not known
 */
export function stateFor(folder?: { dir: string; ours: boolean }): string {
  return JSON.stringify(folder ? { ...folder, dir: resolve(folder.dir) } : {});
}

/**
 * Removes the folder that the action made, or the two secret files in a folder of the user's. Never logs in.
 * @param state as `stateFor` made it; anything else removes nothing
 * @param temp RUNNER_TEMP, outside of which no folder is removed
 * @param write writes one line to the log
 */
export function runPost(state: string, temp: string, write: WriteLine): void {
  try {
    const paths = pathsIn(state, temp).filter((path) => existsSync(path));
    for (const path of paths) rmSync(path, { recursive: true, force: true });
    write(paths.length > 0 ? 'The credential is removed from disk.' : 'There is no credential on disk.');
  } catch (error) {
    write(`The credential could not be removed from disk: ${errorMessage(error)}`);
  }
}

/** A variable of the workflow may stand in place of the saved state, so that it must not name just any folder. */
function pathsIn(state: string, temp: string): string[] {
  const { dir, ours } = JSON.parse(state || '{}') ?? {};
  if (dir === undefined) return [];
  if (ours !== true) return [CREDENTIAL_FILE, STATE_FILE].map((name) => join(dir, name));
  if (dirname(dir) === resolve(temp) && OWN_FOLDER.test(basename(dir))) return [dir];
  throw new Error('the saved state names a folder that the action did not make');
}
