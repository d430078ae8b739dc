// JWTs that the fakes sign.

import { createSign } from 'node:crypto';
import { keyFor } from './keys.js';

/** A JWT of these claims, signed with RS256 by the fake's key. */
export function signJwt(claims: Record<string, unknown>): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${encode({ alg: 'RS256', kid: 'fake' })}.${encode(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(keyFor('sign'), 'base64url')}`;
}
