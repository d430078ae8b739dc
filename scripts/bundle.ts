// Bundles build/src/index.js into the one file dist/index.js with ncc, and makes that file run from a URL under Deno.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const BUNDLE = 'dist/index.js';
// ncc loads built-in modules relative to the file's address, which Deno refuses for an https: address.
const CREATE_REQUIRE = /^import ?\{ ?createRequire as (\w+) ?\} ?from ?"module";/m;
const BUILT_IN = 'const $1=()=>id=>process.getBuiltinModule(id);';

const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');
rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, [
  ncc,
  'build',
  'build/src/index.js',
  '--out',
  'dist',
  '--no-cache',
  '--quiet',
  '--minify',
  '--license',
  'licenses.txt',
]);

const files = readdirSync('dist').sort().join(' ');
if (files !== 'index.js licenses.txt package.json') throw new Error(`ncc wrote more than one file: ${files}`);
const bundled = readFileSync(BUNDLE, 'utf8');
// An expression that ncc takes for the path of a file of the project would name one, whatever it means at run time.
if (/\.ab ?\+/.test(bundled)) throw new Error('ncc took an expression for the path of an asset');
if (!CREATE_REQUIRE.test(bundled)) throw new Error(`ncc no longer writes ${CREATE_REQUIRE}`);
writeFileSync(BUNDLE, bundled.replace(CREATE_REQUIRE, BUILT_IN));
