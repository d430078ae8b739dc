// Files that are written as a whole or not at all, readable by their owner alone, and the reading of regular ones.

import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Fails where no file can be written next to this one. @throws Error of the file system */
export function requireWritable(path: string): void {
  const probe = `${path}.${randomUUID()}.probe`;
  try {
    writeNew(probe, 'x', path);
  } finally {
    rmSync(probe, { force: true });
  }
}

/** What was written is not in its place, but next to it. */
export class KeptError extends Error {}

/** How a file is put in its place. */
export interface Placing {
  /** What is written is the only copy: where it cannot be put in its place it stays next to it, which the error says. */
  precious?: boolean;
  /** Puts the finished file in its place; by default it is moved there. */
  place?: (finished: string, path: string) => void;
}

/**
 * Writes a file with mode 0600, as a whole or not at all.
 * @throws Error of the file system, which names the file
 */
export function writeWhole(path: string, text: string, { precious = false, place = renameSync }: Placing = {}): void {
  const finished = `${path}.${randomUUID()}`;
  writeNew(finished, text, path);
  try {
    place(finished, path);
  } catch (cause) {
    if (precious) throw new KeptError(`${path} cannot be written; its new content is kept in ${finished}`, { cause });
    rmSync(finished, { force: true });
    throw cause;
  }
  // Placed by being moved, as a rule.
  rmSync(finished, { force: true });
}

/**
 * Writes a file that must not exist yet, not through a link either; nothing of it stays where it cannot be written.
 * @param about the file that an error names
 */
export function writeNew(path: string, content: string | Uint8Array, about = path): void {
  let made = false;
  try {
    const file = openSync(path, 'wx', 0o600);
    made = true;
    try {
      writeFileSync(file, content);
    } finally {
      // Some file systems report a full disk only here.
      closeSync(file);
    }
  } catch (cause) {
    if (made) rmSync(path, { force: true });
    throw new Error(`${about} cannot be written`, { cause });
  }
}

/** The text of a file; a device, or a pipe without a writer, would have no end. @throws Error */
export function readRegularFile(path: string): string {
  if (!statSync(path).isFile()) throw new Error('it is not a regular file');
  return readFileSync(path, 'utf8');
}

/** What processes that were killed left of this file: finished or not, but never put in its place. */
export function leftoversOf(path: string): string[] {
  const pattern = new RegExp(`^${UUID}$`);
  return besides(path, pattern);
}

/** Removes the file and all that processes that were killed left of it. @returns whether there was any */
export function removeWithLeftovers(path: string): boolean {
  const found = besides(path, new RegExp(`^${UUID}(?:\\.probe)?$`));
  const names = readdirSync(dirname(path));
  if (names.includes(basename(path))) found.push(path);
  for (const one of found) rmSync(one, { recursive: true, force: true });
  return found.length > 0;
}

function besides(path: string, ending: RegExp): string[] {
  const start = `${basename(path)}.`;
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(start));
  return names.filter((name) => ending.test(name.slice(start.length))).map((name) => join(dirname(path), name));
}
