// The command refresh, and refresh tokens given to the other commands and to the action: each is spent, and the next one kept.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { UsageError } from '../../src/errors/errors.js';
import { refreshTokenWriter } from '../../src/renewal/refresh-token-file.js';
import { BUNDLE, goodEnv, goodInputs, runAction, runCommand, runProgram, timesAsked } from '../support/program.js';
import { at, FULL_DISK, grants, root, SYSTEM } from '../support/renewing.js';

describe('refresh', () => {
  it('makes the first refresh token by a login, then uses and replaces it, again and again', async () => {
    await at({}, async (platform) => {
      const file = join(root, 'token');
      const env = goodEnv(platform);
      const tokens = new Set<string>();
      for (let run = 0; run < 4; run++) {
        const { status, stdout, stderr } = await runCommand(['refresh', '--refresh-token-file', file], env);
        assert.equal(status, 0, stderr);
        assert.match(stdout, /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
        tokens.add(readFileSync(file, 'utf8'));
      }
      assert.equal(tokens.size, 4);
      assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 3]);
      if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    });
  });

  it('needs no password, and asks for a place for the new refresh token', async () => {
    await at({}, async (platform) => {
      const file = join(root, 'no-password');
      await runCommand(['refresh', '--refresh-token-file', file], goodEnv(platform));
      const { MLFLOW_PASSWORD: _, MLFLOW_USERNAME: __, ...env } = goodEnv(platform);
      assert.equal((await runCommand(['refresh', '--refresh-token-file', file], env)).status, 0);
      const { status, stderr } = await runCommand(['refresh', '--refresh-token', readFileSync(file, 'utf8')], env);
      assert.equal(status, 2);
      assert.match(stderr, /set --refresh-token-file, which stores the new one, or --format json, which prints it/);
      const { stdout } = await runCommand(['refresh', '--format', 'json'], {
        ...env,
        DEX_REFRESH_TOKEN: readFileSync(file, 'utf8'),
      });
      assert.deepEqual(Object.keys(JSON.parse(stdout)), ['id_token', 'refresh_token']);
    });
  });

  for (const error of ['invalid_request', 'invalid_grant']) {
    it(`that is refused with ${error} logs in where it can, and says why where it cannot`, async () => {
      const canned = {
        token: {
          status: 400,
          body: { error, error_description: 'Refresh token is invalid or has already been claimed by another client.' },
          times: 1,
        },
      };
      for (const password of [true, false]) {
        await at({ canned }, async (platform) => {
          const { MLFLOW_PASSWORD: _, ...env } = goodEnv(platform);
          const given = { ...(password ? goodEnv(platform) : env), DEX_REFRESH_TOKEN: 'refresh-token-of-before' };
          const { status, stderr } = await runCommand(['token'], given);
          assert.deepEqual([status, timesAsked(platform, 'POST login')], password ? [0, 1] : [1, 0], stderr);
          assert.match(stderr, password ? /: logging in/ : /Got: .*Refresh token is invalid.*\n.*account of its own/);
        });
      }
    });
  }

  it('that meets a server error is tried once more', async () => {
    await at({ canned: { token: { status: 500, body: { error: 'server_error' }, times: 1 } } }, async (platform) => {
      const { stderr } = await runCommand(['token'], {
        ...goodEnv(platform),
        DEX_REFRESH_TOKEN: 'refresh-token-of-before',
      });
      assert.match(stderr, /500 server_error: retrying/);
      assert.equal(grants(platform), 2);
    });
  });

  it('in the action hands back the new refresh token, masked, and only when one was given', async () => {
    await at({ reusesRefreshTokens: true }, async (platform) => {
      const plain = await runAction(goodInputs(platform));
      assert.doesNotMatch(plain.files.GITHUB_OUTPUT ?? '', /refresh-token/);
      const first = await runCommand(['refresh', '--format', 'json'], goodEnv(platform));
      const { refresh_token } = JSON.parse(first.stdout);
      const { stdout, files } = await runAction({ ...goodInputs(platform), 'refresh-token': refresh_token });
      const handed = /^refresh-token<<.*\n(.*)$/m.exec(files.GITHUB_OUTPUT ?? '')?.[1] ?? assert.fail(stdout);
      assert.notEqual(handed, refresh_token);
      assert.match(stdout, new RegExp(`^::add-mask::${handed}$`, 'm'));
      assert.doesNotMatch(files.GITHUB_ENV ?? '', /refresh/i);
    });
  });

  it('asks for offline_access only when it is to renew, which needs a folder', async () => {
    await at({}, async (platform) => {
      const { stderr } = await runCommand(['token', '--renew'], goodEnv(platform));
      assert.match(stderr, /^! renew has no effect .* use env --dir, or exec$/m);
      await runCommand(['env', '--renew', '--dir', join(root, 'offline')], goodEnv(platform));
      const scopes = platform.asked
        .filter(({ endpoint }) => endpoint === 'GET authorize')
        .map(({ request }) => request.url.searchParams.get('scope'));
      assert.deepEqual(scopes, ['openid email groups', 'openid email groups offline_access']);
    });
  });
});

describe('a refresh token that is given', () => {
  /** A file with a refresh token in it, and an environment without a password. */
  async function given(platform: Parameters<typeof goodEnv>[0], name: string) {
    const file = join(root, name);
    await runCommand(['refresh', '--refresh-token-file', file], goodEnv(platform));
    const { MLFLOW_PASSWORD: _, MLFLOW_USERNAME: __, ...env } = goodEnv(platform);
    return { file, env };
  }

  for (const [command, ...more] of [
    ['token'],
    ['env', '--dir', join(root, 'sdk')],
    ['exec', '--', process.execPath, '-v'],
  ]) {
    it(`in a file is replaced there by ${command} too`, async () => {
      await at({}, async (platform) => {
        const { file, env } = await given(platform, `for-${command}`);
        const tokens = new Set([readFileSync(file, 'utf8')]);
        for (let run = 0; run < 2; run++) {
          const args = [command ?? '', '--refresh-token-file', file, ...more];
          const { status, stderr } = await runCommand(args, env);
          assert.equal(status, 0, stderr);
          tokens.add(readFileSync(file, 'utf8'));
        }
        assert.deepEqual([tokens.size, timesAsked(platform, 'POST login')], [3, 1]);
      });
    });
  }

  it('in a variable is used, with a warning', async () => {
    await at({}, async (platform) => {
      const { file, env } = await given(platform, 'for-variable');
      const { status, stderr } = await runCommand(['token'], { ...env, DEX_REFRESH_TOKEN: readFileSync(file, 'utf8') });
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^! this login uses the refresh token, and the new one is not stored/m);
      const scopes = () => platform.asked.flatMap(({ request }) => request.url.searchParams.getAll('scope'));
      const before = scopes().length;
      // It is refused by now; the login in its place must not end the refresh token of another job.
      const again = { ...goodEnv(platform), DEX_REFRESH_TOKEN: readFileSync(file, 'utf8') };
      assert.equal((await runCommand(['token'], again)).status, 0);
      assert.deepEqual(scopes().slice(before), ['openid email groups']);
    });
  });

  it('is not used by refresh where the next one cannot be written, and is by others, with a warning', {
    skip: process.platform === 'win32' && 'Windows has no ulimit',
  }, async () => {
    await at({}, async (platform) => {
      const { file, env } = await given(platform, 'for-full-disk');
      const before = platform.asked.length;
      const run = (command: string) => {
        const args = [process.execPath, BUNDLE, command, '--refresh-token-file', file];
        return runProgram('sh', [...FULL_DISK, ...args], { ...SYSTEM, ...env });
      };
      const { status, stderr } = await run('refresh');
      assert.deepEqual([status, platform.asked.length], [2, before], stderr);
      assert.match(stderr, /^refresh-token-file: .* cannot be written: .*(EFBIG|ENOSPC)/);
      assert.equal((await runCommand(['refresh', '--refresh-token-file', file], env)).status, 0);
      const other = await run('token');
      assert.equal(other.status, 0, other.stderr);
      assert.match(
        other.stderr,
        /^! refresh-token-file: .* cannot be written: [\s\S]*^! this login uses the refresh token/m,
      );
    });
  });

  it('is written through a link, which stays one', () => {
    const [folder, link] = [join(root, 'mount'), join(root, 'link')];
    mkdirSync(folder);
    writeFileSync(join(folder, 'token'), 'old');
    symlinkSync(join(folder, 'token'), link);
    refreshTokenWriter(link)('next');
    assert.deepEqual([readFileSync(link, 'utf8'), readlinkSync(link)], ['next', join(folder, 'token')]);
  });

  it('with env --renew is in the folder, and never lost before it is there', async () => {
    await at({ canned: { userinfo: { status: 503, body: '', times: 1 } } }, async (platform) => {
      const file = join(root, 'for-renew');
      await runCommand(['refresh', '--no-verify', '--refresh-token-file', file], goodEnv(platform));
      const { MLFLOW_PASSWORD: _, MLFLOW_USERNAME: __, ...env } = goodEnv(platform);
      const dir = join(root, 'renews');
      const args = ['env', '--renew', '--dir', dir, '--refresh-token-file', file];
      assert.equal((await runCommand(args, env)).status, 1);
      const { status, stderr } = await runCommand(args, env);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^! renewals use the refresh token from now on: do not use it elsewhere$/m);
      const { settings } = JSON.parse(readFileSync(join(dir, 'renewal.json'), 'utf8'));
      assert.equal(settings.refreshToken, readFileSync(file, 'utf8'));
    });
  });

  it('in addition to another one in a file leaves that file alone', async () => {
    await at({ refreshToken: 'refresh-token-1' }, async (platform) => {
      const file = join(root, 'another');
      writeFileSync(file, 'another refresh token');
      const args = ['token', '--refresh-token', 'refresh-token-1', '--refresh-token-file', file];
      assert.equal((await runCommand(args, goodEnv(platform))).status, 0);
      assert.equal(readFileSync(file, 'utf8'), 'another refresh token');
    });
  });

  it('is kept next to its file when that cannot be written after all', () => {
    const file = join(root, 'moved');
    const keep = refreshTokenWriter(file);
    // Something can be written beside it, and nothing can be moved over it.
    mkdirSync(join(file, 'x'), { recursive: true });
    assert.throws(
      () => keep('next'),
      (error: Error) =>
        !(error instanceof UsageError) &&
        /cannot be written; its new content is kept in .*: the next run uses the new one/.test(error.message),
    );
  });

  it('to the action comes back as the next one, also after a login in its place or a proof that fails', async () => {
    const handed = ({ files }: Awaited<ReturnType<typeof runAction>>) =>
      /^refresh-token<<.*\n(.*)$/m.exec(files.GITHUB_OUTPUT ?? '')?.[1];
    await at({}, async (platform) => {
      const refused = await runAction({ ...goodInputs(platform), 'refresh-token': 'refresh-token-of-before' });
      assert.equal(refused.status, 0, refused.stdout);
      const token = handed(refused) ?? assert.fail(refused.stdout);
      const next = await runAction({ ...goodInputs(platform), password: '', username: '', 'refresh-token': token });
      assert.equal(next.status, 0, next.stdout);
      assert.notEqual(handed(next), token);
      const renewed = await runAction({ ...goodInputs(platform), 'refresh-token': handed(next) ?? '', renew: 'true' });
      assert.deepEqual([renewed.status, handed(renewed)], [0, undefined], 'the renewals spend it');
    });
    await at({ givesRefreshTokens: false, refreshToken: 'refresh-token-1' }, async (platform) => {
      const same = await runAction({ ...goodInputs(platform), 'refresh-token': 'refresh-token-1' });
      assert.deepEqual(
        [same.status, handed(same)],
        [0, 'refresh-token-1'],
        'where none is sent, the old one stays good',
      );
    });
    for (const renew of ['false', 'true'])
      await at(
        { refreshToken: 'refresh-token-1', canned: { userinfo: { status: 401, body: '' } } },
        async (platform) => {
          const failed = await runAction({ ...goodInputs(platform), 'refresh-token': 'refresh-token-1', renew });
          assert.equal(failed.status, 1);
          assert.match(handed(failed) ?? '', /^refresh-token-/);
          assert.deepEqual([failed.files.GITHUB_ENV, grants(platform)], ['', 1]);
          assert.doesNotMatch(failed.files.GITHUB_OUTPUT ?? '', /MLFLOW/);
        },
      );
  });
});
