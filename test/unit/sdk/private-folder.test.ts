// The folder for the SDK is one that nobody else can write to or replace, before the login and at each write.

import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { UsageError } from '../../../src/errors/errors.js';
import { makePrivateFolder, openPrivateFolder, requireSafeParent } from '../../../src/sdk/private-folder.js';

const root = mkdtempSync(join(tmpdir(), 'mlflow-auth-private-'));
after(() => rmSync(root, { recursive: true }));

const skip = process.platform === 'win32' && 'Windows has no such modes';
const needsRoot = process.geteuid?.() === 0 ? false : 'only the superuser can give files away';
const OTHER = 65534;

/** A new folder with a mode. */
function folder(mode: number, parent = root): string {
  const path = mkdtempSync(join(parent, 'f-'));
  chmodSync(path, mode);
  return path;
}

function given(path: string): string {
  chownSync(path, OTHER, OTHER);
  return path;
}

const refused = (path: string, why: RegExp) =>
  assert.throws(
    () => openPrivateFolder(path),
    (error: Error) => error instanceof UsageError && why.test(error.message),
    path,
  );

describe('a private folder', { skip }, () => {
  it('is made with its missing parents, each with mode 0700, whatever the umask is', () => {
    const before = process.umask(0);
    try {
      const path = join(folder(0o755), 'a', 'b', 'c');
      openPrivateFolder(path);
      for (const one of [path, join(path, '..'), join(path, '..', '..')])
        assert.equal(statSync(one).mode & 0o7777, 0o700);
    } finally {
      process.umask(before);
    }
  });

  it('is discarded with the parents that were made for it, if nothing is in it, and never if it was there', () => {
    const parent = folder(0o755);
    openPrivateFolder(join(parent, 'a', 'b')).discard();
    assert.deepEqual(readdirSync(parent), []);
    const used = openPrivateFolder(join(parent, 'a', 'b'));
    writeFileSync(join(used.path, 'x'), '');
    used.discard();
    openPrivateFolder(parent).discard();
    assert.ok(existsSync(join(parent, 'a', 'b', 'x')));
  });

  it('is refused where others may write, to it or to any parent without the sticky bit, also by a link', () => {
    for (const mode of [0o777, 0o707, 0o1777, 0o722]) refused(folder(mode), /others may write to/);
    const open = folder(0o777);
    const inside = [join(open, 'new'), join(open, 'a', 'b'), folder(0o700, open), folder(0o700, folder(0o700, open))];
    for (const path of inside) refused(path, /others may write to .* and replace its content/);
    const link = join(root, 'link');
    symlinkSync(inside[2] as string, link);
    refused(link, /others may write to/);
    refused(join(link, 'new'), /others may write to/);
    assert.deepEqual(
      readdirSync(open).filter((name) => !name.startsWith('f-')),
      [],
      'nothing is made there',
    );
  });

  it("is taken within a folder with the sticky bit, and behind links of one's own", () => {
    const sticky = folder(0o1777);
    openPrivateFolder(join(sticky, 'new'));
    const link = join(sticky, 'link');
    symlinkSync('new', link);
    symlinkSync(join('..', link), join(folder(0o700, sticky), 'there'));
    assert.equal(openPrivateFolder(link).path, link);
    openPrivateFolder(join(link, 'deeper'));
    assert.ok(existsSync(join(sticky, 'new', 'deeper')));
  });

  it("is refused where it, a parent or a link on the way is another user's", { skip: needsRoot }, () => {
    const sticky = folder(0o1777);
    refused(given(folder(0o700)), /belongs to another user/);
    refused(join(given(folder(0o755)), 'new'), /belongs to another user/);
    refused(join(given(folder(0o1777)), 'new'), /belongs to another user/);
    const mine = folder(0o700);
    const link = join(sticky, 'theirs');
    symlinkSync(mine, link);
    lchownSync(link, OTHER, OTHER);
    refused(link, /is a symbolic link of another user/);
    refused(join(link, 'new'), /is a symbolic link of another user/);
    const own = join(sticky, 'own');
    symlinkSync(link, own);
    refused(own, /is a symbolic link of another user/);
  });

  it("of a runner is taken within the runner's folders", { skip: needsRoot }, () => {
    const temp = given(folder(0o755));
    process.env.RUNNER_TEMP = temp;
    try {
      openPrivateFolder(join(temp, 'new'));
    } finally {
      delete process.env.RUNNER_TEMP;
    }
  });

  it(`is refused with "${delimiter}" in its path, the separator of PYTHONPATH`, () => {
    refused(join(root, `a${delimiter}b`), /contains ".", the separator of PYTHONPATH/);
    assert.throws(() => requireSafeParent(join(root, `a${delimiter}b`), 'TMPDIR'), /^UsageError|TMPDIR: /);
    assert.deepEqual(
      readdirSync(root).filter((name) => name.includes(delimiter)),
      [],
    );
  });

  it('is refused where it is a file, or links form a loop', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    refused(file, /is not a directory/);
    refused(join(file, 'new'), /is not a directory/);
    symlinkSync('circle', join(root, 'circle'));
    refused(join(root, 'circle'), /circle/);
  });

  it('takes nothing more once it was replaced, or its owner or mode has changed', () => {
    const CHANGES: Record<string, (path: string) => void> = {
      replaced: (path) => {
        renameSync(path, `${path}.old`);
        mkdirSync(path, { mode: 0o700 });
      },
      'replaced by a link': (path) => {
        renameSync(path, `${path}.old`);
        symlinkSync(`${path}.old`, path);
      },
      opened: (path) => chmodSync(path, 0o777),
      'changed in mode': (path) => chmodSync(path, 0o755),
      removed: (path) => rmSync(path, { recursive: true }),
      'within an opened parent': (path) => chmodSync(join(path, '..'), 0o777),
      ...(needsRoot ? {} : { 'given away': (path: string) => void given(path) }),
    };
    for (const [name, change] of Object.entries(CHANGES)) {
      const private_ = openPrivateFolder(join(folder(0o755), 'dir'));
      private_.write('a', 'text');
      change(private_.path);
      assert.throws(() => private_.write('b', 'secret'), name);
      assert.ok(!existsSync(join(private_.path, 'b')), name);
    }
  });

  it('of one run is made within a safe one alone', () => {
    const made = makePrivateFolder(folder(0o1777), 'TMPDIR');
    assert.equal(statSync(made.path).mode & 0o7777, 0o700);
    const open = folder(0o777);
    assert.throws(() => makePrivateFolder(open, 'TMPDIR'), /TMPDIR: others may write to/);
    assert.deepEqual(readdirSync(open), []);
  });
});
