// Runs the test files of the suites that are named, such as unit and program. Node 20 finds no files by a pattern itself.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const suites = process.argv.slice(2);
const files = suites.flatMap((suite) =>
  readdirSync(`build/test/${suite}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => `build/test/${suite}/${file}`),
);
if (files.length === 0) throw new Error(`no test files in: ${suites.join(', ')}`);
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...files.sort()], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
