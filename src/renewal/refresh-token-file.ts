// The file of a refresh token: each use replaces the token, and the next one is written in its place.

import { existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage, UsageError } from '../errors/errors.js';
import type { Refusals } from '../login/context.js';
import type { Settings } from '../settings/types.js';
import { KeptError, leftoversOf, requireWritable, writeWhole } from '../util/files.js';
import type { Secrets } from '../util/secrets.js';
import { type Lock, realTime, withLock } from './lock.js';
import { forgetRefusal, refusalsOf } from './refused-token.js';
import { replaceAlike } from './replace-alike.js';

/** A link to a file stays a link. */
export const fileAt = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path));

/**
 * Writes each new refresh token to the file, which keeps its owner, group, mode and hard links.
 * @throws UsageError at once, before anything is sent, where the file cannot be written; Error where a token cannot be
 */
export function refreshTokenWriter(path: string): (refreshToken: string) => void {
  const file = fileAt(path);
  const reason = (error: unknown) => `refresh-token-file: ${errorMessage(error)}.`;
  try {
    requireWritable(file);
  } catch (error) {
    throw new UsageError(`${reason(error)} Each use replaces the refresh token in it.`);
  }
  return (refreshToken) => {
    try {
      writeWhole(file, refreshToken, { precious: true, place: replaceAlike });
    } catch (error) {
      const next = error instanceof KeptError ? 'the next run uses the new one' : 'log in again';
      throw new Error(`${reason(error)} The refresh token in ${file} cannot be used again: ${next}.`);
    }
  };
}

/** A use of the refresh token in a file that is the only one at a time. */
export interface Use {
  /** With the token that is in the file by now. */
  settings: Settings;
  /** What is known of the tokens of this file that were rejected before. */
  refusals?: Refusals;
  /** Keeps a token from its file where another process, after this one was stopped for too long, has put a newer one there. */
  guard: <T extends (refreshToken: string) => void>(keep: T) => (refreshToken: string) => void;
}

/**
 * Runs a login with the refresh token of a file while no other process uses it: what was in the file at the start may have
 * been replaced by the time that it is this process's turn.
 * @param options `required`: the login must not run where the lock cannot be made, rather than run without it;
 *   `signal` ends the wait for the lock
 */
export async function withRefreshTokenFile<T>(
  settings: Settings,
  secrets: Secrets,
  work: (use: Use) => Promise<T>,
  { required = false, signal }: { required?: boolean; signal?: AbortSignal } = {},
): Promise<T> {
  if (settings.refreshTokenFile === undefined) return work({ settings, guard: (keep) => keep });
  const file = fileAt(settings.refreshTokenFile);
  let begun = false;
  const locked = async (lock: Lock) => {
    begun = true;
    recover(file);
    const found = tokenIn(file);
    secrets.add(found);
    const guard: Use['guard'] = (keep) => (refreshToken) => {
      if (!lock.isHeld() && tokenIn(file) !== found)
        throw new Error(`refresh-token-file: another process has put a newer refresh token into ${file}; it is kept`);
      keep(refreshToken);
      forgetRefusal(file);
    };
    const current = { ...settings, refreshToken: found || settings.refreshToken };
    return work({ settings: current, guard, refusals: refusalsOf(file, settings) });
  };
  try {
    return await withLock(`${file}.lock`, (settings.timeout + 30) * 1000, locked, realTime(signal));
  } catch (error) {
    const isUnwritable = !begun && !signal?.aborted && error instanceof Error && 'code' in error;
    if (!isUnwritable) throw error;
    if (required) throw new UsageError(`refresh-token-file: ${file} cannot be locked: ${errorMessage(error)}`);
    // The warning about the next token says so.
    return work({ settings, guard: (keep) => keep });
  }
}

/** Takes up what a process that was killed, or could not put it in its place, has left: the only token that works. */
export function recover(file: string): void {
  const age = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  for (const left of leftoversOf(file).sort((one, other) => age(one) - age(other))) {
    if (tokenIn(left) && age(left) >= age(file)) replaceAlike(left, file);
    rmSync(left, { force: true });
  }
}

/** '' where there is none. */
function tokenIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
