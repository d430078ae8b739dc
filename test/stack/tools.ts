// Gets the real servers: Dex, oauth2-proxy and act built from their Go modules, MLflow with its plugin in a venv. Kept between runs.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const CACHE = resolve('.cache');
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
export function tools(): Tools {
  for (const [tool, args] of [
    ['go', 'version'],
    ['python3', '--version'],
    ['npm', '--version'],
  ] as const) {
    run(
      tool,
      [args],
      '.',
      `${tool} is missing on this machine: test:stack needs Go, Python 3.10 or later with venv, and npm`,
    );
  }
  const bin = process.platform === 'win32' ? 'Scripts' : 'bin';
  const venv = installVenv(bin);
  return {
    dex: buildGo('dex'),
    'oauth2-proxy': buildGo('oauth2-proxy'),
    act: buildGo('act'),
    python: join(venv, bin, 'python'),
    mlflow: join(venv, bin, 'mlflow'),
    nodeFolder: installNode(),
  };
}

/** One module for each tool: in one go.mod, version selection would lift Dex's dependencies to oauth2-proxy's. */
function buildGo(name: string): string {
  const folder = join(SOURCES, 'tools', name);
  const target = join(CACHE, name, name);
  return cached(name, [join(folder, 'go.mod'), join(folder, 'go.sum')], target, () => {
    const main = /^tool (\S+)$/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1] ?? '';
    run('go', ['build', '-mod=readonly', '-o', target, main], folder);
  });
}

function installVenv(bin: string): string {
  const requirements = join(SOURCES, 'requirements.txt');
  const plugins = join(SOURCES, 'requirements-no-deps.txt');
  const venv = join(CACHE, 'venv');
  cached('venv', [requirements, plugins], join(venv, bin), () => {
    run('python3', ['-m', 'venv', venv]);
    const pip = (...args: string[]) => run(join(venv, bin, 'python'), ['-m', 'pip', 'install', '--quiet', ...args]);
    pip('-r', requirements);
    // The plugin asks for Python 3.12, and works on 3.11; its dependencies are in the first file.
    pip('--no-deps', '--ignore-requires-python', '-r', plugins);
  });
  return venv;
}

/** The npm package of Node's own binary, for the one platform on which this runs. */
function installNode(): string {
  if (process.version.startsWith('v24.')) return resolve(process.execPath, '..');
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${system}-${process.arch}`;
  const folder = join(CACHE, 'node24');
  cached('node24', [], join(folder, 'node_modules', name), () => {
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--silent', '--no-save', '--prefix', folder, `${name}@24`]);
  });
  return join(folder, 'node_modules', name, 'bin');
}

/** Makes the target anew when one of the files that define it has changed. */
function cached(name: string, inputs: string[], target: string, make: () => void): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(readFileSync(input));
  const stamp = join(CACHE, `${name}.stamp`);
  const wanted = hash.digest('hex');
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return target;
  console.error(`getting ${name} …`);
  rmSync(join(CACHE, name), { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  make();
  writeFileSync(stamp, wanted);
  return target;
}

function run(command: string, args: string[], cwd = '.', message = `${command} ${args.join(' ')} failed`): void {
  try {
    execFileSync(command, args, { cwd, env: { ...process.env, CGO_ENABLED: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? `\n${error.stderr}` : '';
    throw new Error(message + output, { cause: error });
  }
}
