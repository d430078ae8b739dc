// Runs tests: whole suites, folders or files below test/, as in `node build/scripts/test.js unit/http bundle/exec.test.ts`.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { usualKeys } from '../test/support/fake/keys.js';
import { nodeProgram, oldestAndNewestPython } from '../test/support/installed.js';
import { rewordedBundle } from './reworded.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A sample of tables, properties and faults that is the same each time, and nothing that installs much. */
    sample: { type: 'boolean', default: false },
    'without-deno': { type: 'boolean', default: false },
    /** Each version of MLflow's SDK in the suite stack, in place of some. */
    clients: { type: 'boolean', default: false },
    /** With a bundle whose sentences about failures are replaced by names. */
    reworded: { type: 'boolean', default: false },
    /** Cases of each property. */
    runs: { type: 'string' },
    /** Major version of the Node to run under. */
    node: { type: 'string' },
    /** The provider's tests under the oldest and the newest Python that are here. */
    pythons: { type: 'boolean', default: false },
  },
});

/** Files that install more than a newcomer's patience: Deno, versions of MLflow, exporters. */
const INSTALLS = /(deno|clients|otlp)\.test\.js$/;
const DENO = /deno\.test\.js$/;

/** A file that waits forever fails, and the others still run. The longest takes 11 minutes on two cores. */
const LONGEST = `--test-timeout=${25 * 60_000}`;

const leftOut = values.sample ? INSTALLS : values['without-deno'] ? DENO : undefined;
// A file that is named is not left out.
const named = (at: string) => filesAt(at).filter((file) => at.endsWith('.ts') || !leftOut?.test(file));
const files = [...new Set(positionals.flatMap(named))];
if (files.length === 0) throw new Error(`no test files in: ${positionals.join(', ')}`);

// Most tests wait for programs most of the time. Each file of the suites stack and keycloak starts all servers, and the first one builds them.
const stack = files.some((file) => /[\\/](stack|keycloak)[\\/]/.test(file));
const concurrency = stack ? 1 : 2 * availableParallelism();
const program = values.node ? await nodeProgram(Number(values.node)) : process.execPath;
const pythons = values.pythons ? oldestAndNewestPython() : [];
if (values.pythons) console.log(`Python: ${pythons.join(' and ')}`);
const { status } = spawnSync(
  program,
  ['--test', '--test-reporter=spec', LONGEST, `--test-concurrency=${concurrency}`, ...files.sort()],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      TEST_KEYS: await usualKeys(),
      ...(values.sample ? { TEST_SAMPLE: 'true' } : {}),
      ...(values.clients ? { TEST_CLIENTS: 'all' } : {}),
      ...(values.reworded ? { TEST_BUNDLE: rewordedBundle('dist/index.js') } : {}),
      ...(values.runs ? { FUZZ_RUNS: values.runs } : {}),
      ...(values.pythons ? { TEST_PYTHONS: pythons.join(',') } : {}),
    },
  },
);
process.exitCode = status ?? 1;

/** The compiled test files of a folder or of a file, with or without `test/` in front. Node 20 finds none by a pattern itself. */
function filesAt(name: string): string[] {
  const path = join('build/test', name.replace(/^(build\/)?test\//, '').replace(/\.ts$/, '.js'));
  if (!existsSync(path)) throw new Error(`there is no ${path}; is it built?`);
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names.filter((one) => one.endsWith('.test.js')).map((one) => join(path, one));
}
