// Two hundred jobs that log in at the same moment with one account, at the real Dex and oauth2-proxy.

import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { runProgram } from '../support/program.js';
import type { Outcome } from './many.js';
import { type Stack, startStack } from './stack.js';

const PROCESSES = 4;
const EACH = 50;

let stack: Stack;
before(async () => {
  stack = await startStack();
});
after(() => stack?.stop());

async function all(method: string): Promise<Outcome[]> {
  // Servers, clients and all share this machine, and the password's hash is meant to be slow.
  const env = { ...stack.env, MLFLOW_AUTH_TIMEOUT: '240' };
  const runs = Array.from({ length: PROCESSES }, () =>
    runProgram(process.execPath, ['build/test/stack/many.js', method, String(EACH)], env),
  );
  return (await Promise.all(runs)).flatMap(({ status, stdout, stderr }) => {
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Outcome[];
  });
}

/** Tells how long the logins took, and which step most of that went into. */
function tell(test: TestContext, outcomes: Outcome[]): void {
  const spread = (times: number[]) => {
    const sorted = [...times].sort((a, b) => a - b);
    const at = (part: number) => ((sorted[Math.round((sorted.length - 1) * part)] ?? 0) / 1000).toFixed(1);
    return `${at(0)} / ${at(0.5)} / ${at(1)} s`;
  };
  test.diagnostic(`${outcomes.length} logins, min / median / max: ${spread(outcomes.map(({ time }) => time))}`);
  const steps = new Map<string, number[]>();
  for (const line of outcomes.flatMap((one) => one.steps)) {
    const [, step = '', time] = /^✓ (.*) \((\d+) ms\)$/.exec(line) ?? [];
    if (time) steps.set(step, [...(steps.get(step) ?? []), Number(time)]);
  }
  for (const [step, times] of steps) test.diagnostic(`  ${step}: ${spread(times)}`);
}

describe('two hundred logins at once with one account', () => {
  for (const method of ['token', 'cookie']) {
    it(`all succeed, each with a ${method} of its own that was proven`, async (test) => {
      const before = stack.grants.code;
      const outcomes = await all(method);
      tell(test, outcomes);
      const failed = outcomes.filter((one) => one.failed);
      assert.deepEqual(failed.slice(0, 3), [], `${failed.length} failed`);
      assert.equal(outcomes.length, PROCESSES * EACH);
      assert.equal(new Set(outcomes.map(({ value }) => value)).size, outcomes.length);
      assert.equal(stack.grants.code - before, outcomes.length);
      for (const { steps } of outcomes) assert.match(steps.join('\n'), /✓ workspace team-a open/);
    });
  }
});
