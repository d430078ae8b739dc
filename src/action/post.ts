// The action's post step: removes what the main step wrote to disk. It reads saved state alone, and cannot fail the job.

import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorMessage } from '../errors/errors.js';
import { endHolder, LOCK_FILE } from '../renewal/lock.js';
import type { PrivateFolder } from '../sdk/private-folder.js';
import { hasSecrets, removeSecrets } from '../sdk/secret-files.js';
import type { WriteLine } from '../util/logger.js';

/** Name under which the main step leaves its state for the post step; the runner gives it back as `STATE_…`. */
export const STATE = 'mlflow-auth-folder';

/** The folder that the action makes under RUNNER_TEMP. */
const OWN_FOLDER = /^mlflow-auth-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** File that the main step leaves in the folder: by the id in it, the post step knows the folder again. */
const MARKER = 'mlflow-auth.id';

/** What is saved of the folder. */
export interface SavedFolder {
  dir: string;
  /** The action made it, rather than the user. */
  ours: boolean;
  /** Random, and in the folder too. */
  id: string;
}

/**
 * What the main step saves before it does anything else, so that the post step is recognised whatever follows.
 * @param folder that the credential will be written to; absent while it is not known
 */
export function stateFor(folder?: SavedFolder): string {
  return JSON.stringify(folder ? { ...folder, dir: resolve(folder.dir) } : {});
}

/** Marks the folder as the one that was saved. */
export function mark(folder: PrivateFolder, { id }: SavedFolder): void {
  folder.write(MARKER, id);
}

/**
 * Removes the folder that the action made, or the secret files in a folder of the user's. Never logs in.
 * @param state as `stateFor` made it; anything else removes nothing
 * @param temp RUNNER_TEMP, outside of which no folder is removed
 * @param write writes one line to the log
 */
export function runPost(state: string, temp: string, write: WriteLine): void {
  try {
    const { dir, ours, id } = JSON.parse(state || '{}') ?? {};
    const removed = dir !== undefined && existsSync(dir) && removeSaved({ dir, ours, id }, temp);
    write(removed ? 'The credential is removed from disk.' : 'There is no credential on disk.');
  } catch (error) {
    write(`The credential could not be removed from disk: ${errorMessage(error)}`);
  }
}

/**
 * A variable of the workflow may stand in place of the saved state, so that it must not name just any folder.
 * @returns whether there was anything
 */
export function removeSaved({ dir, ours, id }: SavedFolder, temp: string): boolean {
  const marker = join(dir, MARKER);
  // Of two logins with one folder, the last one has left its marker, and its post step runs first.
  if (!existsSync(marker) && !hasSecrets(dir)) return false;
  if (!id || !existsSync(marker) || readFileSync(marker, 'utf8') !== id)
    throw new Error('the saved state names a folder that this step of the job did not write');
  if (ours !== true) {
    let removed = false;
    endHolder(join(dir, LOCK_FILE), () => {
      removed = removeSecrets(dir);
    });
    rmSync(marker, { force: true });
    return removed;
  }
  if (realpathSync(dirname(dir)) !== realpathSync(temp) || !OWN_FOLDER.test(basename(dir)))
    throw new Error('the saved state names a folder that the action did not make');
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  return true;
}
