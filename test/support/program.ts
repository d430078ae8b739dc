// Starts the built bundle as a program, as an action or as a command, and collects all that it leaves behind.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakePlatform, type StartOptions, startPlatform } from './fake/platform.js';
import { USUAL } from './fake/switches.js';

/** The built file, or a copy of it that scripts/test.ts makes. */
export const BUNDLE = process.env.TEST_BUNDLE ?? 'dist/index.js';

/** Whether it is the copy in which names stand in place of sentences. */
export const REWORDED = process.env.TEST_BUNDLE !== undefined;

type Env = Record<string, string>;

/** All that one run printed and wrote. */
export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Contents of the runner's files by name, and of what else was written to RUNNER_TEMP. */
  files: Record<string, string>;
}

/** Variables that programs need to start at all on Windows; nothing else of the tests' own environment is passed on. */
const SYSTEM = Object.fromEntries(
  ['SYSTEMROOT', 'WINDIR', 'TEMP'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
) as Env;

/** Runs a program to its end; one that has not ended after `limit` milliseconds is killed, and its status is null. */
export function runProgram(
  command: string,
  args: string[],
  env: Env = {},
  stdin = '',
  limit?: number,
): Promise<Omit<Outcome, 'files'>> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...SYSTEM, ...env },
      stdio: 'pipe',
      timeout: limit,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    // A program may end before it reads.
    child.stdin.on('error', () => {}).end(stdin);
  });
}

/** Runs the bundle as a command under the Node that runs the tests. */
export function runCommand(args: string[], env: Env = {}, stdin = ''): Promise<Omit<Outcome, 'files'>> {
  return runProgram(process.execPath, [BUNDLE, ...args], env, stdin);
}

const RUNNER_FILES = ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'];

/** Runs the bundle as a runner does: inputs as `INPUT_*`, and a file for each thing it hands over. */
export async function runAction(inputs: Record<string, string>, env: Env = {}, limit?: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-test-'));
  try {
    const paths = Object.fromEntries(RUNNER_FILES.map((name) => [name, join(folder, name)]));
    for (const path of Object.values(paths)) writeFileSync(path, '');
    const given = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    );
    const runner = { GITHUB_ACTIONS: 'true', RUNNER_TEMP: folder, ...paths };
    const outcome = await runProgram(process.execPath, [BUNDLE], { ...runner, ...given, ...env }, '', limit);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(folder, name)).isFile(),
    );
    const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
    const hidden = (text: string) => text.replaceAll(folder, '<temp>');
    return { ...outcome, stdout: hidden(outcome.stdout), files: mapValues(files, hidden) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The inputs of a login at the fake platform that works. */
export function goodInputs({ address, ca }: Pick<FakePlatform, 'address' | 'ca'>): Record<string, string> {
  return {
    'platform-address': address,
    cluster: 'c1',
    workspace: 'team-a',
    username: USUAL.username,
    password: USUAL.password,
    'client-id': USUAL.clientId,
    'client-secret': USUAL.clientSecret,
    'ca-cert': ca,
  };
}

/** The same as environment variables, for commands. */
export function goodEnv({ address, ca }: FakePlatform): Env {
  return {
    PLATFORM_ADDRESS: address,
    CLUSTER: 'c1',
    MLFLOW_WORKSPACE: 'team-a',
    MLFLOW_USERNAME: USUAL.username,
    MLFLOW_PASSWORD: USUAL.password,
    DEX_CLIENT_ID: USUAL.clientId,
    DEX_CLIENT_SECRET: USUAL.clientSecret,
    PLATFORM_CA: ca,
  };
}

/** A job without any secret of its own. */
export function keylessEnv({ address, ca }: FakePlatform): Env {
  return {
    PLATFORM_ADDRESS: address,
    CLUSTER: 'c1',
    MLFLOW_WORKSPACE: 'team-a',
    DEX_CLIENT_ID: 'mlflow-ci',
    DEX_CONNECTOR: 'github-actions',
    PLATFORM_CA: ca,
  };
}

/** Runs a test at a platform started for it. */
export async function atPlatform<T>(options: StartOptions, work: (platform: FakePlatform) => Promise<T>): Promise<T> {
  const platform = await startPlatform(options);
  try {
    return await work(platform);
  } finally {
    await platform.close();
  }
}

/** How often a platform was asked for something, such as `POST login`. */
export function timesAsked({ asked }: FakePlatform, what: string): number {
  return asked.filter(({ endpoint }) => endpoint === what).length;
}

/** The text with what differs from run to run replaced: times, ports, tokens, fingerprints, random names. */
export function steady(text: string): string {
  return text
    .replace(/\(\d+ ms\)/g, '(N ms)')
    .replace(/("received_at_uptime":)[\d.]+/g, '$1N')
    .replace(/within \d+ ms/g, 'within N ms')
    .replace(/(localhost|127\.0\.0\.1|platform\.test):\d+/g, '$1:PORT')
    .replace(/ey[\w-]+\.ey[\w-]+\.[\w-]+/g, '<token>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>');
}

function mapValues(record: Record<string, string>, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
