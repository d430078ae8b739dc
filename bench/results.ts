// Writes the results as Markdown: one table of ratios, and how they were measured. All of it is computed from one run.

import { statSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Taken } from './measure.js';
import type { Case } from './programs.js';

export type Result = Case & Taken & { memory: number | undefined };

/** A line of the table: a program against another one, and the most that the ratio may be, at 0 ms and at 50 ms. */
interface Comparison {
  what: string;
  against: string;
  ours: Partial<Case>;
  theirs: Partial<Case>;
  limits: readonly [atNone: number, atFifty: number | undefined];
  /** Why it is missed, where it is. */
  cause: string;
}

/** Milliseconds. */
const MOST_RENEWAL = 15;
const RUNTIMES = ['Deno', 'Node 24', 'Node 20'];

const comparisons = RUNTIMES.flatMap((runtime): Comparison[] => {
  const ours = { program: 'mlflow-auth', runtime, verify: false } as const;
  const deno = runtime === 'Deno';
  const what = `token, ${runtime}`;
  return [
    {
      ...{
        what,
        against: 'ideal',
        ours,
        theirs: { program: 'ideal', runtime },
        limits: deno ? [1.25, 1.05] : [1.05, 1],
      },
      cause: 'reading the one file, settings, the search for secrets in messages',
    },
    {
      ...{ what, against: 'Python', ours, theirs: { program: 'Python' }, limits: [0.95, 0.75] },
      cause: 'the start of the runtime',
    },
    {
      ...{ what, against: 'shell', ours, theirs: { program: 'shell' }, limits: [0.8, 0.47] },
      cause: 'both wait for the same round trips',
    },
    {
      ...{ what: `--version, ${runtime}`, against: 'an empty program' },
      ...{ ours: { program: '--version', runtime }, theirs: { program: 'empty', runtime } },
      limits: [deno ? 1.7 : 1.4, undefined],
      cause: deno
        ? "Deno's layer for Node, which `process` alone starts, and reading the one file"
        : 'reading the one file',
    },
  ];
});

/** @param renewal its processor time, in milliseconds @returns what is in README.md here */
export function report(results: Result[], renewal: number, rounds: number): string {
  const find = (wanted: Partial<Case>) =>
    results.find((one) => Object.entries(wanted).every(([name, value]) => one[name as keyof Case] === value));
  const ratio = ({ ours, theirs }: Comparison, roundTrip: number) => {
    const [one, other] = [find({ ...ours, roundTrip }), find({ ...theirs, roundTrip })];
    return one && other ? one.median / other.median : undefined;
  };
  const ratios = comparisons.flatMap((one) => {
    const [first, second] = one.limits;
    const [none, fifty] = [ratio(one, 0), second === undefined ? undefined : ratio(one, 50)];
    if (none === undefined) return [];
    const missed = none > first || (fifty !== undefined && second !== undefined && fifty > second);
    const cells = [cell(none, first), fifty === undefined ? '' : cell(fifty, second ?? 0), missed ? one.cause : ''];
    return [`| ${one.what} | ${one.against} | ${cells.join(' | ')} |`];
  });
  const proofs = RUNTIMES.flatMap((runtime) => {
    const [proved, plain] = [true, false].map((verify) =>
      find({ program: 'mlflow-auth', runtime, verify, roundTrip: 50 }),
    );
    if (!proved || !plain) return [];
    const trips = (proved.median - plain.median) / 50;
    return [`| the proof, ${runtime} | a round trip | | ${cell(trips, 1)} | ${trips > 1 ? 'its two requests' : ''} |`];
  });
  const renewalMissed =
    renewal > MOST_RENEWAL ? 'its connections and their TLS, in a process whose code has hardly run' : '';
  const renewalLine = `| a renewal below exec, Node 24 | its processor time in ms | ${cell(renewal, MOST_RENEWAL)} | | ${renewalMissed} |`;
  const { size } = statSync('dist/index.js');
  return `# Benchmark

What a login costs, as the time of the whole process, seen from outside. \`npm run bench\` writes this page; every number
comes from one run.

Medians of mlflow-auth, divided by those of another program, at a round trip of 0 and of 50 ms, and in parentheses the
most that they are to be.

| | against | 0 ms | 50 ms | missed because of |
| --- | --- | ---: | ---: | --- |
${[...ratios, ...proofs, renewalLine].join('\n')}

![times at a round trip of 50 ms](results.svg)

| a token, ms | time at 0 ms | at 50 ms | processor time at 0 ms | peak memory, verified |
| --- | ---: | ---: | ---: | ---: |
${logins(results).join('\n')}

- *ideal* is the least program that does the same requests with nothing but the runtime's own fetch
  ([ideal.ts](ideal/ideal.ts)): no checks, no messages; it is started with the private CA.
- *Python* and *shell* are the programs of the guide that users had before; they verify nothing.
- dist/index.js has ${Math.round(size / 1000)} kB, which a runtime reads before the first line runs.
- ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB, ${process.platform} ${process.arch}. ${rounds} rounds after one to warm up; in each, every program ran once, one
  after the other. The servers are the fake platform of the tests, over TLS on loopback, in a process of their own; a
  [relay](relay.ts) adds the round trip, and one more for the first byte of a connection.
- To repeat it: \`npm run bench -- --peers FOLDER\`, with the guide's helper.py and helper.sh in that folder, and
  \`--python\` where \`python3\` has no requests and cryptography.
`;
}

function cell(value: number, limit: number): string {
  const text = `${value.toFixed(2)} (${limit.toFixed(2)})`;
  return value > limit ? `**${text}**` : text;
}

/** A line for each program that gets a token. */
function logins(results: Result[]): string[] {
  const rows = results.filter(({ program, verify }) => !verify && program !== 'empty' && program !== '--version');
  return rows.flatMap((one) => {
    if (one.roundTrip !== 0) return [];
    const like = (other: Result) => other.program === one.program && other.runtime === one.runtime;
    const far = rows.find((other) => like(other) && other.roundTrip === 50);
    const memory = results.find((other) => like(other) && other.memory)?.memory;
    const numbers = [one.median, far?.median ?? Number.NaN, one.cpu].map(Math.round);
    return [`| ${one.program} ${one.runtime} | ${numbers.join(' | ')} | ${memory ? `${Math.round(memory)} MB` : ''} |`];
  });
}
