// Puts new content in the place of a file that has an owner, a mode and perhaps other names, all of which it keeps.

import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';

/**
 * A file of the user's alone is exchanged for the finished one. One that others may read, that belongs to somebody else,
 * that has several names, or that is a mount of its own is written in place: the finished one is a copy until then.
 * @param finished file with the new content; it may be left where it is
 * @throws Error of the file system where neither way works
 */
export function replaceAlike(finished: string, path: string): void {
  const old = statSync(path, { throwIfNoEntry: false });
  const ways = old?.isFile() ? waysFor(finished, path, old) : [() => renameSync(finished, path)];
  const errors: unknown[] = [];
  for (const way of ways) {
    try {
      way();
      return;
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AggregateError(errors);
}

function waysFor(finished: string, path: string, old: Stats): (() => void)[] {
  const ways = [() => exchange(finished, path, old), () => writeInPlace(finished, path, old)];
  return isPrivate(old, statSync(finished)) ? ways : ways.reverse();
}

function isPrivate(old: Stats, finished: Stats): boolean {
  return old.nlink === 1 && (old.mode & 0o077) === 0 && old.uid === finished.uid && old.gid === finished.gid;
}

function exchange(finished: string, path: string, { uid, gid, mode, nlink }: Stats): void {
  if (nlink > 1) throw new Error(`${path} has other hard links, which would keep the old content`);
  const own = statSync(finished);
  if (own.uid !== uid || own.gid !== gid) chownSync(finished, uid, gid);
  if (own.mode !== mode) chmodSync(finished, mode & 0o7777);
  renameSync(finished, path);
}

/** With one write, so that whoever reads or kills at any moment finds the old content or the new one. */
function writeInPlace(finished: string, path: string, { size }: Stats): void {
  const text = readFileSync(finished);
  const padded = Buffer.concat([text, Buffer.alloc(Math.max(0, size - text.length), '\n')]);
  const file = openSync(path, 'r+');
  try {
    if (writeSync(file, padded, 0, padded.length, 0) !== padded.length)
      throw new Error(`${path} was written only in part`);
    ftruncateSync(file, text.length);
  } finally {
    closeSync(file);
  }
}
