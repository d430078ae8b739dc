// Runs programs in turns and measures the time of each whole process from outside, and its memory.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Program } from './programs.js';

/** Of all rounds, in milliseconds. */
export interface Times {
  min: number;
  median: number;
  max: number;
}

/** Runs all programs in each round, one after the other, so that what disturbs the machine disturbs all alike. */
export async function interleaved(programs: Program[], rounds: number, tell: (text: string) => void): Promise<Times[]> {
  const times: number[][] = programs.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, program] of programs.entries()) {
      const { time } = await run(program);
      // The first round fills caches.
      if (round > 0) times[index]?.push(time);
    }
    tell(round === 0 ? 'warm' : `round ${round} of ${rounds}`);
  }
  return times.map(statistics);
}

/** The most memory that the program had resident at any time, in MB. Linux alone tells it. */
export async function peakMemory(program: Program): Promise<number> {
  return (await run(program, true)).memory;
}

async function run({ command, args, env, proof }: Program, memory = false): Promise<{ time: number; memory: number }> {
  const start = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  let peak = 0;
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  const look = () => {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(statusOf(child.pid)) ?? [];
    peak = Math.max(peak, Number(kilobytes ?? 0) / 1024);
  };
  const timer = memory ? setInterval(look, 2) : undefined;
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const time = performance.now() - start;
  clearInterval(timer);
  // A failure is no result, however fast it was; a shell program that failed prints "null", or nothing, and ends with 0.
  if (status !== 0 || !output.trim().match(proof))
    throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${errors}${output}`);
  return { time, memory: peak };
}

function statusOf(pid = 0): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function statistics(times: number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
  return { min: at(0), median: at(0.5), max: at(1) };
}
