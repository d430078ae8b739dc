// What both methods check in the answer to a login, before the code goes anywhere.

import { timingSafeEqual } from 'node:crypto';
import { AuthError } from '../errors/errors.js';

/**
 * The code of a redirect, if it answers the login that was begun.
 * @throws AuthError when the state differs or the code is missing
 */
export function codeFrom(parameters: URLSearchParams, state: string): string {
  requireState(parameters, state);
  const code = parameters.get('code');
  if (!code) throw failed('code-missing', 'read the code from the login response');
  return code;
}

/** @throws AuthError when the redirect is none to the login that was begun (RFC 6749, 10.12) */
export function requireState(parameters: URLSearchParams, state: string): void {
  const back = parameters.get('state');
  if (back === null || !same(back.trim(), state.trim())) throw failed('state', 'read the login response');
}

const failed = (id: 'state' | 'code-missing', what: string) =>
  new AuthError({ request: 'login', tried: { what }, diagnosis: { id, facts: {} } });

/** Compares in a time that does not tell how much of it is right. */
export function same(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
