// The file of the refresh token of a person's login: it must be that user's alone, and is made anew for each login.

import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorMessage, UsageError } from '../errors/errors.js';
import { requireSafePath, trustedOwners } from '../sdk/safe-path.js';
import { removeWithLeftovers, requireWritable, writeWhole } from '../util/files.js';
import { isVisibleAscii } from '../util/text.js';
import { realTime, withLock } from './lock.js';
import { recover } from './refresh-token-file.js';
import { forgetRefusal } from './refused-token.js';

const SETTING = 'refresh-token-file';
/** Milliseconds to wait for a process that uses the refresh token. */
const PATIENCE = 90_000;

/**
 * Refuses a file that others can read, write or replace: they would get the login, or put one of theirs in its place.
 * @returns its path; where that is a link of this user, the path that it leads to
 * @throws UsageError
 */
export function requireOwnFile(given: string): string {
  const path = resolve(given);
  const owners = trustedOwners(dirname(path));
  requireSafePath(dirname(path), owners, SETTING);
  const there = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (!there) return path;
  const refuse = (why: string): never => {
    throw new UsageError(`${SETTING}: ${path} ${why}`);
  };
  if (process.platform !== 'win32' && !owners.private(there.uid)) refuse('belongs to another user.');
  if (there.isSymbolicLink()) {
    if (!existsSync(path)) refuse('is a symbolic link that leads nowhere.');
    return requireOwnFile(realpathSync(path));
  }
  if (!there.isFile()) refuse('is not a regular file.');
  if (process.platform !== 'win32' && (there.mode & 0o077n) !== 0n)
    refuse('can be read or written by others. Make it private: chmod go-rwx.');
  return path;
}

/**
 * Finds out, before anybody logs in, whether the refresh token can be stored.
 * @returns stores it, with mode 0600, while no other process uses the one before
 * @throws UsageError
 */
export function ownFileWriter(given: string): (refreshToken: string, signal: AbortSignal) => Promise<void> {
  const path = requireOwnFile(given);
  try {
    requireWritable(path);
  } catch (error) {
    throw new UsageError(`${SETTING}: ${errorMessage(error)}.`);
  }
  return (refreshToken, signal) =>
    withLock(
      `${path}.lock`,
      PATIENCE,
      async () => {
        requireOwnFile(path);
        writeWhole(path, refreshToken);
        forgetRefusal(path);
      },
      realTime(signal),
    );
}

/**
 * Removes the file while no other process uses the refresh token in it.
 * What a process that was killed has left beside it is the newer one, and is what `before` gets.
 * @throws UsageError for a file that holds something else
 * @param before gets the refresh token, '' where there is none, and when it was written, and runs before the removal
 */
export async function removeOwnFile(
  given: string,
  before: (refreshToken: string, written: Date) => Promise<void>,
): Promise<void> {
  const path = requireOwnFile(given);
  await withLock(`${path}.lock`, PATIENCE, async () => {
    recover(path);
    const written = lstatSync(path, { throwIfNoEntry: false })?.mtime;
    const token = written ? readFileSync(path, 'utf8').trim() : '';
    // A file that was named by mistake is neither sent nor removed.
    if (token && !isVisibleAscii(token)) throw new UsageError(`${SETTING}: ${path} holds no refresh token.`);
    try {
      if (written) await before(token, written);
    } finally {
      removeWithLeftovers(path);
      forgetRefusal(path);
    }
  });
}
