// The secrets among settings.

import type { Settings } from './types.js';

/** Those that must be masked, or struck out of messages; '' for those that are not there. */
export function secretsIn({ password, clientSecret, refreshToken, idToken }: Settings): string[] {
  const ofJob = idToken?.kind === 'given' ? idToken.token : idToken?.kind === 'github' ? idToken.requestToken : '';
  return [password, clientSecret, refreshToken, ofJob];
}
