// JWTs that the fakes sign.

import { createSign } from 'node:crypto';
import { keyFor } from './keys.js';

/** A JWT of these claims, signed with RS256 by the fake's key, or by another one. */
export function signJwt(claims: Record<string, unknown>, key = keyFor('sign'), kid = 'fake'): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${encode({ alg: 'RS256', kid })}.${encode(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key, 'base64url')}`;
}
