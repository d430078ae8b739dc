// Writes the results as Markdown: what was asked for and what came out, then every number.

import { cpus, totalmem } from 'node:os';
import type { Times } from './measure.js';
import type { Case } from './programs.js';

export type Result = Case & Times & { memory: number | undefined };

/** How long a runtime takes for an empty program, and for `--version`. */
export interface StartUp {
  runtime: string;
  empty: Times;
  version: Times;
}

/** Pairs of times, in the order of the runtimes: empty, `--version`. */
export function startUps(runtimes: string[], times: Times[]): StartUp[] {
  return runtimes.flatMap((runtime, index) => {
    const [empty, version] = times.slice(index * 2, index * 2 + 2);
    return empty && version ? [{ runtime, empty, version }] : [];
  });
}

/** A number that was asked for. */
interface Check {
  what: string;
  ours: number;
  theirs: number;
  limit: number;
}

const RUNTIMES = ['Node 20', 'Node 24', 'Deno'];
const AT = 50;

export function report(results: Result[], starting: StartUp[], rounds: number): string {
  const median = (wanted: Partial<Case>) =>
    results.find((one) => Object.entries(wanted).every(([name, value]) => one[name as keyof Case] === value))?.median;
  const checks: Check[] = [];
  const check = (what: string, ours: number | undefined, theirs: number | undefined, limit: number) => {
    if (ours !== undefined && theirs !== undefined) checks.push({ what, ours, theirs, limit });
  };
  for (const runtime of RUNTIMES) {
    const at = { roundTrip: AT };
    for (const method of ['token', 'cookie'] as const) {
      const ours = { ...at, program: 'mlflow-auth', runtime, method } as const;
      for (const verify of [false, true]) {
        const name = `${method}${verify ? ', verified' : ''}, ${runtime}: ideal`;
        check(name, median({ ...ours, verify }), median({ ...ours, verify, program: 'ideal' }), 1.15);
      }
      const plain = median({ ...ours, verify: false });
      if (method === 'token')
        check(`token, ${runtime}: Python`, plain, median({ ...at, program: 'Python', method }), 0.75);
      check(`${method}, ${runtime}: shell`, plain, median({ ...at, program: 'shell', method }), 0.5);
      const proof = (median({ ...ours, verify: true }) ?? Number.NaN) - (plain ?? Number.NaN);
      check(`${method}, ${runtime}: the proof, in round trips of ${AT} ms`, proof, AT, 1);
    }
  }
  for (const { runtime, empty, version } of starting) {
    check(`--version, ${runtime}: empty program`, version.median, empty.median, 1.5);
  }
  return `# Benchmark

What a login costs, as the time of the whole process, seen from outside. Written by \`npm run bench\` (see
[bench.ts](bench.ts)); every number comes from this one run.

- Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB, ${process.platform} ${process.arch}. ${rounds} rounds after one to warm up; in each, every program ran once, one after the other.
- The servers are the fake platform of the tests, over TLS on loopback, in a process of their own. A [relay](relay.ts)
  adds the round trip time: half of it each way, and one more for the first byte of a connection.
- *ideal* is the least program that does the same requests with nothing but the runtime's own fetch
  ([ideal/](ideal/ideal.ts)): no checks, no messages, no private CA of its own (the runtime is started with it).
- *Python* and *shell* are the programs of the guide that users had before; they verify nothing.

![times at a round trip of ${AT} ms](results.svg)

## Requirements

Medians in milliseconds, at a round trip of ${AT} ms.

| | mlflow-auth | compared with | ratio | at most | |
| --- | ---: | ---: | ---: | ---: | --- |
${checks.map(checkLine).join('\n')}

## What takes time in addition to the round trips

- Before its first line runs, a runtime reads the whole bundle: 660 kB, of which most is undici. That is nearly all of
  \`--version\`; to evaluate what it needs adds nothing that can be measured. Minified, half of it is left to read; what
  is left of the toolkit and undici cannot be cut out of one file without taking them apart.
- Loading HTTP and TLS takes 40 to 60 ms, the root certificates another 45 ms on Node 20. Both happen while the first
  connections open, which hides them from a round trip of 50 ms on, and not from a shorter one.
- The ideal on Deno uses a fetch that is part of the binary. mlflow-auth uses undici over Deno's node:tls, the same on all
  runtimes, since only that takes a private CA, an HTTP proxy and large headers alike; its first TLS connection takes Deno
  about 55 ms, its layer for Node 45 ms, and each request some 10 ms more.
- The ideal on Node opens a third connection for the proof, which costs it three round trips; mlflow-auth keeps to two.
- The shell program pays for twelve round trips and some thirty small programs; half of its time is five round trips
  and the start of a runtime with TLS, with little left to save.

## All times

Milliseconds: min / **median** / max.

| method | verified | program | runtime | ${roundTripsOf(results)
    .map((time) => `${time} ms`)
    .join(' | ')} | peak memory |
| --- | --- | --- | --- |${roundTripsOf(results)
    .map(() => ' --- |')
    .join('')} ---: |
${tableOf(results).join('\n')}

| start-up | empty program | \`--version\` |
| --- | --- | --- |
${starting.map(({ runtime, empty, version }) => `| ${runtime} | ${span(empty)} | ${span(version)} |`).join('\n')}
`;
}

function checkLine({ what, ours, theirs, limit }: Check): string {
  const ratio = ours / theirs;
  const verdict = ratio <= limit ? 'yes' : `**missed** by ${Math.round(ours - theirs * limit)} ms`;
  return `| ${what} | ${Math.round(ours)} | ${Math.round(theirs)} | ${ratio.toFixed(2)} | ${limit.toFixed(2)} | ${verdict} |`;
}

const roundTripsOf = (results: Result[]) => [...new Set(results.map(({ roundTrip }) => roundTrip))];

/** One line for each program, with a column for each round trip time. */
function tableOf(results: Result[]): string[] {
  const name = ({ method, verify, program, runtime }: Result) =>
    `${method} | ${verify ? 'yes' : 'no'} | ${program} | ${runtime}`;
  return [...new Set(results.map(name))].map((line) => {
    const row = results.filter((one) => name(one) === line);
    const memory = row.find((one) => one.memory)?.memory;
    return `| ${line} | ${row.map(span).join(' | ')} | ${memory ? `${Math.round(memory)} MB` : ''} |`;
  });
}

function span({ min, median, max }: Times): string {
  return `${Math.round(min)} / **${Math.round(median)}** / ${Math.round(max)}`;
}
