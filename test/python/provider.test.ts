// The provider's own tests, as it is handed over: under python3, or under each Python that TEST_PYTHONS lists.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPlatform } from '../support/fake/platform.js';
import { pythonProgram } from '../support/installed.js';
import { goodEnv, runCommand, runProgram } from '../support/program.js';

const TESTS = 'test/python/test_provider.py';
const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-python-'));
after(() => rmSync(folder, { recursive: true }));

/** What `env --dir` hands over. */
async function handedOver(): Promise<Record<string, string>> {
  const platform = await startPlatform();
  const args = ['env', '--format', 'json', '--dir', mkdtempSync(join(folder, 'sdk-'))];
  const { status, stdout, stderr } = await runCommand(args, goodEnv(platform));
  await platform.close();
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const [, ...names] = readFileSync(TESTS, 'utf8').split(/^ {4}def (?=test_)/m);

for (const program of (process.env.TEST_PYTHONS ?? '').split(',')) {
  describe(`the Python provider under ${program || 'python3'}`, () => {
    let output = '';
    before(async () => {
      const python = await pythonProgram(program || undefined);
      const env = { PATH: process.env.PATH ?? '', PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' };
      const { status, stderr } = await runProgram(python, [TESTS, '-v'], { ...(await handedOver()), ...env });
      output = `${stderr}\nexit code ${status}`;
    });

    for (const [name = ''] of names.map((text) => /^\w+/.exec(text) ?? [])) {
      it(name.replaceAll('_', ' '), () => assert.match(output, new RegExp(`^${name} \\(.*\\) \\.\\.\\. ok$`, 'm')));
    }

    it('passes all of them, and has no others', () => {
      assert.match(output, new RegExp(`^Ran ${names.length} tests in `, 'm'));
      assert.match(output, /^OK\n*exit code 0$/m);
    });
  });
}
