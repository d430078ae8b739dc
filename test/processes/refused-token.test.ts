// A refresh token in a file that the server rejects, through the built program: it is sent once, whoever uses the file.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { markOf } from '../../src/errors/explain.js';
import { answers, type Env, envOf, formsSent, provider } from '../support/at-provider.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import { PUBLIC_CLIENT } from '../support/fake/provider-grants.js';
import { USUAL } from '../support/fake/switches.js';
import { assertNoSecret } from '../support/leaks.js';
import { atPlatform, goodEnv, runCommand, timesAsked } from '../support/program.js';
import { root } from '../support/renewing.js';
import { noModes } from '../support/rights.js';

const ENDED = 'refresh-token-that-has-ended';
const GOOD = 'refresh-token-that-is-good';
const ACCOUNT: Env = { MLFLOW_USERNAME: USUAL.username, MLFLOW_PASSWORD: USUAL.password };
const BEFORE = markOf('refresh-refused-before');

function fileWith(token: string): string {
  const file = join(mkdtempSync(join(root, 'refused-')), 'token');
  writeFileSync(file, token);
  return file;
}

/** Without a password. */
const atDex = (platform: FakePlatform): Env => {
  const { MLFLOW_PASSWORD: _, MLFLOW_USERNAME: __, ...env } = goodEnv(platform);
  return env;
};
const SERVERS: [
  name: string,
  start: StartOptions,
  env: (platform: FakePlatform) => Env,
  endpoint: string,
  password: Env,
][] = [
  ['Dex', { refreshToken: GOOD }, atDex, 'POST token', ACCOUNT],
  [
    'an OpenID provider',
    provider({ provider: { refreshToken: GOOD } }),
    (platform) => envOf(platform, { DEX_CLIENT_ID: PUBLIC_CLIENT }),
    'POST provider-token',
    { MLFLOW_AUTH_LOGIN: 'password-grant', ...ACCOUNT },
  ],
];

describe('a rejected refresh token in a file', () => {
  for (const [name, start, envOfServer, endpoint, password] of SERVERS) {
    it(`is sent once to ${name} by all runs, until another one is in the file`, async () => {
      await atPlatform(start, async (platform) => {
        const file = fileWith(ENDED);
        const env = envOfServer(platform);
        const commands = [
          ['token'],
          ['token'],
          ['refresh'],
          ['exec', '--', process.execPath, '-v'],
          ['env', '--dir', root],
        ];
        const runs = commands.map(([command = '', ...rest]) =>
          runCommand([command, '--refresh-token-file', file, ...rest], env),
        );
        const said = await Promise.all(runs);
        for (const { status, stderr } of said) assert.equal(status, 1, stderr);
        assert.equal(timesAsked(platform, endpoint), 1);
        assert.equal(said.filter(({ stderr }) => stderr.includes(BEFORE)).length, commands.length - 1);
        for (const { stdout, stderr } of said) assertNoSecret({ stdout, stderr }, [ENDED]);
        assert.equal(readFileSync(file, 'utf8'), ENDED);
        assert.deepEqual(readdirSync(dirname(file)).sort(), ['token', 'token.refused']);
        assert.match(readFileSync(`${file}.refused`, 'utf8'), /^[0-9a-f]{64}$/);
        writeFileSync(file, GOOD);
        const { status, stderr } = await runCommand(['token', '--refresh-token-file', file], env);
        assert.equal(status, 0, stderr);
        assert.equal(timesAsked(platform, endpoint), 2);
        assert.ok(!existsSync(`${file}.refused`));
      });
    });

    it(`is sent to ${name} again once the hash beside the file is removed`, async () => {
      await atPlatform(start, async (platform) => {
        const file = fileWith(ENDED);
        for (let run = 1; run <= 2; run++) {
          const { status } = await runCommand(['token', '--refresh-token-file', file], envOfServer(platform));
          assert.deepEqual([status, timesAsked(platform, endpoint)], [1, run]);
          rmSync(`${file}.refused`);
        }
      });
    });

    it(`is followed by the password at ${name}, also where it was rejected before`, async () => {
      await atPlatform(start, async (platform) => {
        const file = fileWith(ENDED);
        const env = envOfServer(platform);
        await runCommand(['token', '--refresh-token-file', file], env);
        const before = timesAsked(platform, endpoint);
        const { status, stderr } = await runCommand(['refresh', '--refresh-token-file', file], { ...env, ...password });
        assert.equal(status, 0, stderr);
        assert.equal(timesAsked(platform, endpoint), before + 1);
        assert.notEqual(readFileSync(file, 'utf8'), ENDED);
        assert.deepEqual(readdirSync(dirname(file)), ['token']);
      });
    });
  }

  it('is known beside the file that a link leads to', { skip: noModes }, async () => {
    await atPlatform(provider(), async (platform) => {
      const file = fileWith(ENDED);
      const link = join(mkdtempSync(join(root, 'link-')), 'link');
      symlinkSync(file, link);
      const env = envOf(platform, { DEX_CLIENT_ID: PUBLIC_CLIENT });
      for (const path of [link, file, link]) await runCommand(['token', '--refresh-token-file', path], env);
      assert.equal(formsSent(platform).length, 1);
    });
  });

  it('is sent for another client, to which it may belong', async () => {
    await atPlatform(provider({ provider: { refreshToken: GOOD } }), async (platform) => {
      const file = fileWith(ENDED);
      const clients: Env[] = [{ DEX_CLIENT_ID: PUBLIC_CLIENT }, { DEX_CLIENT_SECRET: USUAL.clientSecret }];
      for (const client of clients) await runCommand(['token', '--refresh-token-file', file], envOf(platform, client));
      assert.equal(formsSent(platform).length, 2);
    });
  });

  const OTHERS: [what: string, options: StartOptions][] = [
    ['status 500', answers(500, 'server_error', 'x')],
    ['a rejected client', answers(401, 'invalid_client', 'x')],
    ['status 429', answers(429, 'slow_down', 'x')],
  ];
  for (const [what, options] of OTHERS)
    it(`is not what ${what} says of it: the next run sends it`, async () => {
      await atPlatform(provider(options), async (platform) => {
        const file = fileWith(GOOD);
        const env = envOf(platform, { DEX_CLIENT_ID: PUBLIC_CLIENT });
        for (let run = 0; run < 2; run++) await runCommand(['token', '--refresh-token-file', file], env);
        assert.equal(formsSent(platform).length, 2);
        assert.deepEqual(readdirSync(dirname(file)), ['token']);
      });
    });
});
