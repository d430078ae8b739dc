// Keeps the refresh token that takes the place of the one that was given, and is spent: in its file, if it came from one.

import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage, UsageError } from '../errors/errors.js';
import type { Sources } from '../settings/sources.js';
import type { Settings } from '../settings/types.js';
import { requireWritable, writeWhole } from '../util/files.js';
import type { Say } from '../util/progress.js';

/** The file of the refresh token, unless that is standard input or the token comes from elsewhere. */
export function tokenFile({ given, env }: Sources): string | undefined {
  // The order in which settings/sources.ts looks for it.
  const { 'refresh-token': direct = '', 'refresh-token-file': chosen = '' } = given;
  const fromEnv = env.DEX_REFRESH_TOKEN?.trim() ? '' : env.DEX_REFRESH_TOKEN_FILE?.trim();
  const path = direct.trim() ? '' : chosen.trim() || fromEnv;
  if (!path || path === '-') return undefined;
  // A link stays a link.
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

/**
 * Writes each new refresh token to the file.
 * @throws UsageError, before anything is spent, where the file cannot be written
 */
export function keepIn(file: string): (refreshToken: string) => void {
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
      throw new UsageError(`${reason(error)} The refresh token in it is spent: log in again.`);
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

/**
 * The same for a command that is given a refresh token beside other things, which a failure here does not end: it is said.
 * @returns undefined where there is nothing to keep, or no place for it
 */
export function keeperOf(
  { method, refreshToken: given }: Settings,
  sources: Sources,
  warn: Say,
): ((refreshToken: string) => void) | undefined {
  if (!given || method !== 'token') return undefined;
  const file = tokenFile(sources);
  const keep = file === undefined ? undefined : attempt(() => keepIn(file), warn);
  if (!keep) warn('the refresh token is spent by this, and the next one is kept nowhere: see the command refresh');
  let last = given;
  return (
    keep &&
    ((refreshToken) => {
      // A Dex that does not rotate (refreshTokens.disableRotation) sends the same one again.
      if (refreshToken && refreshToken !== last) attempt(() => keep(refreshToken), warn);
      last = refreshToken;
    })
  );
}

function attempt<T>(work: () => T, warn: Say): T | undefined {
  try {
    return work();
  } catch (error) {
    warn(errorMessage(error));
    return undefined;
  }
}
