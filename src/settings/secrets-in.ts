// The secrets among settings.

import type { Settings } from './types.js';

/** What is secret of a value: of a private key in PEM its base64 alone, since others write of a private key, too. */
export const secretIn = (value: string): string[] =>
  value
    .split(/-----(?:BEGIN|END) [A-Z ]*PRIVATE KEY-----/)
    .map((part) => part.trim())
    .filter(Boolean);

/** Those that must be masked, or struck out of messages; '' for those that are not there. */
export function secretsIn({ password, clientSecret, clientKey, refreshToken, idToken, bearer }: Settings): string[] {
  const ofJob = idToken?.kind === 'given' ? idToken.token : idToken?.kind === 'github' ? idToken.requestToken : '';
  const ownBearer = bearer?.kind === 'given' ? bearer.token : '';
  return [password, clientSecret, ...secretIn(clientKey), refreshToken, ofJob, ownBearer];
}
