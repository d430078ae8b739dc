// What renewals keep of a login that no other process shares: in memory, and the refresh token also in its file.

import type { Credential } from '../login/credential.js';
import type { RenewalRecord } from '../renewal/record.js';
import type { Keep } from '../renewal/refresh-token.js';
import type { State } from '../sdk/renewal-state.js';

/**
 * @param first the state after the login
 * @param keep gets each new refresh token
 * @param onCredential gets each new credential
 */
export function recordInMemory(
  first: State,
  keep: Keep | undefined,
  onCredential: (credential: Credential) => void,
): RenewalRecord {
  let state = first;
  const save = (changes: Partial<State>) => {
    state = { ...state, ...changes };
  };
  return {
    state: () => state,
    save,
    keep(refreshToken) {
      save({ settings: { ...state.settings, refreshToken } });
      keep?.(refreshToken);
    },
    finish: onCredential,
  };
}
