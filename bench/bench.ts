// The benchmark: `npm run bench -- --peers FOLDER` measures all programs in one run and writes README.md and results.svg here.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { interleaved, peakMemory, renewalTime } from './measure.js';
import { plot } from './plot.js';
import { casesFor, peersAt, programOf, renewalProgram } from './programs.js';
import { type Result, report } from './results.js';
import { runtimes as allRuntimes } from './runtimes.js';
import type { Ready } from './servers.js';

const { values } = parseArgs({
  options: {
    /** Folder of the guide's programs helper.py and helper.sh. */
    peers: { type: 'string' },
    /** Python that has requests and cryptography. */
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '11' },
    /** Folder to write the results to. */
    to: { type: 'string', default: 'bench' },
  },
});
const ROUND_TRIPS = [0, 50];
const rounds = Number(values.rounds);
const runtimes = await allRuntimes();
const peers = peersAt(values.peers);
const tell = (text: string) => process.stderr.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-bench-'));
const file = (name: string, text = '') => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const servers = fork('build/bench/servers.js', ROUND_TRIPS.map(String), { execArgv: [] });
try {
  const [{ ca, ports }] = (await once(servers, 'message')) as [Ready];
  // In a project of its own: Deno reads the package.json above a program, and the workspaces in it.
  cpSync('build/bench/ideal', folder, { recursive: true });
  file('package.json', '{ "type": "module" }');
  const around = {
    ...{ runtimes, ports, peers: peers ?? '', python: values.python },
    ...{ ideal: join(folder, 'ideal.js'), empty: file('empty.mjs'), ca: file('ca.pem', ca) },
  };
  const cases = casesFor(runtimes, ROUND_TRIPS, peers);
  const programs = cases.map((one) => programOf(one, around));
  tell(`${cases.length} cases, ${rounds} rounds`);
  const taken = await interleaved(programs, rounds, tell);
  const results: Result[] = [];
  for (const [index, one] of cases.entries()) {
    const [time, program] = [taken[index], programs[index]];
    if (!time || !program) continue;
    const memory = one.verify && one.roundTrip === 0 ? await peakMemory(program) : undefined;
    results.push({ ...one, ...time, memory });
  }
  writeFileSync(join(values.to, 'README.md'), report(results, await renewalTime(renewalProgram(around)), rounds));
  writeFileSync(join(values.to, 'results.svg'), plot(results, 50));
} finally {
  servers.disconnect();
  rmSync(folder, { recursive: true });
}
