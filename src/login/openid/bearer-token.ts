// A bearer token that was made elsewhere: where it comes from, and what can be seen in it before it is sent.

import { AuthError, errorMessage } from '../../errors/errors.js';
import type { Diagnosis } from '../../errors/failure.js';
import type { BearerSource } from '../../settings/types.js';
import { readRegularFile } from '../../util/files.js';
import { isVisibleAscii, printable } from '../../util/text.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { credentialOf } from '../token-method.js';

const WHAT = 'use the bearer token';

/** Reads and masks it; one that is none, or has expired, is not worth sending. @throws AuthError */
export function bearerToken({ mask }: Pick<Context, 'mask'>, source: BearerSource): TokenCredential {
  const token = read(source).trim();
  mask(token);
  if (!isVisibleAscii(token)) throw failed('bearer-invalid', { length: token.length });
  const credential = credentialOf({ idToken: token, refreshToken: undefined });
  const { expiresAt } = credential;
  // It was not made just now.
  const life = expiresAt && Math.max(0, (expiresAt.getTime() - Date.now()) / 1000);
  if (expiresAt && expiresAt.getTime() < Date.now()) throw failed('bearer-expired', { end: expiresAt.toISOString() });
  return { ...credential, life };
}

function read(source: BearerSource): string {
  if (source.kind === 'given') return source.token;
  try {
    return readRegularFile(source.path);
  } catch (error) {
    throw failed('bearer-file', { text: errorMessage(error) }, printable(source.path));
  }
}

const failed = (id: Diagnosis['id'], facts: Diagnosis['facts'], address?: string) =>
  new AuthError({ request: 'ci', tried: { what: WHAT, ...(address ? { address } : {}) }, diagnosis: { id, facts } });
