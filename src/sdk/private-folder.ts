// A folder that nobody else can write to or replace: made with mode 0700 before the login, and the same one at each write.

import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { errorMessage, UsageError } from '../errors/errors.js';
import { type Placing, writeWhole } from '../util/files.js';
import { isThere, requireSafePath, trustedOwners } from './safe-path.js';

export interface PrivateFolder {
  readonly path: string;
  /** Fails where another folder has come to its place, or its owner or mode has changed. @throws Error */
  check(): void;
  /** Checks the folder, and writes a file in it as a whole, with mode 0600. @returns the path of the file */
  write(name: string, text: string, placing?: Placing): string;
  /** Removes the folder again, and the parents that were made for it, as far as they are empty. */
  discard(): void;
}

/**
 * Makes the folder where it is missing, and the parents that are missing, each with mode 0700.
 * Refuses a folder that others may write to or could replace, since Python runs code from it.
 * @param setting what names the folder, for the error
 * @throws UsageError
 */
export function openPrivateFolder(given: string, setting = 'dir'): PrivateFolder {
  const path = requireNoDelimiter(resolve(given), setting);
  const missing = missingFrom(path);
  const owners = trustedOwners(dirname(missing[0] ?? join(path, 'x')));
  requireSafePath(dirname(missing[0] ?? path), owners, setting);
  const made = missing.filter((one) => make(one, setting));
  const identity = () => {
    const { real, found } = requireSafePath(path, owners, setting);
    if (process.platform === 'win32') return `${found.dev} ${found.ino}`;
    if ((found.mode & 0o022n) !== 0n)
      throw new UsageError(`${setting}: others may write to ${path}. Make it private: chmod go-w.`);
    if (!owners.private(found.uid))
      throw new UsageError(`${setting}: ${path} belongs to another user. Use a directory of your own.`);
    return [real, found.dev, found.ino, found.uid, found.mode].join(' ');
  };
  const first = identity();
  const check = () => {
    if (attempt(identity) === first) return;
    // The login is over by now, so this is no matter of usage any more.
    throw new Error(`${setting}: another program has replaced or changed ${path}. Nothing more is written there.`);
  };
  return {
    path,
    check,
    write(name, text, placing) {
      check();
      writeWhole(join(path, name), text, placing);
      return join(path, name);
    },
    discard() {
      try {
        for (const one of made.reverse()) rmdirSync(one);
      } catch {
        // It is in use, or gone.
      }
    },
  };
}

/**
 * Refuses a folder in which a new one could be replaced by others; one as /tmp, with the sticky bit, is safe.
 * @throws UsageError
 */
export function requireSafeParent(given: string, setting: string): void {
  const path = requireNoDelimiter(resolve(given), setting);
  requireSafePath(path, trustedOwners(path), setting);
}

/** A new folder of one run within a safe one. @throws UsageError */
export function makePrivateFolder(parent: string, setting: string): PrivateFolder {
  requireSafeParent(parent, setting);
  return openPrivateFolder(mkdtempSync(join(parent, 'mlflow-auth-')), setting);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** PYTHONPATH has no way to quote the sign between its folders. */
function requireNoDelimiter(path: string, setting: string): string {
  if (!path.includes(delimiter)) return path;
  throw new UsageError(
    `${setting}: ${path} contains "${delimiter}", the separator of PYTHONPATH. Use a directory without it.`,
  );
}

/** The folders of a path that do not exist yet, the outermost first. */
function missingFrom(path: string): string[] {
  return isThere(path) || dirname(path) === path ? [] : [...missingFrom(dirname(path)), path];
}

/** @returns false where another process was faster: what it made is checked as any other folder */
function make(path: string, setting: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new UsageError(`${setting}: ${path} cannot be created: ${errorMessage(error)}`);
  }
}
