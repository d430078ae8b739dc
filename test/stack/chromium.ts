// A real browser: Chrome or Chromium of this machine, or Debian's Chromium without a window, unpacked into .cache without any rights.

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { cached, run } from '../support/installed.js';

const PACKAGE = 'chromium-headless-shell';
const PROGRAM = join('usr', 'lib', 'chromium', PACKAGE);
const INSTALLED = ['google-chrome', 'google-chrome-stable', 'chromium'];

/** A program, and the folders of the libraries that came with it. */
interface Program {
  path: string;
  libraries: string[];
}

async function program(): Promise<Program> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = INSTALLED.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (found) return { path: found, libraries: [] };
  const folder = await cached(PACKAGE, '1', unpack);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const libraries = files.filter((file) => /\.so(\.\d+)*$/.test(file)).map((file) => join(folder, dirname(file)));
  return { path: join(folder, PROGRAM), libraries: [...new Set(libraries)] };
}

/** Gets the package and what of its dependencies this machine does not have, with lists and archives of its own. */
async function unpack(folder: string): Promise<void> {
  const [lists, archives] = [join(folder, 'lists'), join(folder, 'archives')];
  for (const one of [lists, archives]) mkdirSync(join(one, 'partial'), { recursive: true });
  const settings = {
    'Dir::State': folder,
    'Dir::State::lists': lists,
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': folder,
    'Dir::Cache::archives': archives,
    'Debug::NoLocking': '1',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const missing = `the tests with a real browser need Chrome or Chromium on PATH, or apt-get with Debian's package ${PACKAGE}`;
  await run('apt-get', [...options, '--quiet', 'update'], '.', missing);
  const download = ['--quiet', '--yes', '--download-only', '--no-install-recommends', 'install', PACKAGE];
  await run('apt-get', [...options, ...download], '.', missing);
  for (const name of readdirSync(archives).filter((one) => one.endsWith('.deb')))
    await run('dpkg-deb', ['--extract', join(archives, name), folder], '.', missing);
  for (const one of [lists, archives]) rmSync(one, { recursive: true });
}

/** Runs the work in a new profile, which trusts the tests' CA. @throws Error that says what is missing on this machine */
export async function withBrowser<T>(work: (page: Page) => Promise<T>): Promise<T> {
  const { path, libraries } = await program();
  const own = [...libraries, process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(':');
  const env = { ...process.env, ...(libraries.length > 0 ? { LD_LIBRARY_PATH: own } : {}) } as Record<string, string>;
  const browser: Browser = await chromium.launch({ executablePath: path, env });
  try {
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    return await work(page);
  } finally {
    await browser.close();
  }
}
