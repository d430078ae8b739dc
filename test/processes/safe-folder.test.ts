// The folder for the SDK through the built program: others can neither prepare it nor take it over, and nothing half-written stays.

import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'node:test';
import type { StartOptions } from '../support/fake/platform.js';
import { BUNDLE, goodEnv, goodInputs, runAction, runCommand, runProgram } from '../support/program.js';
import { at, root, SYSTEM } from '../support/renewing.js';
import { noModes } from '../support/rights.js';

const OTHER = 65534;
const superuser = process.getuid?.() === 0;

/** Every file below a folder. */
const filesIn = (dir: string) =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => !statSync(join(dir, name)).isDirectory());

/** Runs something once, at the request with which the password is sent. */
function during(work: () => void): StartOptions {
  let done = false;
  return {
    before: (endpoint) => {
      if (endpoint !== 'login' || done) return;
      done = true;
      work();
    },
  };
}

describe('the folder for the SDK', { skip: noModes }, () => {
  const CALLERS: Record<
    string,
    (dir: string, platform: Parameters<typeof goodEnv>[0]) => ReturnType<typeof runCommand>
  > = {
    env: (dir, platform) => runCommand(['env', '--dir', dir, '--renew'], goodEnv(platform)),
    exec: (dir, platform) => runCommand(['exec', '--dir', dir, '--', process.execPath, '-v'], goodEnv(platform)),
    action: (dir, platform) => runAction({ ...goodInputs(platform), dir }),
  };

  for (const [name, run] of Object.entries(CALLERS)) {
    it(`is there before ${name} sends the password, with mode 0700, and gone again where the login fails`, async () => {
      const parent = mkdtempSync(join(root, 'early-'));
      const dir = join(parent, 'a', 'b');
      const modes: number[] = [];
      const look = during(() => modes.push(...[dir, join(dir, '..')].map((path) => statSync(path).mode & 0o7777)));
      await at(look, async (platform) => {
        const { status, stdout, stderr } = await run(dir, platform);
        assert.equal(status, 0, stderr + stdout);
      });
      assert.deepEqual(modes, [0o700, 0o700]);
      await at({ password: 'another' }, async (platform) => {
        const failed = join(parent, 'failed');
        assert.equal((await run(failed, platform)).status, 1);
        assert.ok(name === 'action' || !existsSync(failed));
      });
    });

    it(`that is taken over while ${name} logs in gets no file, and nothing is handed over`, async () => {
      const TAKEOVERS: ((dir: string) => void)[] = [
        (dir) => {
          renameSync(dir, `${dir}.old`);
          mkdirSync(dir);
          chmodSync(dir, 0o777);
        },
        (dir) => {
          renameSync(dir, `${dir}.old`);
          mkdirSync(`${dir}.new`, { mode: 0o700 });
          symlinkSync(`${dir}.new`, dir);
        },
        (dir) => chmodSync(dir, 0o777),
      ];
      for (const takeOver of TAKEOVERS) {
        const parent = mkdtempSync(join(root, 'taken-'));
        const dir = join(parent, 'dir');
        await at(
          during(() => takeOver(dir)),
          async (platform) => {
            const { status, stdout, stderr } = await run(dir, platform);
            // exec has its own folder within: what counts for it is the way there.
            if (name === 'exec' && status === 0) return;
            assert.equal(status, 1, stdout + stderr);
            assert.doesNotMatch(stdout, /MLFLOW_TRACKING_TOKEN=/);
            assert.deepEqual(
              filesIn(parent).filter((file) => !file.endsWith('mlflow-auth.id')),
              [],
            );
          },
        );
      }
    });

    it(`is refused by ${name} before any request where others may replace it`, async () => {
      const open = mkdtempSync(join(root, 'open-'));
      chmodSync(open, 0o777);
      mkdirSync(join(open, 'mine'), { mode: 0o700 });
      const nowhere = join(root, `nowhere-${name}`);
      symlinkSync('/no/such/folder', nowhere);
      const bad = [
        open,
        join(open, 'new'),
        join(open, 'mine'),
        join(open, 'mine', 'new'),
        join(root, `a${delimiter}b`),
        nowhere,
        join(nowhere, 'new'),
      ];
      if (superuser) {
        const link = join(root, `theirs-${name}`);
        symlinkSync(mkdtempSync(join(root, 'target-')), link);
        lchownSync(link, OTHER, OTHER);
        bad.push(link, join(link, 'new'));
      }
      await at({}, async (platform) => {
        for (const dir of bad) {
          const { status, stdout, stderr } = await run(dir, platform);
          assert.equal(status, name === 'action' ? 1 : 2, dir);
          assert.match(stdout + stderr, /dir: /);
        }
        assert.equal(platform.asked.length, 0);
      });
      assert.deepEqual(readdirSync(open), ['mine']);
    });
  }

  it('of exec is not made in a TMPDIR where others may replace it', async () => {
    const open = mkdtempSync(join(root, 'tmpdir-'));
    chmodSync(open, 0o777);
    mkdirSync(join(open, 'mine'), { mode: 0o700 });
    const colon = mkdtempSync(join(root, `colon${delimiter}-`));
    await at({}, async (platform) => {
      for (const TMPDIR of [open, join(open, 'mine'), colon]) {
        const env = { ...goodEnv(platform), TMPDIR };
        const { status, stderr } = await runCommand(['exec', '--', process.execPath, '-v'], env);
        assert.equal(status, 2, stderr);
        assert.match(stderr, /^TMPDIR: /);
      }
      assert.equal(platform.asked.length, 0);
    });
    assert.deepEqual(readdirSync(open), ['mine']);
  });

  it('on a full disk holds nothing half-written, whatever file the disk ends at, and the error names that file', async () => {
    await at({}, async (platform) => {
      const named = new Set<string>();
      // In blocks of 512 bytes, up to what all of it needs.
      for (const blocks of [0, 4, 12, 40, 100, 200]) {
        const parent = mkdtempSync(join(root, 'full-'));
        const command = [process.execPath, BUNDLE, 'env', '--renew', '--dir', join(parent, 'dir')];
        const { status, stdout, stderr } = await runProgram(
          'sh',
          ['-c', `trap "" XFSZ; ulimit -f ${blocks}; exec "$@"`, 'sh', ...command],
          { ...SYSTEM, ...goodEnv(platform) },
        );
        assert.deepEqual([status, stdout], [1, ''], stderr);
        const file = /(\S*full-\S*) cannot be written: EFBIG/.exec(stderr)?.[1] ?? assert.fail(stderr);
        named.add(file.slice(parent.length));
        assert.deepEqual(
          filesIn(parent).filter((name) => /credential|renewal|\.[0-9a-f]{8}-/.test(name)),
          [],
        );
      }
      assert.ok(named.size > 1, `it ended at ${[...named]} alone`);
    });
  });
});

describe('the hand-over of the action', { skip: process.platform === 'win32' && 'Windows has no /dev/full' }, () => {
  for (const [name, bad] of [
    ['GITHUB_ENV', '/dev/full'],
    ['GITHUB_OUTPUT', '/dev/full'],
    ['GITHUB_ENV', root],
  ] as const) {
    it(`with ${name} at ${bad === root ? 'a folder' : 'a full disk'} sets nothing, names it, and leaves no credential on disk`, async () => {
      await at({}, async (platform) => {
        const dir = mkdtempSync(join(root, 'mine-'));
        for (const inputs of [{}, { dir }] as Record<string, string>[]) {
          const { status, stdout, files } = await runAction({ ...goodInputs(platform), ...inputs }, { [name]: bad });
          assert.equal(status, 1, stdout);
          assert.match(stdout, new RegExp(`${name} .*cannot be written`));
          const { GITHUB_ENV = '', GITHUB_OUTPUT = '' } = files;
          assert.deepEqual([GITHUB_ENV, GITHUB_OUTPUT], ['', '']);
          assert.deepEqual(
            [...Object.keys(files), ...readdirSync(dir)].filter((file) => file.includes('credential')),
            [],
          );
        }
      });
    });
  }

  it('whose file is full in the middle takes back what it wrote', async () => {
    await at({}, async (platform) => {
      const file = join(root, 'GITHUB_ENV');
      writeFileSync(file, 'BEFORE=1\n');
      const { stdout, files } = await runAction(goodInputs(platform), {
        GITHUB_ENV: file,
        // The second variable finds no room.
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
          `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
           const append = fs.appendFileSync; let count = 0;
           fs.appendFileSync = (path, ...rest) => { if (path === ${JSON.stringify(file)} && ++count > 1) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }); return append(path, ...rest); };
           syncBuiltinESMExports();`,
        )}`,
      });
      assert.match(stdout, /GITHUB_ENV .*cannot be written: ENOSPC/);
      assert.deepEqual([readFileSync(file, 'utf8'), files.GITHUB_OUTPUT], ['BEFORE=1\n', '']);
    });
  });
});
