// What an ID token says of itself. It is read here, not trusted: the checks are made where it is received.

import { jsonObject } from '../../http/response.js';
import { printable } from '../../util/text.js';

/** The claims of a Dex ID token that mlflow-auth uses (OpenID Connect Core, 2). */
export interface Claims {
  iss?: unknown;
  aud?: unknown;
  sub?: unknown;
  exp?: unknown;
  nbf?: unknown;
  iat?: unknown;
  email?: unknown;
  email_verified?: unknown;
  preferred_username?: unknown;
  name?: unknown;
  /** Of GitHub's ID tokens. */
  repository_owner?: unknown;
}

/** The payload of a JWT (RFC 7519, 3), or undefined when the text is none. */
export function decodeClaims(jwt: string): Claims | undefined {
  const payload = jwt.split('.')[1];
  return payload === undefined ? undefined : jsonObject(Buffer.from(payload, 'base64url').toString('utf8'));
}

/** Who the token is for, by the claim that MLflow shows as a run's owner where it is set up as usual. */
export function identityOf({ email, preferred_username, name, sub }: Claims): string {
  const claim = [email, preferred_username, name, sub].find((one) => typeof one === 'string' && one !== '');
  return printable(String(claim ?? ''));
}

/** What a Date can hold, before and after 1970 (ECMA-262, 21.4.1.1). */
const LAST_SECOND = 8.64e12;

/** When the token ends. @returns undefined without a usable `exp` (seconds since 1970) */
export function expiryOf({ exp }: Claims): Date | undefined {
  return typeof exp === 'number' && Math.abs(exp) <= LAST_SECOND ? new Date(exp * 1000) : undefined;
}

/** Seconds from `iat` to `exp`, by the one clock that set both. @returns undefined where they tell no life */
export function lifeOf({ iat, exp }: Claims): number | undefined {
  if (typeof exp !== 'number' || typeof iat !== 'number' || Math.abs(exp) > LAST_SECOND) return undefined;
  return exp > iat && Math.abs(iat) <= LAST_SECOND ? exp - iat : undefined;
}
