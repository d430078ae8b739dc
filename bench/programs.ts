// The programs that are compared, each as a command with its environment.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { USUAL } from '../test/support/fake/switches.js';
import type { Runtimes } from './runtimes.js';

/** Values that the guide's programs can carry: they do not encode what they send. */
export const SECRETS = { MLFLOW_PASSWORD: 'bench-password', DEX_CLIENT_SECRET: 'bench-secret' };

export interface Program {
  command: string;
  args: string[];
  env: Record<string, string>;
  /** What it must have printed. */
  proof: RegExp;
}

/** One line of the results. */
export interface Case {
  program: 'mlflow-auth' | 'as an action' | 'ideal' | 'Python' | 'shell';
  runtime: string;
  method: 'token' | 'cookie';
  verify: boolean;
  /** Milliseconds. */
  roundTrip: number;
}

/** All cases; those of the guide's programs only where these are. */
export function casesFor(runtimes: Runtimes, roundTrips: number[], peers: string | undefined): Case[] {
  const cases: Case[] = [];
  for (const roundTrip of roundTrips) {
    for (const method of ['token', 'cookie'] as const) {
      for (const verify of [false, true]) {
        for (const runtime of Object.keys(runtimes)) {
          for (const program of ['mlflow-auth', 'ideal'] as const)
            cases.push({ program, runtime, method, verify, roundTrip });
        }
      }
      const common = { runtime: '', method, verify: false, roundTrip };
      if (peers && method === 'token') cases.push({ program: 'Python', ...common });
      if (peers) cases.push({ program: 'shell', ...common });
    }
    cases.push({ program: 'as an action', runtime: 'Node 24', method: 'token', verify: true, roundTrip });
  }
  return cases;
}

/** Where things are for the programs. */
export interface Surroundings {
  runtimes: Runtimes;
  ports: Record<number, number>;
  /** File of the CA certificate. */
  ca: string;
  peers: string;
  python: string;
  /** Files that a runner provides, by the name of their variable. */
  runner: Record<string, string>;
}

/** The command of a case. */
export function programOf({ program, runtime, method, verify, roundTrip }: Case, around: Surroundings): Program {
  const { runtimes, ports, ca, peers, python, runner } = around;
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    PLATFORM_ADDRESS: `https://localhost:${ports[roundTrip]}`,
    PLATFORM_CA: ca,
    CLUSTER: 'c1',
    MLFLOW_WORKSPACE: 'team-a',
    MLFLOW_USERNAME: USUAL.username,
    DEX_CLIENT_ID: USUAL.clientId,
    ...SECRETS,
  };
  const { command = '', args = [] } = runtimes[runtime] ?? {};
  const proof = method === 'token' ? /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/ : /_oauth2_proxy=[\w+/=|-]{40}/;
  switch (program) {
    case 'mlflow-auth':
      return { command, args: [...args, 'dist/index.js', method, `--verify=${verify}`], env, proof };
    case 'as an action':
      return {
        command,
        args: [...args, 'dist/index.js'],
        env: { ...env, ...runner, GITHUB_ACTIONS: 'true' },
        proof: /Logged in as/,
      };
    case 'ideal': {
      const trust = { NODE_EXTRA_CA_CERTS: ca, DENO_CERT: ca };
      return {
        command,
        args: [...args, 'build/bench/ideal/command.js', method, ...(verify ? ['verify'] : [])],
        env: { ...env, ...trust },
        proof,
      };
    }
    case 'Python':
      return { command: python, args: [join(peers, 'helper.py')], env, proof };
    case 'shell':
      return { command: 'bash', args: [join(peers, method === 'token' ? 'helper.sh' : 'cookie.sh')], env, proof };
  }
}

/** The folder of the guide's programs, if it is there. */
export function peersAt(path: string | undefined): string | undefined {
  if (path !== undefined && !existsSync(join(path, 'helper.py'))) throw new Error(`${path} has no helper.py`);
  return path;
}
