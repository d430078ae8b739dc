// Keeps the refresh token that takes the place of the one that was given, and is spent: in its file, if it came from one.

import { resolve } from 'node:path';
import { errorMessage, UsageError } from '../errors.js';
import type { Say } from '../progress.js';
import { requireWritable, writeWhole } from '../publish/folder.js';
import type { Settings } from '../settings/settings.js';
import type { Sources } from '../settings/sources.js';

/** The file from which the refresh token is read, unless that is standard input or the token is given itself. */
export function tokenFile({ given, env }: Sources): string | undefined {
  const direct = given['refresh-token']?.trim();
  const chosen = given['refresh-token-file']?.trim();
  const path = direct ? '' : chosen || (env.DEX_REFRESH_TOKEN?.trim() ? '' : env.DEX_REFRESH_TOKEN_FILE?.trim());
  return path && path !== '-' ? resolve(path) : undefined;
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
      writeWhole(file, refreshToken);
    } catch (error) {
      throw new UsageError(`${reason(error)} The refresh token in it is spent: log in again.`);
    }
  };
}

/**
 * The same for a command that is given a refresh token beside other things. What cannot be kept is said; a Dex that does
 * not rotate (refreshTokens.disableRotation) sends the same one again, so that nothing is lost.
 */
export function keeperOf({ refreshToken: given }: Settings, sources: Sources, warn: Say): (token: string) => void {
  if (!given) return () => {};
  let last = given;
  const changed = (act: (token: string) => void) => (token: string) => {
    if (token !== last) act(token);
    last = token;
  };
  const file = tokenFile(sources);
  const lost = () => warn('the refresh token is spent, and the next one is kept nowhere: see the command refresh');
  if (file === undefined) return changed(lost);
  try {
    return changed(keepIn(file));
  } catch (error) {
    warn(errorMessage(error));
    return changed(lost);
  }
}
