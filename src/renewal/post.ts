// The action's last step: removes the folder with the credential. It reads saved state alone, and cannot fail the job.

import { rmSync } from 'node:fs';
import { errorMessage } from '../errors.js';

/** Name under which the main step leaves the folder's path for this one; the runner gives it back as `STATE_…`. */
export const STATE = 'mlflow-auth-folder';

/** @param say writes one line to the log */
export function runPost(folder: string, say: (line: string) => void): void {
  try {
    rmSync(folder, { recursive: true, force: true });
    say('The folder with the credential is removed.');
  } catch (error) {
    say(`The folder with the credential could not be removed: ${errorMessage(error)}`);
  }
}
