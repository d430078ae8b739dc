// Adds to a refusal what the token that was sent says of itself, which an administrator compares with the client.

import { AuthError } from '../../errors/errors.js';
import { answerOf } from '../../errors/failure.js';
import { type CiToken, claimsText } from '../keyless/ci-token.js';

/** @throws AuthError with the claims, where the token endpoint refused the token */
export async function withClaims<T>({ claims }: CiToken, login: Promise<T>, name = 'ID token'): Promise<T> {
  return login.catch((error) => {
    const status = error instanceof AuthError ? (answerOf(error.failure)?.status ?? 0) : 0;
    if (!(error instanceof AuthError) || status < 400) throw error;
    const hint = `The ${name} says: ${claimsText(claims)}.`;
    throw new AuthError({ ...error.failure, hint }, { cause: error.cause });
  });
}
