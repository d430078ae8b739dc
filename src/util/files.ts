// Files that are written as a whole or not at all, readable by their owner alone.

import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Fails where no file can be written beside this one. @throws Error of the file system */
export function requireWritable(path: string): void {
  writeBeside(path, 'x', () => {});
}

/** Writes a file with mode 0600, as a whole or not at all. @throws Error of the file system */
export function writeWhole(path: string, text: string): void {
  writeBeside(path, text, (unfinished) => renameSync(unfinished, path));
}

/** Writes a file of another name with mode 0600, which is gone after the work, unless that has moved it. */
function writeBeside(path: string, text: string, work: (unfinished: string) => void): void {
  const unfinished = `${path}.${randomUUID()}`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
    work(unfinished);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
