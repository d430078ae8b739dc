// Bundles build/src/index.js into the one file dist/index.js with ncc, and makes that file run from a URL under Deno.

import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { minify } from 'terser';

const BUNDLE = 'dist/index.js';
// ncc loads built-in modules relative to the file's address, which Deno refuses for an https: address.
const CREATE_REQUIRE = /^import ?\{ ?createRequire as (\w+) ?\} ?from ?"module";/m;
const BUILT_IN = 'const $1=()=>id=>process.getBuiltinModule(id);';

/** Where the bundle is made from: the compiled source, with packages of its own in front of the installed ones. */
const STAGE = 'build/bundle';
/** Packages of the toolkit, and the modules in them that nothing here calls: they bring another HTTP client and a shell. */
const LEFT_OUT: Record<string, Record<string, string>> = {
  '@actions/core': {},
  '@actions/http-client': { 'lib/index.js': 'export const HttpClient = undefined;' },
  '@actions/exec': { 'lib/exec.js': 'export const getExecOutput = undefined;' },
};

/** Copies what is bundled, with nothing in place of the modules that are left out. */
function stage(): void {
  rmSync(STAGE, { recursive: true, force: true });
  cpSync('build/src', `${STAGE}/src`, { recursive: true });
  cpSync('build/package.json', `${STAGE}/package.json`);
  for (const [name, modules] of Object.entries(LEFT_OUT)) {
    cpSync(`node_modules/${name}`, `${STAGE}/node_modules/${name}`, { recursive: true });
    for (const [path, text] of Object.entries(modules)) {
      const file = `${STAGE}/node_modules/${name}/${path}`;
      if (!readFileSync(file, 'utf8').includes('export ')) throw new Error(`${file} is no module`);
      writeFileSync(file, text);
    }
  }
}

stage();
const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');
rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, [
  ncc,
  'build',
  `${STAGE}/src/index.js`,
  '--out',
  'dist',
  '--no-cache',
  '--quiet',
  '--license',
  'licenses.txt',
]);

const files = readdirSync('dist').sort().join(' ');
if (files !== 'index.js licenses.txt package.json') throw new Error(`ncc wrote more than one file: ${files}`);
const bundled = readFileSync(BUNDLE, 'utf8');
// An expression that ncc takes for the path of a file of the project would name one, whatever it means at run time.
if (/\.ab ?\+/.test(bundled)) throw new Error('ncc took an expression for the path of an asset');
if (!CREATE_REQUIRE.test(bundled)) throw new Error(`ncc no longer writes ${CREATE_REQUIRE}`);
// With what nothing refers to left out, unlike ncc's own --minify: a runtime reads all of it before the first line runs.
const { code = '' } = await minify(bundled.replace(CREATE_REQUIRE, BUILT_IN), { module: true, ecma: 2020 });
writeFileSync(BUNDLE, code);
