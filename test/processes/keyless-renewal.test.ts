// Renewals of keyless logins: nothing secret on disk, a new exchange each time, and no ID token that was rejected sent again.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fingerprint } from '../../src/login/credential.js';
import { decodeClaims } from '../../src/login/dex/claims.js';
import { ciJwt, gitHubVariables, REQUEST_TOKEN } from '../support/fake/ci.js';
import { type FakePlatform, startPlatform } from '../support/fake/platform.js';
import { runCommand, runProgram, timesAsked } from '../support/program.js';

type Env = Record<string, string>;

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-keyless-renewal-'));
after(() => rmSync(folder, { recursive: true }));

const keylessEnv = ({ address, ca }: FakePlatform): Env => ({
  PLATFORM_ADDRESS: address,
  CLUSTER: 'c1',
  MLFLOW_WORKSPACE: 'team-a',
  DEX_CLIENT_ID: 'mlflow-ci',
  DEX_CONNECTOR: 'github-actions',
  PLATFORM_CA: ca,
});

const read = (dir: string) => JSON.parse(readFileSync(join(dir, 'credential.json'), 'utf8'));
const exchanges = (platform: FakePlatform) => timesAsked(platform, 'POST token');

/** Logs in into a folder, with renewals. */
async function logIn(env: Env, name: string): Promise<string> {
  const dir = join(folder, name);
  const { status, stderr } = await runCommand(['env', '--dir', dir, '--renew'], env);
  assert.equal(status, 0, stderr);
  return dir;
}

/** Runs the command that the folder names, as the Python module does. */
function renew(dir: string, env: Env) {
  const { renew, value } = read(dir);
  const [program, ...args] = renew;
  return runProgram(program, [...args, '--seen', fingerprint(value), '--reason', 'due'], env);
}

/** Makes the credential of a folder due. */
function age(dir: string): void {
  const path = join(dir, 'credential.json');
  writeFileSync(path, JSON.stringify({ ...read(dir), renew_after: 0 }));
}

describe('a renewal of a keyless login', () => {
  it('asks GitHub again, and finds nothing secret on disk', async () => {
    const platform = await startPlatform();
    try {
      const gitHub = gitHubVariables(platform.address);
      const dir = await logIn({ ...keylessEnv(platform), ...gitHub }, 'github');
      const sent = new URLSearchParams(
        platform.asked.find(({ endpoint }) => endpoint === 'POST token')?.request.body,
      ).get('subject_token');
      const files = readdirSync(dir).filter((name) => name.endsWith('.json'));
      const text = files.map((name) => readFileSync(join(dir, name), 'utf8')).join();
      for (const secret of [REQUEST_TOKEN, gitHub.ACTIONS_ID_TOKEN_REQUEST_URL ?? '', sent ?? assert.fail()])
        assert.ok(!text.includes(secret));
      const first = read(dir).value;
      age(dir);
      const without = await renew(dir, {});
      assert.equal(without.status, 1);
      assert.match(without.stderr, /no ID token of the CI job in the environment: log in again/);
      const done = await renew(dir, gitHub);
      assert.equal(done.status, 0, done.stderr);
      assert.notEqual(read(dir).value, first);
      assert.deepEqual([exchanges(platform), timesAsked(platform, 'GET ci')], [2, 2]);
    } finally {
      await platform.close();
    }
  });

  it('keeps the audience, and takes no other source than that of the login', async () => {
    const platform = await startPlatform();
    try {
      const gitHub = gitHubVariables(platform.address);
      const subjects = () =>
        platform.asked
          .filter(({ endpoint }) => endpoint === 'POST token')
          .map(({ request }) => decodeClaims(new URLSearchParams(request.body).get('subject_token') ?? ''));
      const special = { ...keylessEnv(platform), ...gitHub, MLFLOW_AUTH_ID_TOKEN_AUDIENCE: 'special' };
      const asked = await logIn(special, 'audience');
      age(asked);
      assert.equal((await renew(asked, gitHub)).status, 0);
      assert.deepEqual(
        subjects().map((claims) => claims?.aud),
        ['special', 'special'],
      );
      const given = { ...keylessEnv(platform), MLFLOW_AUTH_ID_TOKEN: ciJwt(platform.address, { sub: 'given' }) };
      const dir = await logIn(given, 'given');
      age(dir);
      const { status, stderr } = await renew(dir, gitHub);
      assert.equal(status, 1);
      assert.match(stderr, /no ID token of the CI job in the environment: log in again/);
      assert.equal(subjects().length, 3);
    } finally {
      await platform.close();
    }
  });

  it('sends no ID token again that Dex has rejected, and the next one of the file at once', async () => {
    const platform = await startPlatform();
    try {
      const file = join(folder, 'token');
      writeFileSync(file, ciJwt(platform.address));
      const dir = await logIn({ ...keylessEnv(platform), MLFLOW_AUTH_ID_TOKEN_FILE: file }, 'file');
      age(dir);
      writeFileSync(file, ciJwt(platform.address, { repository_owner: 'evil' }));
      const refused = await renew(dir, {});
      assert.match(refused.stderr, /\[mlflow-auth: exchange-refused\]/);
      const again = await renew(dir, {});
      assert.match(again.stderr, /Dex rejected before: it is not sent again/);
      assert.equal(exchanges(platform), 2);
      writeFileSync(file, ciJwt(platform.address));
      const done = await renew(dir, {});
      assert.equal(done.status, 0, done.stderr);
      assert.equal(exchanges(platform), 3);
    } finally {
      await platform.close();
    }
  });

  it('is not made again where GitHub vouches for a job that Dex has rejected', async () => {
    const platform = await startPlatform({
      echo: (endpoint) =>
        endpoint === 'token' && exchanges(platform) > 1 ? { status: 401, body: { error: 'access_denied' } } : undefined,
    });
    try {
      const gitHub = gitHubVariables(platform.address);
      const dir = await logIn({ ...keylessEnv(platform), ...gitHub }, 'refused');
      age(dir);
      const refused = await renew(dir, gitHub);
      assert.match(refused.stderr, /\[mlflow-auth: exchange-refused\]/);
      const again = await renew(dir, gitHub);
      assert.match(again.stderr, /mlflow-auth does not retry: this is the result of a previous attempt/);
      assert.equal(exchanges(platform), 2);
    } finally {
      await platform.close();
    }
  });
});
