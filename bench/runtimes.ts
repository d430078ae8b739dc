// The runtimes of the benchmark: the versions of Node and Deno that the tests use, too.

import { denoProgram, nodeProgram } from '../test/support/installed.js';

export interface Runtime {
  command: string;
  args: string[];
}

export type Runtimes = Record<string, Runtime>;

export async function runtimes(): Promise<Runtimes> {
  return {
    'Node 20': { command: await nodeProgram(20), args: [] },
    'Node 24': { command: await nodeProgram(24), args: [] },
    Deno: { command: await denoProgram(), args: ['run', '--allow-net', '--allow-env', '--allow-read'] },
  };
}
