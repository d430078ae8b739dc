// Finds a program as execvp(3) does, before anything else is done for it.

import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Env } from '../util/env.js';
import type { WriteLine } from '../util/logger.js';
import { printable } from '../util/text.js';

/** What a shell's exit code says of a program that cannot be run (POSIX, Shell Command Language, 2.8.2). */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** The search path where there is no PATH, as in glibc. */
const DEFAULT_PATH = ['/bin', '/usr/bin'].join(delimiter);

/**
 * Says why a program cannot be run, as a shell does.
 * @returns 0 where it can be run, or the exit code
 */
export function checkProgram(program: string, env: Env, write: WriteLine): number {
  const code = findProgram(program, env);
  if (code) write(printable(`${program}: ${code === NOT_FOUND ? 'command not found' : 'cannot be executed'}`));
  return code;
}

/** @returns 0 where the program can be run, or the exit code that says why not */
function findProgram(program: string, env: Env): 0 | typeof NOT_FOUND | typeof NOT_EXECUTABLE {
  const windows = process.platform === 'win32';
  const direct = program.includes('/') || (windows && program.includes('\\'));
  const folders = direct ? [''] : [...(windows ? ['.'] : []), ...searchPath(env).split(delimiter)];
  const endings = windows ? ['', ...(env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';')] : [''];
  const found = folders
    .flatMap((folder) => endings.map((ending) => join(folder || (direct ? '' : '.'), program + ending)))
    .map((path) => stateOf(direct && !windows ? program : path));
  if (found.includes('executable')) return 0;
  return found.includes('there') ? NOT_EXECUTABLE : NOT_FOUND;
}

/** Windows writes the name in any case. */
function searchPath(env: Env): string {
  const name = Object.keys(env).find(
    (one) => one.toUpperCase() === 'PATH' && (process.platform === 'win32' || one === 'PATH'),
  );
  // An empty one is the current folder, as in glibc.
  return (name === undefined ? undefined : env[name]) ?? DEFAULT_PATH;
}

function stateOf(path: string): 'executable' | 'there' | 'missing' {
  try {
    if (!statSync(path).isFile()) return 'there';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'there' : 'missing';
  }
  try {
    accessSync(path, constants.X_OK);
    return hasInterpreter(path) ? 'executable' : 'there';
  } catch {
    return 'there';
  }
}

/** Bytes of a "#!" line that Linux reads (execve(2)). */
const MAX_FIRST_LINE = 256;

/** A script needs the interpreter of its first line. What cannot be read, as some programs, has none. */
function hasInterpreter(path: string): boolean {
  let start: string;
  try {
    const file = openSync(path, 'r');
    const bytes = Buffer.alloc(MAX_FIRST_LINE);
    const length = readSync(file, bytes);
    closeSync(file);
    start = bytes.toString('latin1', 0, length);
  } catch {
    return true;
  }
  // To the system, the carriage return of a Windows line break belongs to the name.
  const interpreter = /^#![ \t]*([^ \t\n\0]+)/.exec(start)?.[1];
  if (interpreter === undefined || process.platform === 'win32') return true;
  accessSync(interpreter, constants.X_OK);
  return statSync(interpreter).isFile();
}
