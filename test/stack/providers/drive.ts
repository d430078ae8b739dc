// Logins by the bundle at an OpenID provider: what they hand over, and how they end.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markOf } from '../../../src/errors/explain.js';
import type { SymptomId } from '../../../src/errors/symptoms/all.js';
import { decodeClaims } from '../../../src/login/dex/claims.js';
import { runCommand } from '../../support/program.js';
import { CLIENT_SECRET } from '../stack.js';
import type { Behind } from './behind.js';
import { clientKey } from './requests.js';

export type Env = Record<string, string>;

/** The environment of a login of this client, with what shows who it is. */
export const envOf = (behind: Behind, client: string, more: Env = {}, proxy = 'usual'): Env => ({
  MLFLOW_TRACKING_URI: behind.proxy(proxy),
  MLFLOW_WORKSPACE: 'team-a',
  DEX_CLIENT_ID: client,
  ...more,
});

export const SECRET: Env = { MLFLOW_AUTH_LOGIN: 'client-credentials', DEX_CLIENT_SECRET: CLIENT_SECRET };

/** The key of the clients that have one, in a file. */
export function keyEnv(folder: string): Env {
  const path = join(folder, 'client-key.pem');
  writeFileSync(path, clientKey().export({ type: 'pkcs8', format: 'pem' }));
  return { MLFLOW_AUTH_CLIENT_KEY_FILE: path };
}

/** Logs in by `token`, which proves the token at the proxy and at MLflow. @returns its claims */
export async function logsIn(env: Env, flags: string[] = []): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await runCommand(['token', ...flags], env);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /workspace team-a open/);
  return { ...decodeClaims(stdout) };
}

/** A login that ends as this row of the table of symptoms, with no secret in what it says. @returns what it says */
export async function isRefused(env: Env, id: SymptomId, flags: string[] = []): Promise<string> {
  const { status, stdout, stderr } = await runCommand(['token', ...flags], env);
  assert.deepEqual([status, stdout], [1, ''], stderr);
  assert.ok(stderr.includes(markOf(id)), stderr);
  for (const secret of [env.DEX_CLIENT_SECRET, env.MLFLOW_AUTH_ID_TOKEN].filter((one) => one !== undefined))
    assert.ok(!stderr.includes(secret), stderr);
  assert.doesNotMatch(stderr, /ey[\w-]+\.ey[\w-]+\.[\w-]+/);
  return stderr;
}
