// The Python module under old and new versions of MLflow's SDK, as `env --dir` hands it over.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type FakePlatform, startPlatform } from '../support/fake/platform.js';
import { pythonProgram, pythonWithMlflow } from '../support/installed.js';
import { goodEnv, runCommand, runProgram } from '../support/program.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-clients-'));
after(() => rmSync(folder, { recursive: true }));

/** The oldest version that is supported, which finds plugins in a way of its own; and the newest, which supports workspaces. */
const CLIENTS: Record<string, () => Promise<string>> = {
  '2.9.2': () => pythonWithMlflow('2.9.2'),
  newest: () => pythonProgram(),
};

/** The request that is looked at; the fake platform has no answer to it. */
const SEARCH = 'POST /clusters/c1/mlflow/api/2.0/mlflow/experiments/search';

/** What `env --dir` hands over. */
async function handedOver(platform: FakePlatform, method: string): Promise<Record<string, string>> {
  const args = ['env', '--format', 'json', '--method', method, '--dir', mkdtempSync(join(folder, 'sdk-'))];
  const { status, stdout, stderr } = await runCommand(args, goodEnv(platform));
  assert.equal(status, 0, stderr);
  return { ...JSON.parse(stdout), PATH: process.env.PATH ?? '', MLFLOW_DISABLE_TELEMETRY: 'true' };
}

for (const [version, python] of Object.entries(CLIENTS)) {
  describe(`the Python module under MLflow ${version}`, () => {
    for (const method of ['token', 'cookie']) {
      it(`sends the ${method} and the workspace of the login`, async () => {
        const platform = await startPlatform();
        try {
          const env = await handedOver(platform, method);
          const before = platform.asked.length;
          const script = 'import mlflow; print(list(mlflow.MlflowClient().search_experiments(max_results=1)))';
          const { stderr } = await runProgram(await python(), ['-c', script], env);
          const asked = platform.asked.slice(before).filter(({ endpoint }) => endpoint === SEARCH);
          assert.equal(asked.length, 1, stderr);
          const headers = asked[0]?.request.headers ?? {};
          assert.equal(headers['x-mlflow-workspace'], 'team-a');
          assert.equal(headers.authorization, method === 'token' ? `Bearer ${env.MLFLOW_TRACKING_TOKEN}` : undefined);
          assert.equal(headers.cookie, env.MLFLOW_PROXY_COOKIE);
        } finally {
          await platform.close();
        }
      });
    }

    it('is in no list of pip, and has a version that no package index takes', async () => {
      const platform = await startPlatform();
      const { PYTHONPATH = '', ...env } = await handedOver(platform, 'token').finally(platform.close);
      const program = await python();
      for (const command of [['freeze', '--all'], ['list', '--format=freeze'], ['check']]) {
        const args = ['-m', 'pip', '--disable-pip-version-check', ...command];
        const without = await runProgram(program, args, env);
        assert.equal(without.status, 0, without.stderr);
        assert.deepEqual(await runProgram(program, args, { ...env, PYTHONPATH }), without);
      }
      const script = 'import importlib.metadata as m; print(m.version("mlflow-auth-provider"))';
      const { stdout, stderr } = await runProgram(program, ['-c', script], { ...env, PYTHONPATH });
      assert.match(stdout, /^[\d.]+\+local\r?\n$/, stderr);
    });
  });
}
