// What the failure of a renewal says of what the login had: whether that may be sent again, and whether another login may help.

import { AuthError, hasSymptom } from '../errors/errors.js';
import { answerOf, type RequestName } from '../errors/failure.js';
import { TOKEN_REQUESTS } from '../errors/symptoms/symptom.js';
import type { Settings } from '../settings/types.js';

/** Whatever came back after a password was sent is final, and so is a refusal of the job itself, for which GitHub vouches each time. */
export function isFinal(error: unknown, { bearer, idToken }: Settings): boolean {
  // Another token that is given later, or is in its file by then, may do.
  if (isRefusal(error)) return !bearer && (idToken === undefined || idToken.kind === 'github');
  return (
    error instanceof AuthError &&
    ['login', 'form', 'password-grant', 'provider-password'].includes(error.failure.request)
  );
}

/**
 * Whether an OpenID provider has answered a refresh token with a failure, whatever that says: with rotation the token may be used
 * up, and a second use ends the session (RFC 9700, 4.14.2). A limit of requests, or a connection that broke, says nothing of it.
 */
export const isUsedUp = (error: unknown): boolean =>
  error instanceof AuthError &&
  error.failure.request === 'provider-refresh' &&
  !('broken' in error.failure) &&
  answerOf(error.failure)?.status !== 429;

const GRANTS: readonly RequestName[] = TOKEN_REQUESTS;

/** Whether a token endpoint refused the client, the refresh token or the ID token of the CI job, and did not only fail. */
export function isRefusal(error: unknown): boolean {
  if (hasSymptom(error, 'exchange-refused')) return true;
  if (!(error instanceof AuthError) || !GRANTS.includes(error.failure.request)) return false;
  const status = answerOf(error.failure)?.status ?? 0;
  return status >= 400 && status < 500 && status !== 429;
}

/** Whether the login went well, and then a server rejected what it gave. */
export function isRejection(error: unknown): boolean {
  if (
    hasSymptom(
      error,
      'bearer-off',
      'token-rejected',
      'cookie-rejected',
      'audience',
      'issuer',
      'token-expired',
      'token-early',
      'provider-audience',
      'email-unverified',
    )
  )
    return true;
  if (!(error instanceof AuthError) || !['proxy', 'mlflow'].includes(error.failure.request)) return false;
  return [401, 403].includes(answerOf(error.failure)?.status ?? 0);
}
