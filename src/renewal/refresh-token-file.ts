// The file of a refresh token: each use replaces the token, and the next one is written in its place.

import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage, UsageError } from '../errors/errors.js';
import { requireWritable, writeWhole } from '../util/files.js';

/**
 * Writes each new refresh token to the file; a link to a file stays a link.
 * @throws UsageError at once, before anything is sent, where the file cannot be written; Error where a token cannot be
 */
export function refreshTokenWriter(path: string): (refreshToken: string) => void {
  const file = existsSync(path) ? realpathSync(path) : resolve(path);
  const reason = (error: unknown) => `refresh-token-file: ${file} cannot be written: ${errorMessage(error)}.`;
  try {
    requireWritable(file);
  } catch (error) {
    throw new UsageError(`${reason(error)} Each use replaces the refresh token in it.`);
  }
  return (refreshToken) => {
    try {
      writeInPlace(file, refreshToken);
    } catch (error) {
      throw new Error(`${reason(error)} The refresh token in it is spent: log in again.`);
    }
  };
}

/** A file that is a mount of its own, as in containers, cannot be replaced, but written. */
function writeInPlace(file: string, text: string): void {
  try {
    writeWhole(file, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    writeFileSync(file, text, { mode: 0o600 });
  }
}
