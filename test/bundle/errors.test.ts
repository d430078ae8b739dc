// Every error of the fake platform, through the built program: the right advice, one login at most, nothing handed over, no secret shown.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '../support/fake/dex.js';
import { type StartOptions, startPlatform } from '../support/fake/platform.js';
import { USUAL } from '../support/fake/switches.js';
import { assertNoSecret, assertNothingHandedOver, secretsOf } from '../support/leaks.js';
import { goodEnv, goodInputs, runAction, runCommand, steady, timesAsked } from '../support/program.js';
import { sampled } from '../support/sample.js';
import { at, CASES } from './error-cases.js';

describe('an error', { concurrency: 2 }, () => {
  for (const { name, platform: switches, inputs = {}, got, title, says, logins: allowed = 1 } of sampled(CASES)) {
    it(`${name} is reported as "${title}"`, async () => {
      const platform = await startPlatform(switches);
      try {
        const given = { ...goodInputs(platform), ...inputs };
        const action = await runAction(given);
        const annotation =
          /^::error title=mlflow-auth%3A (.*?)::(.*)$/m.exec(action.stdout) ?? assert.fail(action.stdout);
        assert.equal(action.status, 1);
        assert.equal(annotation[1]?.replaceAll('%2C', ','), title, annotation[2]);
        const message = steady(annotation[2] ?? '');
        assert.match(message, /^Tried: .*%0AGot: {3}.*%0AFix: {3}[^%]*/);
        assert.ok(message.includes(`%0AGot:   ${got} (`), message);
        if (says) assert.match(message, says);
        assertNothingHandedOver(action);
        const { GITHUB_STEP_SUMMARY: summary = '' } = action.files;
        assert.ok(summary.startsWith(`<h3>MLflow login failed: ${title}</h3>`), summary);
        for (const label of ['Layer', 'Tried', 'Got', 'Fix']) assert.ok(summary.includes(`<th>${label}</th>`), summary);
        assert.equal(timesAsked(platform, 'POST login'), allowed);
        assertNoSecret(action, secretsOf(platform, given));
      } finally {
        await platform.close();
      }
    });

    it(`${name} is reported on the command line, without a secret, and with nothing on standard output`, async () => {
      const platform = await startPlatform(switches);
      try {
        const given = { ...goodInputs(platform), ...inputs };
        const flags = Object.entries(inputs)
          .filter(([input]) => !['password', 'client-secret'].includes(input))
          .map(([input, value]) => `--${input}=${value}`);
        const env: Record<string, string> = {
          ...goodEnv(platform),
          MLFLOW_PASSWORD: given.password ?? '',
          DEX_CLIENT_SECRET: given['client-secret'] ?? '',
        };
        if (inputs.workspace === '') env.MLFLOW_WORKSPACE = '';
        const outcome = await runCommand(['token', ...flags], env);
        assert.deepEqual([outcome.status, outcome.stdout], [1, ''], outcome.stderr);
        assert.ok(steady(outcome.stderr).includes(`\nGot:   ${got} (`), outcome.stderr);
        assertNoSecret(outcome, secretsOf(platform, given));
      } finally {
        await platform.close();
      }
    });
  }

  it('on the way to the cookie method shows no secret either, and there is no third login', async () => {
    const echo = {
      status: 401,
      body: `token with secret ${USUAL.clientSecret} and ${encodeURIComponent(USUAL.password)} refused`,
    };
    const stale = {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid or expired code parameter.' },
      times: 1,
    };
    for (const [canned, allowed, code] of [
      [{ userinfo: echo }, 2, 1],
      [{ userinfo: echo, token: stale }, 2, 1],
    ] as const) {
      const platform = await startPlatform({ canned });
      const outcome = await runCommand(['env', '--dir', 'build/none'], goodEnv(platform));
      await platform.close();
      assert.equal(outcome.status, code, outcome.stderr);
      assert.match(outcome.stderr, /token with secret \*\*\* and \*\*\* refused/);
      assert.equal(timesAsked(platform, 'POST login'), allowed);
      assertNoSecret(outcome, secretsOf(platform, goodInputs(platform)));
    }
  });

  it('cannot forge commands or move the cursor, whoever writes the text', async () => {
    const evil = 'x\n::stop-commands::abc\n::set-output name=a::b\u001b[2J';
    const cases: StartOptions[] = [
      { claims: { email: evil } },
      { claims: { email: evil }, workspaces: {} },
      at('login', { status: 500, body: { reason: evil, message: evil } }),
      at('userinfo', { status: 200, body: { email: evil, groups: [] } }),
      { connectors: [{ id: evil, type: 'ldap' }] },
    ];
    for (const switches of cases) {
      const platform = await startPlatform(switches);
      const action = await runAction({ ...goodInputs(platform), method: 'token' });
      const doctor = await runCommand(['doctor', '--login'], goodEnv(platform));
      await platform.close();
      for (const text of [action.stdout, doctor.stdout]) {
        assert.doesNotMatch(text, /^::(stop-commands|set-output)/m);
        assert.ok(!text.includes('\u001b'), text);
      }
    }
  });

  it('that echoes a secret is reported without it', async () => {
    const echo = `your password ${USUAL.password} and ${encodeURIComponent(USUAL.clientSecret)} are wrong`;
    const platform = await startPlatform(at('login', status(500, 'InternalError', echo)));
    const given = goodInputs(platform);
    const outcome = await runAction(given);
    await platform.close();
    assert.match(outcome.stdout, /your password \*\*\* and \*\*\* are wrong/);
    assertNoSecret(outcome, secretsOf(platform, given));
  });
});
