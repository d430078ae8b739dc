// The action's last step: removes what it wrote to disk. It reads saved state alone, and cannot fail the job.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../errors/errors.js';
import { CREDENTIAL_FILE } from '../sdk/folder.js';
import { STATE_FILE } from '../sdk/renewal-state.js';
import type { WriteLine } from '../util/logger.js';

/** Name under which the main step leaves its state for this one; the runner gives it back as `STATE_…`. */
export const STATE = 'mlflow-auth-folder';

/**
 * Removes the folder that the action made, or the two secret files in a folder of the user's.
 * @param state JSON: the folder `dir`, and whether it is `ours`
 * @param write writes one line to the log
 */
export function runPost(state: string, write: WriteLine): void {
  try {
    const { dir, ours } = JSON.parse(state);
    const paths = ours === true ? [dir] : [CREDENTIAL_FILE, STATE_FILE].map((name) => join(dir, name));
    for (const path of paths) rmSync(path, { recursive: true, force: true });
    write('The credential is removed from disk.');
  } catch (error) {
    write(`The credential could not be removed from disk: ${errorMessage(error)}`);
  }
}
