// The runtimes of the benchmark: the versions of Node from npm, kept in .cache, and the Deno of the tests.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { denoProgram } from '../test/support/program.js';

export interface Runtime {
  command: string;
  args: string[];
}

export type Runtimes = Record<string, Runtime>;

export function runtimes(): Runtimes {
  return {
    'Node 20': { command: node(20), args: [] },
    'Node 24': { command: node(24), args: [] },
    Deno: { command: denoProgram(), args: ['run', '--allow-net', '--allow-env', '--allow-read'] },
  };
}

/** The newest version of one major. */
function node(major: number): string {
  const folder = `.cache/node-${major}`;
  const name = `node-${process.platform}-${process.arch}`;
  const binary = join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(binary))
    execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', folder, `${name}@${major}`]);
  return binary;
}
