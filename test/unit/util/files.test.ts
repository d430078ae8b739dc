// Files that are written as a whole: what stays, and what an error names, where that fails.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { errorMessage } from '../../../src/errors/errors.js';
import { KeptError, leftoversOf, removeWithLeftovers, requireWritable, writeWhole } from '../../../src/util/files.js';

const root = mkdtempSync(join(tmpdir(), 'mlflow-auth-files-'));
after(() => rmSync(root, { recursive: true }));

const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const folder = () => mkdtempSync(join(root, 'f-'));

const failsWith = (code: string) => (from: string, to: string) => {
  throw Object.assign(new Error(`${code}: rename '${from}' -> '${to}'`), { code });
};

describe('a file that is written as a whole', () => {
  for (const code of ['EIO', 'ESTALE', 'EXDEV', 'EACCES', 'EBUSY', 'EPERM']) {
    it(`stays next to its place, and the error names it, where it is precious and moving it fails with ${code}`, () => {
      const dir = folder();
      const path = join(dir, 'token');
      writeFileSync(path, 'old');
      let kept = '';
      assert.throws(
        () => writeWhole(path, 'next', { precious: true, place: failsWith(code) }),
        (error) => {
          kept = readdirSync(dir).find((name) => name !== 'token') ?? assert.fail('it is gone');
          assert.ok(error instanceof KeptError);
          assert.ok(errorMessage(error).includes(join(dir, kept)) && errorMessage(error).includes(code));
          return true;
        },
      );
      assert.deepEqual([readFileSync(path, 'utf8'), readFileSync(join(dir, kept), 'utf8')], ['old', 'next']);
      assert.deepEqual(leftoversOf(path), [join(dir, kept)]);
    });
  }

  it('leaves nothing next to its place where it is not precious', () => {
    const dir = folder();
    assert.throws(() => writeWhole(join(dir, 'a'), 'text', { place: failsWith('EIO') }), /EIO/);
    assert.deepEqual(readdirSync(dir), []);
  });

  it('that cannot be written at all is named by the error', () => {
    const path = join(root, 'no', 'such', 'folder');
    for (const write of [() => writeWhole(path, 'text'), () => requireWritable(path)])
      assert.throws(write, (error) => errorMessage(error).startsWith(`${path} cannot be written: ENOENT`));
  });

  it('is removed with what was left of it, finished or not, and nothing else is', () => {
    const dir = folder();
    const others = ['a.json.bak', `b.json.${UUID}`, `a.json.${UUID}.txt`, 'a.jsonx'];
    for (const name of ['a.json', `a.json.${UUID}`, `a.json.${UUID}.probe`, ...others])
      writeFileSync(join(dir, name), '');
    mkdirSync(join(dir, 'c'));
    assert.equal(removeWithLeftovers(join(dir, 'a.json')), true);
    assert.deepEqual(readdirSync(dir).sort(), [...others, 'c'].sort());
    assert.equal(removeWithLeftovers(join(dir, 'a.json')), false);
    assert.ok(existsSync(dir));
  });
});
