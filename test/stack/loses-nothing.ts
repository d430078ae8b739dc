// Eight SDK processes under exec for longer than their credential lives, and what the server holds of what they logged.

import assert from 'node:assert/strict';
import { runCommand } from '../support/program.js';
import { quiet } from './run-python.js';
import type { Stack } from './stack.js';

/**
 * Runs the workers under exec, and compares what they say they logged with what the server holds.
 * @param login environment of the login
 * @returns what exec said
 */
export async function losesNothing(
  stack: Pick<Stack, 'folder' | 'tools' | 'env'>,
  login: Record<string, string>,
  seconds: number,
  meanwhile: () => Promise<void> = async () => {},
  flags: string[] = [],
): Promise<string> {
  const env = { ...login, ...quiet(stack) };
  const command = [stack.tools.python, 'test/stack/python/workers.py', String(seconds)];
  const [{ status, stdout, stderr }] = await Promise.all([
    runCommand(['exec', ...flags, '--', ...command], env),
    meanwhile(),
  ]);
  assert.equal(status, 0, stderr);
  const run = /^run: ([0-9a-f]{32})$/m.exec(stdout)?.[1] ?? assert.fail(stdout);
  const said = /^metrics: (\d+) artifacts: (\d+)$/m.exec(stdout) ?? assert.fail(stdout);
  assert.ok(Number(said[1]) > seconds * 4, `${said[0]}: the workers hardly ran`);
  const count = [stack.tools.python, 'test/stack/python/count_run.py', run];
  const counted = await runCommand(['exec', '--', ...count], { ...stack.env, ...quiet(stack) });
  assert.equal(counted.stdout.trim(), said[0], counted.stderr);
  return stderr;
}
