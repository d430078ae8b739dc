// Symptoms of logins at an OpenID provider by a refresh token.

import type { Symptom } from './symptom.js';

/** What the token endpoint answers, where the client itself is not what is wrong. */
export const PROVIDER_GRANTS = [
  {
    id: 'provider-refresh-refused',
    layer: 'OpenID provider',
    at: ['provider-refresh'],
    words: /invalid_grant|token_inactive|invalid_token/i,
    message: /Session not active|Maximum allowed refresh token reuse exceeded|Stale token|AADSTS(700082|70008|50173)\b/,
    title: 'Refresh token rejected',
    meaning:
      'the refresh token was used before, has expired or was revoked, or its session has ended, or it belongs to another client',
    advice:
      'Log in again. With rotation, each refresh token is used once, and a second use ends the session: give each job that runs at the same time a login of its own.',
  },
] as const satisfies readonly Symptom[];
