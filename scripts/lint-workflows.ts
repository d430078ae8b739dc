// Checks the workflows and the actions with actionlint and zizmor, both installed into .cache.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { buildGo } from '../test/stack/tools.js';
import { pythonWith } from '../test/support/installed.js';

const ZIZMOR = '1.32.0';

const python = await pythonWith('zizmor', [`zizmor==${ZIZMOR}`]);
const checks: [program: string, args: string[]][] = [
  [await buildGo('actionlint'), []],
  [join(dirname(python), 'zizmor'), ['--offline', '--no-progress', '--quiet', '.github', 'action.yml']],
];
for (const [program, args] of checks) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exitCode = 1;
}
