// Where the refresh token goes that replaces the one that was given, which one use makes worthless:
// - refresh: back into its file, or to standard output; it starts only where that can be written.
// - token, env, exec: back into its file. Without one, or where that fails, a warning is all.
// - the action: into an output, unless its renewals use it.
// - renewals: into the state in their folder (sdk/renewal-state.ts), from where exec takes it to the file.

import { errorMessage } from '../errors/errors.js';
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
    warn('this login uses the refresh token, and the new one is not stored: use the command refresh');
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
 * The output of the action. It is set at the receipt of each new refresh token, before anything else can fail, since the
 * one that was given is used up by then; what the renewals are to use is set only after a failure, after which there are none.
 * @param set sets the output; may throw
 */
export function refreshTokenOutput(set: Keep) {
  let received = '';
  let handed = '';
  const hand = () => {
    if (received === handed) return;
    set(received);
    handed = received;
  };
  return {
    /** For the login; undefined where no refresh token was given. */
    keep: ({ refreshToken, renew }: Settings): Keep | undefined =>
      refreshToken
        ? (next) => {
            received = next;
            // A full disk may have room again at the end, where this is tried once more.
            if (!renew) attempt(hand, () => {});
          }
        : undefined,
    /** Without rotation there is no new one, and the one that was given stays good. */
    afterLogin: ({ refreshToken, renew }: Settings, credential: Credential): void => {
      if (!refreshToken || renew) return;
      if (credential.method === 'token') received = credential.refreshToken ?? received;
      hand();
    },
    /** Whatever failed, or interrupts: a token that was received is handed back. */
    afterFailure: hand,
  };
}
