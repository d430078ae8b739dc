// When a tag may become a release, and what its notes are.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import packageJson from '../../../package.json' with { type: 'json' };
import { slugOf } from '../../../scripts/address.js';
import { checksumLine, releaseNotes, sections } from '../../../scripts/release.js';

const CHANGELOG = `# Changelog

## [1.1.0] - 2026-12-01

### Added

- One thing.

## [1.0.0] - 2026-11-26

- The first.
`;

describe('a release', () => {
  it('has the notes of its version, and of no other', () => {
    assert.equal(releaseNotes('v1.1.0', '1.1.0', CHANGELOG), '### Added\n\n- One thing.');
  });

  const REFUSED: [what: string, tag: string, version: string, changelog: string, message: RegExp][] = [
    ['a tag without three numbers', 'v1', '1.1.0', CHANGELOG, /invalid tag v1/],
    ['a tag without v', '1.1.0', '1.1.0', CHANGELOG, /invalid tag 1\.1\.0/],
    ['a tag before the version is raised', 'v1.1.0', '1.0.0', CHANGELOG, /package\.json 1\.0\.0/],
    ['an older version', 'v1.0.0', '1.0.0', CHANGELOG, /begins with 1\.1\.0, not 1\.0\.0/],
    [
      'changes without a version',
      'v1.1.0',
      '1.1.0',
      CHANGELOG.replace('## [1', '## [Unreleased]\n\n## [1'),
      /Unreleased/,
    ],
    ['a version without a date', 'v1.1.0', '1.1.0', CHANGELOG.replace(' - 2026-12-01', ''), /no date/],
    ['a version without notes', 'v1.1.0', '1.1.0', '## [1.1.0] - 2026-12-01\n', /says nothing/],
    ['no changelog', 'v1.1.0', '1.1.0', '', /begins with nothing/],
  ];
  for (const [what, tag, version, changelog, message] of REFUSED) {
    it(`is refused for ${what}`, () => assert.throws(() => releaseNotes(tag, version, changelog), message));
  }

  it('has checksums in the form of sha256sum', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    assert.equal(checksumLine('index.js', new Uint8Array()), `${empty}  index.js\n`);
  });

  it('is in the changelog as the version of package.json, below what is unreleased', () => {
    const released = sections(readFileSync('CHANGELOG.md', 'utf8')).filter(({ name }) => name !== 'Unreleased');
    assert.equal(released[0]?.name, packageJson.version);
    for (const { name, date } of released) assert.ok(date, name);
  });
});

describe('the address of the repository', () => {
  for (const url of ['git+https://github.com/a/b.git', 'https://github.com/a/b#readme', 'git@github.com/a/b.git'])
    it(`is read from ${url}`, () => assert.equal(slugOf(url), 'a/b'));
  it('must be one of GitHub', () => assert.throws(() => slugOf('https://example.com/a/b'), /invalid repository/));
});
