// What tests need and `npm ci` does not bring: Deno, other versions of Node, Python with packages. Installed into .cache on demand.

import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../src/renewal/lock.js';

const CACHE = resolve('.cache');
const WINDOWS = process.platform === 'win32';
/** Milliseconds that one process waits while another one installs. */
const PATIENCE = 900_000;

const DENO = '2.9.6';
const REQUIREMENTS = 'test/python/requirements.txt';
/** The oldest Python that the provider must work under. */
const OLDEST_PYTHON = 8;

/**
 * A folder of the cache with what `make` puts there. It is made anew when the version differs; meanwhile others wait.
 * @param version what the content depends on
 */
export async function cached(
  name: string,
  version: string,
  make: (folder: string) => Promise<unknown>,
): Promise<string> {
  const folder = join(CACHE, name);
  const stamp = `${folder}.stamp`;
  mkdirSync(CACHE, { recursive: true });
  const ready = () => existsSync(folder) && existsSync(stamp) && readFileSync(stamp, 'utf8') === version;
  if (ready()) return folder;
  await withLock(`${folder}.lock`, PATIENCE, async () => {
    if (ready()) return;
    console.error(`getting ${name} …`);
    rmSync(folder, { recursive: true, force: true });
    // It leaves this process free to keep its lock alive, which others would take over otherwise.
    await make(folder);
    writeFileSync(stamp, version);
  });
  return folder;
}

/**
 * Runs a program to its end.
 * @param more variables of its environment; Go builds without C unless they say otherwise
 * @throws Error with what it wrote to standard error, and with the message in front
 */
export async function run(
  command: string,
  args: string[],
  cwd = '.',
  message = `${command} ${args.join(' ')} failed`,
  more: NodeJS.ProcessEnv = {},
): Promise<string> {
  try {
    // npm is a script, which Windows runs in a shell alone.
    const shell = WINDOWS && command === 'npm';
    const env = { ...process.env, CGO_ENABLED: '0', ...more };
    const running = promisify(execFile)(command, args, { cwd, env, shell, maxBuffer: 1 << 26 });
    running.child.stdin?.end();
    return (await running).stdout;
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? `\n${error.stderr}` : '';
    throw new Error(message + output, { cause: error });
  }
}

const installFromNpm = (folder: string, ...names: string[]) => {
  mkdirSync(folder, { recursive: true });
  return run('npm', ['install', '--silent', '--no-save', '--prefix', folder, ...names]);
};

/** A folder of that name with these packages for Node. */
export const nodeWith = (name: string, packages: readonly string[]): Promise<string> =>
  cached(name, packages.join(' '), (target) => installFromNpm(target, ...packages));

/** Deno itself. The program in its package is a script around it, which would live on when Deno is killed, and takes time. */
export async function denoProgram(): Promise<string> {
  const folder = await cached('deno', DENO, (target) => installFromNpm(target, `deno@${DENO}`));
  return createRequire(join(folder, 'index.js'))('deno/install_api.cjs').runInstall();
}

/** The newest Node of one major version; the one that runs this, if it is of that. */
export async function nodeProgram(major: number): Promise<string> {
  if (process.version.startsWith(`v${major}.`)) return process.execPath;
  const name = `node-${WINDOWS ? 'win' : process.platform}-${process.arch}`;
  const folder = await cached(`node-${major}`, '', (target) => installFromNpm(target, `${name}@${major}`));
  return join(folder, 'node_modules', name, 'bin', WINDOWS ? 'node.exe' : 'node');
}

/** Python in a virtual environment with what test/python/requirements.txt lists. */
export async function pythonProgram(program = WINDOWS ? 'python' : 'python3'): Promise<string> {
  const version = versionOf(program);
  if (!version) throw new Error(`${program} is missing on this machine: the tests need it, with venv and pip`);
  const inputs = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  return venvPython(await cached(`python-${version}`, inputs, makeVenv(program, ['-r', REQUIREMENTS])));
}

/** Python in a virtual environment of that name with these packages alone. */
export async function pythonWith(name: string, packages: readonly string[]): Promise<string> {
  const program = WINDOWS ? 'python' : 'python3';
  const version = `${versionOf(program)} ${packages.join(' ')}`;
  return venvPython(await cached(name, version, makeVenv(program, packages)));
}

/** Python with one version of MLflow's SDK; old ones need what later versions of setuptools lack. */
export const pythonWithMlflow = (version: string, pins: readonly string[] = []): Promise<string> =>
  pythonWith(`mlflow-${version}`, [`mlflow-skinny==${version}`, 'setuptools<81', ...pins]);

/** Makes a virtual environment in a folder, with what pip is told to install. */
const makeVenv = (program: string, wanted: readonly string[]) => async (folder: string) => {
  await run(program, ['-m', 'venv', folder], '.', `${program} needs the module venv`);
  await run(venvPython(folder), ['-m', 'pip', 'install', '--quiet', ...wanted]);
};

const venvPython = (folder: string) => join(folder, WINDOWS ? 'Scripts' : 'bin', 'python');

/** The oldest and the newest Python of this machine that the provider must work under, on PATH or among pyenv's. */
export function oldestAndNewestPython(): string[] {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...list(pyenv).map((version) => join(pyenv, version, 'bin')),
  ];
  const found = folders
    .flatMap((folder) => list(folder).map((name) => join(folder, name)))
    .filter((path) => /[\\/]python3(\.\d+)?(\.exe)?$/.test(path))
    .map((path) => ({ path, minor: Number(versionOf(path)?.split('.')[1]) }))
    .filter(({ minor }) => minor >= OLDEST_PYTHON)
    .sort((a, b) => a.minor - b.minor);
  return [...new Set([found[0]?.path, found.at(-1)?.path])].filter((path) => path !== undefined);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** As in 3.11.7; undefined where the program does not run. */
function versionOf(program: string): string | undefined {
  try {
    const args = ['-c', 'import platform; print(platform.python_version())'];
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
