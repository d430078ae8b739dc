// For the tests of logins at an OpenID provider: the environment of one, and what was sent to the token endpoint.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../../src/login/credential.js';
import type { FakePlatform, StartOptions } from './fake/platform.js';
import { issuerAt, PROVIDER_CLIENT } from './fake/provider.js';
import { runCommand } from './program.js';

export type Env = Record<string, string>;

export const tokenEndpoint = (origin: string) => `${issuerAt(origin)}/protocol/openid-connect/token`;

/** Without the platform's address: nothing of it is needed. */
export const envOf = ({ address, ca }: FakePlatform, more: Env = {}): Env => ({
  MLFLOW_TRACKING_URI: `${address}/clusters/c1/mlflow`,
  MLFLOW_WORKSPACE: 'team-a',
  DEX_CLIENT_ID: PROVIDER_CLIENT,
  PLATFORM_CA: ca,
  ...more,
});

export const provider = (more: StartOptions = {}): StartOptions => ({ provider: {}, ...more });

/** The answer of the token endpoint in place of the usual one. */
export const answers = (status: number, error: string, error_description: string): StartOptions => ({
  canned: { 'provider-token': { status, body: { error, error_description } } },
});

/** All requests at the token endpoint. */
export const requestsOf = ({ asked }: FakePlatform) =>
  asked.filter(({ endpoint }) => endpoint === 'POST provider-token').map(({ request }) => request);
export const formsSent = (platform: FakePlatform): Env[] =>
  requestsOf(platform).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
export const requestOf = (platform: FakePlatform) => requestsOf(platform)[0] ?? assert.fail('no token was requested');
export const formOf = (platform: FakePlatform): Env => formsSent(platform)[0] ?? assert.fail('no token was requested');

/** Each of these environments ends `token` with a configuration error, before any request. */
export async function areConfigurationErrors(platform: FakePlatform, cases: [env: Env, text: RegExp][]): Promise<void> {
  for (const [env, text] of cases) {
    const { status, stderr } = await runCommand(['token'], envOf(platform, env));
    assert.equal(status, 2, stderr);
    assert.match(stderr, text);
  }
  assert.equal(platform.asked.length, 0);
}

/** Renews the credential in a folder, as the provider of the SDK has it done. */
export function renew(dir: string, env: Env) {
  const { value } = JSON.parse(readFileSync(join(dir, 'credential.json'), 'utf8'));
  return runCommand(['renew', '--dir', dir, '--seen', fingerprint(value)], env);
}

/** Logs in with `env --renew` to this folder. @returns what is kept for renewals */
export async function firstLogin(platform: FakePlatform, dir: string, env: Env): Promise<string> {
  const { status, stderr } = await runCommand(['env', '--renew', '--dir', dir], envOf(platform, env));
  assert.equal(status, 0, stderr);
  return readFileSync(join(dir, 'renewal.json'), 'utf8');
}
