// Runs the test files of the suites that are named: unit, program, and so on. Node 20 finds no files by a pattern itself.
// With --runs=N each property of the suite property gets N cases.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const args = process.argv.slice(2);
const runs = args.find((arg) => arg.startsWith('--runs='))?.slice('--runs='.length);
const suites = args.filter((arg) => !arg.startsWith('--'));
const files = suites.flatMap((suite) =>
  readdirSync(`build/test/${suite}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => `build/test/${suite}/${file}`),
);
if (files.length === 0) throw new Error(`no test files in: ${suites.join(', ')}`);
// Each file of the suite stack starts all servers, and the first one builds them.
const flags = ['--test', '--test-reporter=spec', ...(suites.includes('stack') ? ['--test-concurrency=1'] : [])];
const { status } = spawnSync(process.execPath, [...flags, ...files.sort()], {
  stdio: 'inherit',
  env: { ...process.env, ...(runs ? { FUZZ_RUNS: runs } : {}) },
});
process.exitCode = status ?? 1;
