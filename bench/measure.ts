// Runs programs in turns and measures each whole process from outside: its time, its processor time, its memory.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Program } from './programs.js';

/** What a program took, over all rounds. Times are in milliseconds. */
export interface Taken {
  min: number;
  median: number;
  max: number;
  /** Mean processor time of the process and its children; NaN outside of Linux. */
  cpu: number;
}

/** Milliseconds of a tick in /proc (USER_HZ). */
const TICK = 10;

/** Runs all programs in each round, one after the other, so that what disturbs the machine disturbs all alike. */
export async function interleaved(programs: Program[], rounds: number, tell: (text: string) => void): Promise<Taken[]> {
  const runs: { time: number; cpu: number }[][] = programs.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, program] of programs.entries()) {
      const one = await run(program);
      // The first round fills caches.
      if (round > 0) runs[index]?.push(one);
    }
    tell(round === 0 ? 'warm' : `round ${round} of ${rounds}`);
  }
  return runs.map((all) => {
    const sorted = all.map(({ time }) => time).sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
    const cpu = all.reduce((sum, one) => sum + one.cpu, 0) / all.length;
    return { min: at(0), median: at(0.5), max: at(1), cpu };
  });
}

/** The most memory that the program had resident at any time, in MB. Linux alone tells it. */
export async function peakMemory(program: Program): Promise<number> {
  return (await run(program, true)).memory;
}

/** Processor time of a renewal in exec, the median of a few, in milliseconds. Linux alone tells it. */
export async function renewalTime(program: Program): Promise<number> {
  const taken: number[] = JSON.parse((await run(program)).output);
  return taken.sort((a, b) => a - b)[taken.length >> 1] ?? Number.NaN;
}

async function run({ command, args, env, proof }: Program, memory = false) {
  const before = cpuOfChildren();
  const start = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  let peak = 0;
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  const look = () => {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(read(`/proc/${child.pid}/status`)) ?? [];
    peak = Math.max(peak, Number(kilobytes ?? 0) / 1024);
  };
  const timer = memory ? setInterval(look, 2) : undefined;
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const time = performance.now() - start;
  clearInterval(timer);
  // A failure is no result, however fast it was; a shell program that failed prints "null", or nothing, and ends with 0.
  if (status !== 0 || !output.trim().match(proof))
    throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${errors}${output}`);
  return { time, cpu: cpuOfChildren() - before, memory: peak, output };
}

/** Processor time of all children that have ended, in milliseconds (proc_pid_stat(5): cutime, cstime). */
function cpuOfChildren(): number {
  const fields = read('/proc/self/stat')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
