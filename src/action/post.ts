// The action's post step: removes what the main step wrote to disk. It reads saved state alone, and cannot fail the job.

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Rows } from '../ci/github.js';
import { errorMessage } from '../errors/errors.js';
import { inOneLine, noCounts, rowsOf } from '../proxy/counts.js';
import { endDetached } from '../proxy/detached.js';
import { endHolder, LOCK_FILE } from '../renewal/lock.js';
import { openPrivateFolder, type PrivateFolder } from '../sdk/private-folder.js';
import { hasSecrets, removeSecrets } from '../sdk/secret-files.js';
import type { WriteLine } from '../util/logger.js';
import { LOG_FILE } from './proxy.js';

/** Name under which the main step leaves its state for the post step; the runner gives it back as `STATE_…`. */
export const STATE = 'mlflow-auth-folder';

/** The folder that the action makes under RUNNER_TEMP. */
const OWN_FOLDER = /^mlflow-auth-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** File that the main step leaves in a folder of the user's: by the id in it, the post step knows the folder again. */
const MARKER = 'mlflow-auth.id';

/** The folder that the credential is written to, as the state has it. */
export interface SavedFolder {
  dir: string;
  /** The action makes it, rather than the user. */
  own: boolean;
  /** What the marker in a folder of the user's holds. */
  id?: string;
}

/** The saved form of a new folder under RUNNER_TEMP, or of the one that the user gave. */
export function folderToSave(given: string | undefined, temp: string): SavedFolder {
  const id = randomUUID();
  if (given === undefined) return { dir: join(resolve(temp), `mlflow-auth-${id}`), own: true };
  return { dir: resolve(given), own: false, id };
}

/**
 * What the main step saves before it does anything else, so that the post step is recognised whatever follows.
 * @param folder absent while it is not known
 */
export const stateFor = (folder: SavedFolder | undefined): string => JSON.stringify(folder ?? {});

/** Makes the folder, and marks it where it is the user's. @throws UsageError where it is not safe */
export function openSaved({ dir, own, id }: SavedFolder): PrivateFolder {
  const folder = openPrivateFolder(dir, own ? 'RUNNER_TEMP' : 'dir');
  if (id !== undefined) folder.write(MARKER, id);
  return folder;
}

/**
 * Removes the folder that the action made, or the secret files in a folder of the user's, with all that renewals left of them. Never logs in.
 * @param state as `stateFor` made it; anything else removes nothing
 * @param temp RUNNER_TEMP, outside of which no folder is removed
 * @param github the log, and the summary of the job
 */
export async function runPost(
  state: string,
  temp: string,
  { info: write, summarize }: { info: WriteLine; summarize: (heading: string, rows: Rows) => Promise<void> },
): Promise<void> {
  try {
    const { dir, own, id } = JSON.parse(state || '{}') ?? {};
    if (own === true && isOwn(dir, temp)) await endProxy(dir, write, summarize);
    const removed = dir !== undefined && removeSaved({ dir, own, id }, temp);
    write(removed ? 'Removed the credential from disk.' : 'No credential on disk.');
  } catch (error) {
    write(`Cannot remove the credential from disk: ${errorMessage(error)}`);
  }
}

/** Ends the proxy of the job, if there is one, and says what it served. */
async function endProxy(
  dir: string,
  write: WriteLine,
  summarize: (heading: string, rows: Rows) => Promise<void>,
): Promise<void> {
  const left = await endDetached(dir);
  if (!left) return;
  const log = join(dir, LOG_FILE);
  for (const line of (existsSync(log) ? readFileSync(log, 'utf8') : '').split('\n').filter(Boolean)) write(line);
  const rows: Rows = [...rowsOf(left.counts ?? noCounts()), ['Runs are at', left.trackingUri]];
  write(`The proxy has ended: ${inOneLine(rows)}.`);
  await summarize('MLflow proxy', rows);
}

const isOwn = (dir: unknown, temp: string): dir is string =>
  typeof dir === 'string' && dirname(dir) === resolve(temp) && OWN_FOLDER.test(basename(dir));

/**
 * Removes what was written to a saved folder. A variable of the workflow may stand in place of the saved state, so that it
 * must not name just any folder.
 * @returns whether there was anything
 * @throws Error where the folder is not one that was saved, or it cannot be removed
 */
export function removeSaved(folder: SavedFolder, temp: string): boolean {
  if (folder.own !== true) return removeFrom(folder);
  const { dir } = folder;
  if (!isOwn(dir, temp)) throw new Error('the saved state names a directory that the action did not create');
  const isThere = existsSync(dir);
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  return isThere;
}

function removeFrom({ dir, id }: SavedFolder): boolean {
  const marker = join(dir, MARKER);
  const marked = existsSync(marker) ? readFileSync(marker, 'utf8') : undefined;
  // Of two logins with one folder, the last one has left its marker, and its post step runs first.
  if (marked === undefined && !hasSecrets(dir)) return false;
  if (marked === undefined || marked !== id)
    throw new Error('the saved state names a directory that this step did not write to');
  let removed = false;
  endHolder(join(dir, LOCK_FILE), () => {
    removed = removeSecrets(dir);
  });
  rmSync(marker, { force: true });
  return removed;
}
