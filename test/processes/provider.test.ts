// The Python provider and the command that it calls: how often they renew for many threads.

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { FakePlatform } from '../support/fake/platform.js';
import { pythonProgram } from '../support/installed.js';
import { goodEnv, runCommand, runProgram, timesAsked } from '../support/program.js';
import { at, grants, root, SYSTEM } from '../support/renewing.js';

let python = '';
before(async () => {
  python = await pythonProgram();
});

/** Logs in with `env --dir --renew`, and returns the variables for Python. */
async function logIn(platform: FakePlatform, more: Record<string, string> = {}): Promise<Record<string, string>> {
  const args = ['env', '--format', 'json', '--dir', mkdtempSync(join(root, 'provider-')), '--renew'];
  const { status, stdout, stderr } = await runCommand(args, { ...goodEnv(platform), ...more });
  assert.equal(status, 0, stderr);
  return { ...SYSTEM, ...JSON.parse(stdout), PYTHONDONTWRITEBYTECODE: '1' };
}

/** Eight threads send requests at the same time, five each, and print what comes of each in a line. */
const THREADS = `
import os, threading, requests, mlflow_auth_provider as provider
url = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/experiments/search"
def work():
    for _ in range(5):
        try:
            answer = requests.get(url, auth=provider.authorize, verify=os.environ["MLFLOW_TRACKING_SERVER_CERT_PATH"])
            line = str(answer.status_code)
        except provider.MlflowAuthError as error:
            line = str(error)
        print(line + "\\n", end="", flush=True)
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
`;

async function threads(env: Record<string, string>): Promise<string[]> {
  const { status, stdout, stderr } = await runProgram(python, ['-c', THREADS], env);
  assert.deepEqual([status, stderr], [0, '']);
  return stdout.trim().split('\n');
}

describe('the Python provider', () => {
  it('renews once for eight threads at a server that rejects every credential, and each error says so', async () => {
    const rejects = { status: 401, body: { error: 'no' } };
    for (const method of ['token', 'cookie']) {
      await at({ canned: { experiments: rejects } }, async (platform) => {
        const lines = await threads(await logIn(platform, { MLFLOW_AUTH_METHOD: method }));
        assert.equal(lines.length, 40);
        for (const line of lines) assert.match(line, /^mlflow-auth: the .* was rejected \(401 no\), .*Log in again\.$/);
        assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], method === 'token' ? [1, 1] : [2, 0]);
      });
    }
  });

  it('renews once where a credential is rejected one time, and loses no request of eight threads', async () => {
    const rejects = { status: 401, body: { error: 'no' }, times: 1 };
    await at({ canned: { experiments: rejects } }, async (platform) => {
      assert.deepEqual(await threads(await logIn(platform)), Array(40).fill('200'));
      assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 1]);
    });
  });
});
