// Whether others could replace what is at a path: looks at each folder and each link from the root on.

import { type BigIntStats, lstatSync, mkdtempSync, readlinkSync, rmdirSync } from 'node:fs';
import { dirname, isAbsolute, join, parse, sep } from 'node:path';
import { errorMessage, UsageError } from '../errors/errors.js';
import { isDenied } from '../util/deno.js';

const MAX_LINKS = 40;
const STICKY = 0o1000n;
const WINDOWS = process.platform === 'win32';

/** Whom the folders may belong to. */
export interface Owners {
  /** Of a folder on the way: this process's user, the superuser, and on a runner the runner's user, who started the job. */
  trusted: (uid: bigint) => boolean;
  /** Of the folder itself: this process's user, or the superuser, who can put code anywhere. */
  private: (uid: bigint) => boolean;
}

/** @param folder an existing one, in which this process may write */
export function trustedOwners(folder: string, runnerTemp = process.env.RUNNER_TEMP): Owners {
  const own = ownId(folder);
  // In a job's container the superuser works in folders of the runner's user.
  const runner = runnerTemp && isThere(runnerTemp) ? visible(runnerTemp, 'RUNNER_TEMP')?.uid : undefined;
  const isOurs = (uid: bigint) => own === undefined || uid === own || uid === 0n;
  return { private: isOurs, trusted: (uid) => isOurs(uid) || uid === runner };
}

/** The id of this process's user, or undefined where it cannot be found out. */
function ownId(folder: string): bigint | undefined {
  try {
    const id = process.getuid?.();
    return id === undefined ? undefined : BigInt(id);
  } catch {
    // Deno does not tell it without --allow-sys, but what a process makes belongs to its user.
  }
  try {
    const probe = mkdtempSync(join(folder, 'mlflow-auth-'));
    try {
      return visible(probe, 'dir')?.uid;
    } finally {
      rmdirSync(probe);
    }
  } catch {
    return undefined;
  }
}

/** Whether there is anything at a path, a link included; what Deno does not let be seen counts as there. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isDenied(error)) return true;
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}

/**
 * Follows a path from the root on, as the system does, and refuses it where another user could change the way: by a link
 * of theirs, or in a folder that they may write to, unless its sticky bit keeps them from what is not theirs.
 * @param path absolute, of a folder
 * @param setting what names the path, for the error
 * @returns the path without links, and what is there
 * @throws UsageError
 */
export function requireSafePath(path: string, owners: Owners, setting: string): { real: string; found: BigIntStats } {
  const { root } = parse(path);
  const names = namesIn(path);
  let real = root;
  let found = folderAt(root, owners, setting);
  for (let links = 0; names.length > 0; ) {
    const name = names.shift() ?? '';
    const next = name === '..' ? dirname(real) : join(real, name);
    const target = linkAt(next, owners, setting);
    if (target === undefined) {
      found = folderAt(next, owners, setting);
      real = next;
      continue;
    }
    if (++links > MAX_LINKS) throw new UsageError(`${setting}: the links in ${path} form a loop.`);
    if (isAbsolute(target)) real = parse(target).root;
    names.unshift(...namesIn(target));
  }
  if (!found) throw new UsageError(`${setting}: ${path} cannot be checked: Deno requires --allow-read.`);
  return { real, found };
}

function namesIn(path: string): string[] {
  const parts = path.slice(parse(path).root.length).split(sep);
  return parts.filter((part) => part !== '' && part !== '.');
}

/** Where a link leads, or undefined for anything else. @throws UsageError for a link of another user */
function linkAt(path: string, owners: Owners, setting: string): string | undefined {
  const there = visible(path, setting);
  if (!there?.isSymbolicLink()) return undefined;
  if (WINDOWS || owners.trusted(there.uid)) return readlinkSync(path);
  throw new UsageError(`${setting}: ${path} is a symbolic link of another user. Use a directory of your own.`);
}

/** A folder on the way, or undefined where Deno does not let it be seen. @throws UsageError for one that is not safe */
function folderAt(path: string, owners: Owners, setting: string): BigIntStats | undefined {
  const there = visible(path, setting);
  if (!there || WINDOWS) return there;
  if (!there.isDirectory()) throw new UsageError(`${setting}: ${path} is not a directory.`);
  if (!owners.trusted(there.uid))
    throw new UsageError(`${setting}: ${path} belongs to another user. Use a directory of your own.`);
  if (isShared(there))
    throw new UsageError(
      `${setting}: others may write to ${path} and replace its content. Use another directory, or make it private: chmod go-w.`,
    );
  return there;
}

/** Whether others may replace what is in a folder. The group of the superuser, and a user's own group, hold nobody else. */
function isShared({ mode, uid, gid }: BigIntStats): boolean {
  if ((mode & STICKY) !== 0n) return false;
  return (mode & 0o002n) !== 0n || ((mode & 0o020n) !== 0n && gid !== 0n && gid !== uid);
}

/** What is at a path; undefined where Deno has no permission to look, which it needs for what is written alone. */
function visible(path: string, setting: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true });
  } catch (error) {
    if (isDenied(error)) return undefined;
    // As where a link leads nowhere.
    throw new UsageError(`${setting}: ${path} cannot be used: ${errorMessage(error)}`);
  }
}
