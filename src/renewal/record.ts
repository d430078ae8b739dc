// What a renewal writes into the folder, as long as it holds the lock and nobody has written anything newer.

import { rmSync } from 'node:fs';
import { errorMessage } from '../errors/errors.js';
import type { Credential } from '../login/credential.js';
import { writeCredential } from '../sdk/credential-file.js';
import type { PrivateFolder } from '../sdk/private-folder.js';
import { renewCommand, type State } from '../sdk/renewal-state.js';
import { leaveState, requireNewest, writeState } from '../sdk/state-file.js';
import type { WriteLine } from '../util/logger.js';
import type { Lock } from './lock.js';
import { refreshTokenWriter } from './refresh-token-file.js';

export interface RenewalRecord {
  state: () => State;
  /** Writes the state with changes. @throws Error where the lock is lost, or there is newer state or none any more */
  save: (changes: Partial<State>) => void;
  /** The same for a new refresh token, which is not lost where that fails, and goes to its file too. */
  keep: (refreshToken: string) => void;
  /** Hands over the new credential. @throws Error as `save` */
  finish: (credential: Credential) => void;
}

/**
 * @param first the state as it was read under the lock
 * @param warn gets what does not end the renewal
 */
export function recordIn(folder: PrivateFolder, lock: Lock, first: State, warn: WriteLine): RenewalRecord {
  const fenced = fence(folder, lock);
  let state = first;
  const save = (changes: Partial<State>) => {
    state = writeState(fenced, { ...state, ...changes });
  };
  return {
    state: () => state,
    save,
    keep(refreshToken) {
      const settings = { ...state.settings, refreshToken };
      try {
        save({ settings });
      } catch (error) {
        leaveState(folder, { ...state, settings });
        throw error;
      }
      if (settings.refreshTokenFile) keepInFile(settings.refreshTokenFile, refreshToken, warn);
    },
    finish(credential) {
      requireNewest(folder.path, state);
      writeCredential(fenced, credential, state.settings, renewCommand(folder.path));
    },
  };
}

/** The folder as the holder of a lock may write to it: as long as no other process has taken the lock over. */
function fence(folder: PrivateFolder, lock: Lock): PrivateFolder {
  return {
    ...folder,
    write(name, text, placing) {
      lock.check();
      const path = folder.write(name, text, placing);
      if (!lock.hasEnded()) return path;
      // That happened just before the file was put in its place.
      rmSync(path, { force: true });
      throw new Error(`the login of ${folder.path} was removed`);
    },
  };
}

function keepInFile(file: string, refreshToken: string, warn: WriteLine): void {
  try {
    refreshTokenWriter(file)(refreshToken);
  } catch (error) {
    warn(errorMessage(error));
  }
}
