// The benchmark: `npm run bench -- --peers FOLDER` measures all programs in one run and writes README.md and results.svg here.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { interleaved, peakMemory } from './measure.js';
import { plot } from './plot.js';
import { type Case, casesFor, type Program, peersAt, programOf } from './programs.js';
import { type Result, report, startUps } from './results.js';
import { runtimes as allRuntimes } from './runtimes.js';
import type { Ready } from './servers.js';

const { values } = parseArgs({
  options: {
    /** Folder of the guide's programs helper.py, helper.sh and cookie.sh. */
    peers: { type: 'string' },
    /** Python that has requests and cryptography. */
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '9' },
    'round-trips': { type: 'string', default: '0,20,50,150' },
    /** Folder to write the results to. */
    to: { type: 'string', default: 'bench' },
  },
});
const rounds = Number(values.rounds);
const roundTrips = values['round-trips'].split(',').map(Number);
const runtimes = await allRuntimes();
const peers = peersAt(values.peers);
const tell = (text: string) => process.stderr.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-bench-'));
const file = (name: string, text = '') => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const servers = fork('build/bench/servers.js', roundTrips.map(String), { execArgv: [] });
try {
  const [{ ca, ports }] = (await once(servers, 'message')) as [Ready];
  const runner = { GITHUB_OUTPUT: file('output'), GITHUB_ENV: file('env'), RUNNER_TEMP: folder };
  const around = {
    runtimes,
    ports,
    ca: file('ca.pem', ca),
    peers: peers ?? '',
    python: values.python,
    runner,
  };
  const cases = casesFor(runtimes, roundTrips, peers);
  const empty = file('empty.mjs');
  const starts: Program[] = Object.values(runtimes).flatMap(({ command, args }) => [
    { command, args: [...args, empty], env: {}, proof: /^$/ },
    { command, args: [...args, 'dist/index.js', '--version'], env: {}, proof: /^\d/ },
  ]);
  tell(`${cases.length} cases, ${rounds} rounds`);
  const times = await interleaved([...cases.map((one) => programOf(one, around)), ...starts], rounds, tell);
  const results: Result[] = [];
  for (const [index, one] of cases.entries()) {
    const time = times[index];
    if (!time) continue;
    results.push({ ...one, ...time, memory: wanted(one) ? await peakMemory(programOf(one, around)) : undefined });
  }
  const starting = startUps(Object.keys(runtimes), times.slice(cases.length));
  writeFileSync(join(values.to, 'README.md'), report(results, starting, rounds));
  writeFileSync(join(values.to, 'results.svg'), plot(results, 50));
} finally {
  servers.disconnect();
  rmSync(folder, { recursive: true });
}

/** Memory does not depend on the network, and that of a shell is in its children. */
function wanted({ roundTrip, verify, program }: Case): boolean {
  return roundTrip === 0 && (verify || program === 'Python');
}
