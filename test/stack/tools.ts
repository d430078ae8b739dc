// Gets the real servers: Dex, oauth2-proxy and act built from their Go modules, MLflow with its plugin in a venv. Kept between runs.

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
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

const HYDRA = 'v2.3.0';

/**
 * The path of Ory Hydra. It is built from a copy of its module: as a dependency it does not build, since its go.mod
 * replaces a module by one of its own folders, which a go.mod of others cannot do. Its store in memory is SQLite, in C.
 */
export async function buildHydra(): Promise<string> {
  const folder = await cached('hydra', HYDRA, async (target) => {
    const download = await run('go', ['mod', 'download', '-json', `github.com/ory/hydra/v2@${HYDRA}`], SOURCES);
    const copy = `${target}.src`;
    rmSync(copy, { recursive: true, force: true });
    // The files of the module cache are read-only.
    cpSync(JSON.parse(download).Dir, copy, { recursive: true });
    await run('chmod', ['-R', 'u+w', copy]);
    await run('go', ['mod', 'edit', '-dropreplace', 'github.com/ory/hydra-client-go/v2'], copy);
    mkdirSync(target);
    const build = ['build', '-mod=mod', '-tags', 'sqlite,json1', '-o', join(target, 'hydra'), '.'];
    await run('go', build, copy, 'Ory Hydra needs Go and a C compiler', { CGO_ENABLED: '1' });
    rmSync(copy, { recursive: true });
  });
  return join(folder, 'hydra');
}

const KEYCLOAK = '26.7.3';

/** The folder of Keycloak, from Maven's repository. */
export async function getKeycloak(): Promise<string> {
  const folder = await cached('keycloak', KEYCLOAK, async (target) => {
    const artifact = `org.keycloak:keycloak-quarkus-dist:${KEYCLOAK}:tar.gz`;
    const args = ['-q', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`];
    await run('mvn', args, '.', 'test:keycloak needs Java 17 or later and Maven, and its repository');
    const archive = join(target, `keycloak-quarkus-dist-${KEYCLOAK}.tar.gz`);
    // Maven's own unpacking loses files with long names.
    await run('tar', ['-xzf', archive, '-C', target]);
    rmSync(archive);
  });
  return join(folder, `keycloak-${KEYCLOAK}`);
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
