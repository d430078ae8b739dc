// What a release is made of. Workflows run it as it stands, by `node scripts/release.ts`, so it imports nothing else.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What the package holds: no more, no less. */
export const PACKED = [
  ...['CHANGELOG.md', 'LICENSE', 'README.md', 'action.yml'],
  ...['dist/index.js', 'dist/licenses.txt', 'dist/package.json', 'package.json'],
];

/** One version of a changelog in the form of Keep a Changelog. */
interface Section {
  /** Version, or `Unreleased`. */
  name: string;
  date: string | undefined;
  notes: string;
}

/** The sections of a changelog, newest first. */
export function sections(changelog: string): Section[] {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((text) => {
      const [, name = '', date] = /^\[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$/m.exec(text) ?? [];
      return { name, date, notes: text.slice(text.indexOf('\n')).trim() };
    });
}

/**
 * @param version of package.json
 * @returns the notes of the version
 * @throws Error if the tag, package.json and the newest section of the changelog differ, or notes or a date are missing
 */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (!/^v\d+\.\d+\.\d+$/.test(tag)) throw new Error(`invalid tag ${tag}: expected v1.2.3`);
  if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, the version in package.json ${version}`);
  const [newest] = sections(changelog);
  if (newest?.name !== version) throw new Error(`CHANGELOG begins with ${newest?.name ?? 'nothing'}, not ${version}`);
  if (!newest.date) throw new Error(`CHANGELOG has no date for ${version}: expected "## [${version}] - YYYY-MM-DD"`);
  if (!newest.notes) throw new Error(`CHANGELOG says nothing about ${version}`);
  return newest.notes;
}

/** A line of SHA256SUMS, as `sha256sum --check` reads it. */
export function checksumLine(name: string, content: Uint8Array): string {
  return `${createHash('sha256').update(content).digest('hex')}  ${name}\n`;
}

/**
 * Writes what a release shows: the single file, the package, their checksums, and the notes.
 * @returns the path of the package
 * @throws Error if the tag does not fit, or the package holds anything but `PACKED`
 */
export function writeAssets(tag: string, folder: string): string {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const notes = releaseNotes(tag, version, readFileSync('CHANGELOG.md', 'utf8'));
  mkdirSync(folder, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { encoding: 'utf8' });
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  const names = files.map(({ path }) => path).sort();
  if (names.join() !== [...PACKED].sort().join()) throw new Error(`the package holds ${names.join(', ')}`);
  copyFileSync('dist/index.js', join(folder, 'index.js'));
  const sums = ['index.js', filename].map((name) => checksumLine(name, readFileSync(join(folder, name))));
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  writeFileSync(join(folder, 'NOTES.md'), `${notes}\n`);
  return join(folder, filename);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , tag = '', folder] = process.argv;
  if (!folder) throw new Error('usage: node scripts/release.ts TAG FOLDER');
  console.log(writeAssets(tag, folder));
}
