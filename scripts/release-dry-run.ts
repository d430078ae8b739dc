// Tries a release without publishing: the package in an empty folder, the checksums, and the workflows by act.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { buildGo } from '../test/stack/tools.js';
import { nodeProgram, run } from '../test/support/installed.js';
import { runProgram } from '../test/support/program.js';
import { writeAssets } from './release.js';

const TAG = `v${packageJson.version}`;
/** Actions that only a runner of GitHub can have; by act, these steps do nothing. */
const ELSEWHERE = /uses: (actions\/(?!checkout)[\w-]+@\w+)/g;

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-release-'));
try {
  const assets = join(folder, 'assets');
  const tarball = writeAssets(TAG, assets);
  await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], assets);
  console.log(`assets: ${readFileSync(join(assets, 'SHA256SUMS'), 'utf8').trim().replaceAll('\n', ', ')}`);

  const empty = join(folder, 'empty');
  mkdirSync(empty);
  await run('npm', ['install', '--offline', '--no-audit', '--cache', join(folder, 'cache'), tarball], empty);
  assert.match(
    await run('npx', ['--no-install', 'mlflow-auth', '--version'], empty),
    new RegExp(`${packageJson.version}\\s*$`),
  );
  assert.match(await run('npx', ['--no-install', 'mlflow-auth', '--help'], empty), /^Usage|mlflow-auth exec/m);
  console.log('the package runs from an empty folder');

  const repository = await committed(join(folder, 'repository'));
  const release = await act(repository, 'release.yml');
  for (const job of ['verify', 'publish', 'release'])
    assert.match(release, new RegExp(`^\\[Release/${job} *\\].*Job succeeded`, 'm'));
  console.log('the workflow of a release runs up to the steps that publish');
  const action = await act(repository, 'ci.yml', '--job', 'action', '--matrix', 'os:ubuntu-latest');
  assert.match(action, /the credential opens the workspace$/m);
  console.log('the action runs as a step of a workflow');
} finally {
  rmSync(folder, { recursive: true });
}

/** A repository of one tagged commit with the files as they are now. */
async function committed(target: string): Promise<string> {
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  for (const name of listed.split('\0').filter(Boolean)) cpSync(name, join(target, name));
  const author = ['-c', 'user.name=dry run', '-c', 'user.email=dry-run@example.com'];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    [...author, 'commit', '-qm', TAG],
    ['tag', TAG],
  ])
    await run('git', args, target);
  return target;
}

/** @returns the log of a workflow that act has run for the tag @throws Error with the log if a job fails */
async function act(repository: string, workflow: string, ...args: string[]): Promise<string> {
  const home = mkdtempSync(join(folder, 'home-'));
  const event = join(home, 'event.json');
  writeFileSync(event, JSON.stringify({ ref: `refs/tags/${TAG}` }));
  const nothing = join(home, 'nothing');
  mkdirSync(nothing);
  writeFileSync(
    join(nothing, 'action.yml'),
    'name: nothing\nruns:\n  using: composite\n  steps: [{ run: exit, shell: bash }]\n',
  );
  const sources = ['workflows/release.yml', 'workflows/ci.yml', 'actions/tools/action.yml'];
  const texts = sources.map((name) => readFileSync(join('.github', name), 'utf8')).join('\n');
  const uses = new Set([...texts.matchAll(ELSEWHERE)].map(([, action = '']) => action));
  const { status, stdout, stderr } = await runProgram(
    await buildGo('act'),
    [
      ...['push', '--eventpath', event, '--workflows', `.github/workflows/${workflow}`],
      ...['--directory', repository, '--platform', 'ubuntu-latest=-self-hosted', ...args],
      // npm reaches its registry as it does on this machine, for what is not there yet; the rest of HOME stays hidden.
      ...['userconfig', 'cache'].flatMap((name) => ['--env', `npm_config_${name}=${npmConfig(name)}`]),
      ...['--env', 'npm_config_audit=false', '--env', 'npm_config_prefer_offline=true'],
      ...[...uses].flatMap((action) => ['--local-repository', `${action}=${nothing}`]),
    ],
    {
      PATH: [dirname(await nodeProgram(24)), process.env.PATH].join(delimiter),
      HOME: home,
      XDG_CACHE_HOME: resolve(home, 'cache'),
    },
  );
  if (status !== 0) throw new Error(`${workflow} fails:\n${stdout}${stderr}`);
  return stdout;
}

function npmConfig(name: string): string {
  return execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim();
}
