// Gets the real servers: Dex, oauth2-proxy and act built from their Go modules, MLflow with its plugin in a venv. Kept between runs.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cached, nodeProgram, run } from '../support/installed.js';

const SOURCES = resolve('test/stack');

/** Where the programs are. */
export interface Tools {
  dex: string;
  'oauth2-proxy': string;
  act: string;
  python: string;
  mlflow: string;
  /** Node 24, as `using: node24` wants it, in a folder for PATH. */
  nodeFolder: string;
}

/** Builds and installs what is not there yet. @throws Error that names the tool that is missing on this machine */
export async function tools(): Promise<Tools> {
  for (const [tool, args] of [
    ['go', 'version'],
    ['python3', '--version'],
    ['npm', '--version'],
  ] as const) {
    await run(
      tool,
      [args],
      '.',
      `${tool} is missing on this machine: test:stack needs Go, Python 3.10 or later with venv, and npm`,
    );
  }
  const bin = process.platform === 'win32' ? 'Scripts' : 'bin';
  const venv = await installVenv(bin);
  return {
    dex: await buildGo('dex'),
    'oauth2-proxy': await buildGo('oauth2-proxy'),
    act: await buildGo('act'),
    python: join(venv, bin, 'python'),
    mlflow: join(venv, bin, 'mlflow'),
    nodeFolder: dirname(await nodeProgram(24)),
  };
}

/** The path of a program, built from its Go module. One module for each: in one go.mod, version selection would lift Dex's dependencies to oauth2-proxy's. */
export async function buildGo(name: string): Promise<string> {
  const sources = join(SOURCES, 'tools', name);
  const folder = await cached(name, hashOf(join(sources, 'go.mod'), join(sources, 'go.sum')), async (target) => {
    const main = /^tool (\S+)$/m.exec(readFileSync(join(sources, 'go.mod'), 'utf8'))?.[1] ?? '';
    mkdirSync(target);
    await run('go', ['build', '-mod=readonly', '-o', join(target, name), main], sources);
  });
  return join(folder, name);
}

function installVenv(bin: string): Promise<string> {
  const requirements = join(SOURCES, 'requirements.txt');
  const plugins = join(SOURCES, 'requirements-no-deps.txt');
  return cached('venv', hashOf(requirements, plugins), async (target) => {
    await run('python3', ['-m', 'venv', target]);
    const pip = (...args: string[]) => run(join(target, bin, 'python'), ['-m', 'pip', 'install', '--quiet', ...args]);
    await pip('-r', requirements);
    // The plugin asks for Python 3.12, and works on 3.11; its dependencies are in the first file.
    await pip('--no-deps', '--ignore-requires-python', '-r', plugins);
  });
}

function hashOf(...files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}
