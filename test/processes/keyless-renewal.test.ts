// Renewals of keyless logins: nothing secret on disk, a new exchange each time, and no ID token that was rejected sent again.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decodeClaims } from '../../src/login/dex/claims.js';
import { ciJwt, gitHubVariables, REQUEST_TOKEN } from '../support/fake/ci.js';
import { type FakePlatform, startPlatform } from '../support/fake/platform.js';
import { keylessEnv, timesAsked } from '../support/program.js';
import { at, credentialIn, folderOf, renewIn, root } from '../support/renewing.js';

const exchanges = (platform: FakePlatform) => timesAsked(platform, 'POST token');

describe('a renewal of a keyless login', () => {
  it('asks GitHub again, and finds nothing secret on disk', async () => {
    await at({}, async (platform) => {
      const gitHub = gitHubVariables(platform.address);
      const dir = await folderOf(platform, { ...keylessEnv(platform), ...gitHub });
      const sent = new URLSearchParams(
        platform.asked.find(({ endpoint }) => endpoint === 'POST token')?.request.body,
      ).get('subject_token');
      const files = readdirSync(dir).filter((name) => name.endsWith('.json'));
      const text = files.map((name) => readFileSync(join(dir, name), 'utf8')).join();
      for (const secret of [REQUEST_TOKEN, gitHub.ACTIONS_ID_TOKEN_REQUEST_URL ?? '', sent ?? assert.fail()])
        assert.ok(!text.includes(secret));
      const first = credentialIn(dir).value;
      const without = await renewIn(dir);
      assert.equal(without.status, 1);
      assert.match(without.stderr, /no ID token of the CI job in the environment: log in again/);
      const done = await renewIn(dir, gitHub);
      assert.equal(done.status, 0, done.stderr);
      assert.notEqual(credentialIn(dir).value, first);
      assert.deepEqual([exchanges(platform), timesAsked(platform, 'GET ci')], [2, 2]);
    });
  });

  it('keeps the audience, and takes no other source than that of the login', async () => {
    await at({}, async (platform) => {
      const gitHub = gitHubVariables(platform.address);
      const subjects = () =>
        platform.asked
          .filter(({ endpoint }) => endpoint === 'POST token')
          .map(({ request }) => decodeClaims(new URLSearchParams(request.body).get('subject_token') ?? ''));
      const special = { ...keylessEnv(platform), ...gitHub, MLFLOW_AUTH_ID_TOKEN_AUDIENCE: 'special' };
      const asked = await folderOf(platform, special);
      assert.equal((await renewIn(asked, gitHub)).status, 0);
      assert.deepEqual(
        subjects().map((claims) => claims?.aud),
        ['special', 'special'],
      );
      const given = { ...keylessEnv(platform), MLFLOW_AUTH_ID_TOKEN: ciJwt(platform.address, { sub: 'given' }) };
      const dir = await folderOf(platform, given);
      const { status, stderr } = await renewIn(dir, gitHub);
      assert.equal(status, 1);
      assert.match(stderr, /no ID token of the CI job in the environment: log in again/);
      assert.equal(subjects().length, 3);
    });
  });

  it('sends no ID token again that Dex has rejected, and the next one of the file at once', async () => {
    await at({}, async (platform) => {
      const file = join(root, 'token');
      writeFileSync(file, ciJwt(platform.address));
      const dir = await folderOf(platform, { ...keylessEnv(platform), MLFLOW_AUTH_ID_TOKEN_FILE: file });
      writeFileSync(file, ciJwt(platform.address, { repository_owner: 'evil' }));
      const refused = await renewIn(dir);
      assert.match(refused.stderr, /\[mlflow-auth: exchange-refused\]/);
      const again = await renewIn(dir);
      assert.match(again.stderr, /Dex rejected before: it is not sent again/);
      assert.equal(exchanges(platform), 2);
      writeFileSync(file, ciJwt(platform.address));
      const done = await renewIn(dir);
      assert.equal(done.status, 0, done.stderr);
      assert.equal(exchanges(platform), 3);
    });
  });

  it('is not made again where GitHub vouches for a job that Dex has rejected', async () => {
    const platform = await startPlatform({
      echo: (endpoint) =>
        endpoint === 'token' && exchanges(platform) > 1 ? { status: 401, body: { error: 'access_denied' } } : undefined,
    });
    try {
      const gitHub = gitHubVariables(platform.address);
      const dir = await folderOf(platform, { ...keylessEnv(platform), ...gitHub });
      const refused = await renewIn(dir, gitHub);
      assert.match(refused.stderr, /\[mlflow-auth: exchange-refused\]/);
      const again = await renewIn(dir, gitHub);
      assert.match(again.stderr, /mlflow-auth does not retry: this is the result of a previous attempt/);
      assert.equal(exchanges(platform), 2);
    } finally {
      await platform.close();
    }
  });
});
