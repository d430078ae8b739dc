// The fault table under Deno, as the commands that print the bare credential: a failure prints none.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { markOf } from '../../src/errors/explain.js';
import { ROWS } from '../../src/settings/table.js';
import { denoProgram } from '../support/installed.js';
import { BUNDLE, runProgram } from '../support/program.js';
import type { Case } from './case.js';
import { CASES } from './fault-table.js';
import { LIMIT } from './run-case.js';
import { faultSuite } from './suite.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-deno-'));
after(() => rmSync(folder, { recursive: true }));

const args = ['run', '--no-prompt', '--quiet', '--allow-net', '--allow-env'];
const PRINTED = /^(ey[\w-]+\.ey[\w-]+\.[\w-]+|_oauth2_proxy=[^\s;]+|export MLFLOW_TRACKING_URI=[\s\S]+)$/;

/** What a command may do, and the command that prints the credential: with basic, its variables. */
function argsFor({ login, method = 'token' }: Record<string, string>): string[] {
  if (login !== 'basic') return [...args, BUNDLE, method];
  const dir = join(folder, crypto.randomUUID());
  return [...args, '--allow-read', '--allow-write', BUNDLE, 'env', '--dir', dir];
}

/** Ends that Deno's own layers leave no way to tell better. */
const DIFFERS: Record<string, Partial<Case>> = {
  // It reads up to 100.
  '10,000 header lines': { end: 'answer-too-large' },
  // What is shorter than a header of gzip breaks off.
  'gzip that is none': { or: 'broken-off' },
};

const differs = (name: string, row: Case['row']) =>
  DIFFERS[name] && !row.always ? { logins: row.logins, ...DIFFERS[name] } : {};

faultSuite(CASES, {
  name: 'Deno',
  // Without TLS to a name of this machine it would be another way.
  differs: ({ fault, row }) => ({ plain: false, ...differs(fault.name, row) }),
  repeatsGet: true,
  run: async (inputs, more) => {
    const given = Object.entries(inputs).map(([input, value]) => [
      ROWS.find(({ name }) => name === input)?.env[0],
      value,
    ]);
    const env = { ...Object.fromEntries(given), DENO_DIR: folder, NO_COLOR: '1', ...more };
    return runProgram(await denoProgram(), argsFor(inputs), env, '', LIMIT);
  },
  assertFailed: (outcome, end) => {
    const { status, stdout, stderr = '' } = outcome;
    // A request that was under way at the same time may be reported after it.
    const [, advice] = /^Tried: .*\nGot: {3}.*\nFix: {3}(.+)$/m.exec(stderr) ?? assert.fail(stderr);
    assert.ok(advice?.endsWith(markOf(end)), stderr);
    assert.deepEqual([status, stdout], [1, '']);
    return outcome;
  },
  assertDone: ({ status, stdout, stderr = '' }) => {
    assert.equal(status, 0, stderr);
    assert.match(stdout ?? '', PRINTED);
    return { stderr };
  },
});
