// The file of a refresh token through the built program: one use at a time, no token lost, and the file stays what it was.

import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { FakePlatform } from '../support/fake/platform.js';
import { BUNDLE, goodEnv, runCommand, runProgram, timesAsked } from '../support/program.js';
import { at, grants, root, SYSTEM } from '../support/renewing.js';
import { noModes } from '../support/rights.js';
import { sampled } from '../support/sample.js';

const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const superuser = process.getuid?.() === 0;

const newFile = () => join(mkdtempSync(join(root, 'file-')), 'token');

const refresh = (file: string, env: Record<string, string>) =>
  runCommand(['refresh', '--refresh-token-file', file], env);

function withoutPassword(platform: FakePlatform): Record<string, string> {
  const { MLFLOW_PASSWORD: _, MLFLOW_USERNAME: __, ...env } = goodEnv(platform);
  return env;
}

/** Logs in, so that the file holds a token that works. */
async function filled(platform: FakePlatform, file = newFile()): Promise<string> {
  const { status, stderr } = await refresh(file, goodEnv(platform));
  assert.equal(status, 0, stderr);
  return file;
}

describe('a refresh token in a file', () => {
  it('that many processes use at once is used by one at a time: one login, and no token is used twice', async () => {
    await at({}, async (platform) => {
      const file = newFile();
      const all = await Promise.all(Array.from({ length: 8 }, () => refresh(file, goodEnv(platform))));
      for (const { status, stderr } of all) assert.equal(status, 0, stderr);
      assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 7]);
      // The other commands use it too, without a password.
      const env = withoutPassword(platform);
      const others = [
        ['token'],
        ['env', '--dir', mkdtempSync(join(root, 'sdk-'))],
        ['exec', '--', process.execPath, '-v'],
        ['refresh'],
      ].map(([command = '', ...rest]) => runCommand([command, '--refresh-token-file', file, ...rest], env));
      for (const { status, stderr } of await Promise.all(others)) assert.equal(status, 0, stderr);
      assert.equal((await refresh(file, env)).status, 0);
      assert.deepEqual(readdirSync(dirname(file)), ['token']);
    });
  });

  it('keeps the mode of its file, and its owner and group', { skip: noModes }, async () => {
    await at({}, async (platform) => {
      const file = await filled(platform);
      for (const [mode, uid, gid] of [
        [0o640, 0, 65534],
        [0o600, 65534, 65534],
        [0o400, 0, 0],
        [0o664, 65534, 0],
      ] as const) {
        if (superuser) chownSync(file, uid, gid);
        chmodSync(file, mode);
        const { uid: owner, gid: group, mode: before } = statSync(file);
        const token = readFileSync(file, 'utf8');
        const { status, stderr } = await refresh(file, withoutPassword(platform));
        assert.equal(status, 0, stderr);
        const after = statSync(file);
        assert.deepEqual([after.uid, after.gid, after.mode], [owner, group, before]);
        assert.notEqual(readFileSync(file, 'utf8'), token);
        assert.deepEqual(readdirSync(dirname(file)), ['token']);
      }
    });
  });

  it('is replaced under all names of its file, whatever its length was', async () => {
    await at({ refreshToken: 'refresh-token-of-before-that-was-longer' }, async (platform) => {
      const file = newFile();
      const other = join(dirname(file), 'other-name');
      writeFileSync(file, 'refresh-token-of-before-that-was-longer\n', { mode: 0o600 });
      linkSync(file, other);
      for (let run = 0; run < 2; run++) {
        const { status, stderr } = await refresh(run === 0 ? file : other, withoutPassword(platform));
        assert.equal(status, 0, stderr);
        assert.match(readFileSync(file, 'utf8'), /^refresh-token-\d+$/);
        assert.equal(readFileSync(other, 'utf8'), readFileSync(file, 'utf8'));
      }
      assert.deepEqual(readdirSync(dirname(file)).sort(), ['other-name', 'token']);
    });
  });

  it('that a killed process had not put in its place yet is used by the next run', async () => {
    await at({}, async (platform) => {
      const file = await filled(platform);
      const old = readFileSync(file, 'utf8');
      assert.equal((await refresh(file, withoutPassword(platform))).status, 0);
      writeFileSync(`${file}.${UUID}`, readFileSync(file), { mode: 0o600 });
      writeFileSync(file, old);
      utimesSync(file, 1e9, 1e9);
      writeFileSync(`${file}.${UUID.replace('0', 'f')}`, '');
      const { status, stderr } = await refresh(file, withoutPassword(platform));
      assert.equal(status, 0, stderr);
      assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 2]);
      assert.deepEqual(readdirSync(dirname(file)), ['token']);
    });
  });

  it('that is older than what was written into its file since is removed', async () => {
    await at({}, async (platform) => {
      const file = await filled(platform);
      writeFileSync(`${file}.${UUID}`, 'an older one', { mode: 0o600 });
      utimesSync(`${file}.${UUID}`, 1e9, 1e9);
      assert.equal((await refresh(file, withoutPassword(platform))).status, 0);
      assert.deepEqual(readdirSync(dirname(file)), ['token']);
    });
  });

  for (const code of sampled(['EIO', 'ESTALE', 'EXDEV', 'EACCES'])) {
    it(`is kept where its file can be neither replaced nor written (${code}), which the error says, and used after that`, async () => {
      await at({}, async (platform) => {
        const file = await filled(platform);
        const fails = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
          const fail = (path) => { if (path === ${JSON.stringify(file)}) throw Object.assign(new Error('${code}: of the test'), { code: '${code}' }); };
          const { renameSync, openSync } = fs;
          fs.renameSync = (from, to) => { fail(to); return renameSync(from, to); };
          fs.openSync = (path, flags, ...rest) => { if (flags !== 'r') fail(path); return openSync(path, flags, ...rest); };
          syncBuiltinESMExports();`;
        const { status, stdout, stderr } = await refresh(file, {
          ...withoutPassword(platform),
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fails)}`,
        });
        assert.deepEqual([status, stdout], [1, ''], stderr);
        const kept = /its new content is kept in (\S+?):? /.exec(stderr)?.[1] ?? assert.fail(stderr);
        assert.match(stderr, new RegExp(code));
        assert.match(readFileSync(kept, 'utf8'), /^refresh-token-\d+$/);
        const again = await refresh(file, withoutPassword(platform));
        assert.equal(again.status, 0, again.stderr);
        assert.deepEqual(readdirSync(dirname(file)), ['token']);
      });
    });
  }

  it('in a mount of its own is written there', {
    skip: !(superuser && process.platform === 'linux') && 'needs mounts',
  }, async () => {
    await at({}, async (platform) => {
      const file = await filled(platform);
      const target = join(dirname(file), 'mounted');
      writeFileSync(target, '');
      const script =
        'mount --bind "$1" "$2" || exit 77; shift; file=$1; shift; "$@" --refresh-token-file "$file"; code=$?; umount "$file"; exit $code';
      const command = [
        'unshare',
        '--mount',
        'sh',
        '-c',
        script,
        'sh',
        file,
        target,
        process.execPath,
        BUNDLE,
        'refresh',
      ];
      const [program = '', ...args] = command;
      const before = readFileSync(file, 'utf8');
      const { status, stderr } = await runProgram(program, args, { ...SYSTEM, ...withoutPassword(platform) });
      if (status === 77 || /unshare/.test(stderr)) return;
      assert.equal(status, 0, stderr);
      assert.notEqual(readFileSync(file, 'utf8'), before);
    });
  });

  it('that cannot be locked is used by other commands all the same, and by refresh not at all', async () => {
    await at({}, async (platform) => {
      const file = await filled(platform);
      const token = readFileSync(file, 'utf8');
      const gone = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
        const { writeFileSync } = fs;
        fs.writeFileSync = (path, ...rest) => { if (String(path).endsWith('.lock')) throw Object.assign(new Error('EROFS: of the test'), { code: 'EROFS' }); return writeFileSync(path, ...rest); };
        syncBuiltinESMExports();`;
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(gone)}`;
      const refused = await refresh(file, { ...withoutPassword(platform), NODE_OPTIONS });
      assert.deepEqual([refused.status, grants(platform)], [2, 0], refused.stderr);
      assert.match(refused.stderr, /refresh-token-file: .* cannot be locked: EROFS/);
      assert.equal(readFileSync(file, 'utf8'), token);
      const used = await runCommand(['token', '--refresh-token-file', file], {
        ...withoutPassword(platform),
        NODE_OPTIONS,
      });
      assert.equal(used.status, 0, used.stderr);
    });
  });
});
