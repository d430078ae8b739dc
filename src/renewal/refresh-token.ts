// Where the refresh token goes that replaces the one that was given, which one use makes worthless:
// - refresh: back into its file, or to standard output; it starts only where that can be written.
// - token, env, exec: back into its file. Without one, or where that fails, a warning is all.
// - the action: into an output, unless its renewals use it.
// - renewals: into the state in their folder (sdk/renewal-state.ts), from where exec takes it to the file.

import { AuthError, errorMessage } from '../errors/errors.js';
import type { Credential } from '../login/credential.js';
import type { Settings } from '../settings/types.js';
import type { WriteLine } from '../util/logger.js';
import { refreshTokenWriter } from './refresh-token-file.js';

/** Takes each new refresh token as soon as it is there. */
export type Keep = (refreshToken: string) => void;

/**
 * The file, for a command that is given a refresh token in addition to other things, which a failure here does not end.
 * @returns undefined where there is nothing to keep, or no place for it
 */
export function refreshTokenStore(
  { method, refreshToken: given, refreshTokenFile: file }: Settings,
  warn: WriteLine,
): Keep | undefined {
  if (!given || method !== 'token') return undefined;
  const write = file === undefined ? undefined : attempt(() => refreshTokenWriter(file), warn);
  if (!write) {
    warn('the refresh token is spent by this, and the next one is kept nowhere: see the command refresh');
    return undefined;
  }
  let last = given;
  return (refreshToken) => {
    // A Dex that does not rotate (refreshTokens.disableRotation) sends the same one again.
    if (refreshToken && refreshToken !== last) attempt(() => write(refreshToken), warn);
    last = refreshToken;
  };
}

function attempt<T>(work: () => T, warn: WriteLine): T | undefined {
  try {
    return work();
  } catch (error) {
    warn(errorMessage(error));
    return undefined;
  }
}

/**
 * The output of the action, which is set after the login, or after its failure.
 * @param set sets the output
 */
export function refreshTokenOutput(set: Keep) {
  let received = '';
  return {
    /** For the login; undefined where no refresh token was given. */
    keep: ({ refreshToken }: Settings): Keep | undefined =>
      refreshToken
        ? (next) => {
            received = next;
          }
        : undefined,
    /** Without rotation there is no new one, and the one that was given stays good. */
    afterLogin: ({ refreshToken, renew }: Settings, credential: Credential): void => {
      if (refreshToken && !renew && credential.method === 'token' && credential.refreshToken)
        set(credential.refreshToken);
    },
    /** Nothing else is handed over where the proof fails; what did not pass the checks of the login is not, either. */
    afterFailure: (error: unknown): void => {
      const unchecked = error instanceof AuthError && !['proxy', 'mlflow'].includes(error.failure.stage);
      if (received && !unchecked) set(received);
    },
  };
}
