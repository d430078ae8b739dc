// The login `bearer`: a token that was made elsewhere, such as by the command line of a cloud, is the credential itself.

import { AuthError, errorMessage } from '../../errors/errors.js';
import type { Diagnosis } from '../../errors/failure.js';
import type { BearerSource } from '../../settings/types.js';
import { readRegularFile } from '../../util/files.js';
import { isVisibleAscii, printable } from '../../util/text.js';
import type { LoginWay } from '../login-way.js';
import { credentialOf } from '../token-method.js';

const WHAT = 'use the bearer token';

export const way: LoginWay = {
  async login({ mask }, { bearer }) {
    if (!bearer) throw new Error('no bearer token: log in again');
    const token = read(bearer).trim();
    mask(token);
    if (!isVisibleAscii(token)) throw failed('bearer-invalid', { length: token.length });
    const credential = credentialOf({ idToken: token, refreshToken: undefined });
    const { expiresAt } = credential;
    // It was not made just now.
    const life = expiresAt && Math.max(0, (expiresAt.getTime() - Date.now()) / 1000);
    if (expiresAt && expiresAt.getTime() < Date.now()) throw failed('bearer-expired', { end: expiresAt.toISOString() });
    // Whoever made the token replaces the file, so it is read for each request.
    const file = bearer.kind === 'file' ? { file: bearer.path } : {};
    return { credential: { ...credential, life, ...file }, repeated: false };
  },
};

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
