// Writes the state of renewals so that no older one ever takes the place of a newer one, and none that works is lost.

import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { leftoversOf } from '../util/files.js';
import type { PrivateFolder } from './private-folder.js';
import { parseState, readState, STATE_FILE, type State } from './renewal-state.js';

/**
 * Writes the state after the one that it was made from. Where it cannot be put in its place, it is kept next to it, and
 * `recoverState` finds it.
 * @param state as it was read, with changes
 * @returns it, with its new generation
 * @throws Error where there is another state by now, or none any more
 */
export function writeState(folder: PrivateFolder, state: State): State {
  requireNewest(folder.path, state);
  return writeNext(folder, state);
}

/** Writes the state of a new login, whatever was there before. */
export function writeFirstState(folder: PrivateFolder, state: State): State {
  const generation = attempt(() => readState(folder.path))?.generation;
  const written = writeNext(folder, { ...state, generation });
  for (const left of leftoversOf(join(folder.path, STATE_FILE))) rmSync(left, { force: true });
  return written;
}

function writeNext(folder: PrivateFolder, state: State): State {
  const written = next(state);
  folder.write(STATE_FILE, JSON.stringify(written), { precious: true });
  return written;
}

/** @throws Error where the state in the folder is not the one that was read */
export function requireNewest(dir: string, state: State): void {
  const current = attempt(() => readState(dir));
  if (!current) throw new Error(`there is no ${STATE_FILE} in ${dir} any more: log in again`);
  if (generationOf(current) !== generationOf(state))
    throw new Error(`another process has renewed the credential in ${dir} in the meantime; its ${STATE_FILE} is kept`);
}

/**
 * Takes up what a process that was killed had not put in its place yet: it may hold the only refresh token that works.
 * Whoever calls it must hold the lock of the folder. What is older or broken is removed.
 */
export function recoverState(dir: string): void {
  const path = join(dir, STATE_FILE);
  for (const left of leftoversOf(path)) {
    const found = attempt(() => parseState(left));
    const current = attempt(() => readState(dir));
    if (found && current && generationOf(found) > generationOf(current)) renameSync(left, path);
    else rmSync(left, { force: true });
  }
}

/**
 * Leaves a state next to that in the folder, for `recoverState`, where it may not be put in its place: it holds the next
 * refresh token. None is left where the login of the folder has ended.
 */
export function leaveState(folder: PrivateFolder, state: State): void {
  if (!existsSync(join(folder.path, STATE_FILE))) return;
  folder.write(`${STATE_FILE}.${randomUUID()}`, JSON.stringify(next(state)));
}

const next = (state: State): State => ({ ...state, generation: generationOf(state) + 1 });

/** Those without one come from before there were any. */
const generationOf = ({ generation }: State): number => generation ?? 0;

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
