// Writes a ZIP archive of stored files, the form from which Python imports without zlib (PKWARE's APPNOTE.TXT, 4.3).

import { crc32 } from 'node:zlib';

/** Version 2.0, no flags, stored; 1980-01-01, the first date there is: the archive depends on its content alone. */
const COMMON = [20, 0, 0, 0, 0x21] as const;

/**
 * @param files names, with "/" between folders, and texts
 * @returns the archive
 */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)];
    const sizes = [longs(crc32(content), content.length, content.length), shorts(path.length, 0)];
    const local = Buffer.concat([longs(0x04034b50), shorts(...COMMON), ...sizes, path, content]);
    directory.push(longs(0x02014b50), shorts(20, ...COMMON), ...sizes, shorts(0, 0, 0), longs(0, offset), path);
    parts.push(local);
    offset += local.length;
  }
  const [central, count] = [Buffer.concat(directory), parts.length];
  const end = [longs(0x06054b50), shorts(0, 0, count, count), longs(central.length, offset), shorts(0)];
  return Buffer.concat([...parts, central, ...end]);
}

/** Unsigned integers of 2 bytes, the lowest byte first. */
const shorts = (...values: number[]) => Buffer.from(values.flatMap((one) => [one & 0xff, one >>> 8]));

/** Unsigned integers of 4 bytes, the lowest byte first. */
const longs = (...values: number[]) => Buffer.concat(values.map((one) => shorts(one & 0xffff, one >>> 16)));
