// Public keys that a hostile or broken server sends: the password is not sent with them, and none keeps the program busy.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startPlatform } from '../support/fake/platform.js';
import { rsaKey, UNSAFE } from '../support/fake/rsa-der.js';
import { BUNDLE, goodEnv, runCommand, runProgram, timesAsked } from '../support/program.js';
import { sampled } from '../support/sample.js';

/** Far more than a login takes, and far less than such a key would. */
const LIMIT = 60_000;

describe('a public key that is not safe', () => {
  for (const [name, numbers] of sampled(Object.entries(UNSAFE))) {
    it(`with ${name} gets no password, and ends the login at once`, async () => {
      const pubkey = { ts: '1779940350', pubkey: rsaKey(...numbers) };
      const platform = await startPlatform({ canned: { pubkey: { status: 200, body: pubkey } } });
      const { status, stderr } = await runProgram(
        process.execPath,
        [BUNDLE, 'token'],
        { ...goodEnv(platform), MLFLOW_AUTH_TIMEOUT: '5' },
        '',
        LIMIT,
      );
      await platform.close();
      assert.equal(status, 1, stderr);
      assert.match(stderr, /Got: {3}200 (a public key (of|that|with) .*: expected |a key or "ts" of an unknown form)/);
      assert.equal(timesAsked(platform, 'POST login'), 0);
    });
  }
});

describe('a public key of 1024 bits', () => {
  it('is taken with a warning, one of 2048 bits without', async () => {
    for (const keyBits of [1024, 2048]) {
      const platform = await startPlatform({ keyBits, password: 'short' });
      const { status, stderr } = await runCommand(['token'], { ...goodEnv(platform), MLFLOW_PASSWORD: 'short' });
      await platform.close();
      assert.equal(status, 0, stderr);
      assert.equal(/^! the platform's public key has 1024 bits: expected 2048 or more/m.test(stderr), keyBits < 2048);
    }
  });
});
