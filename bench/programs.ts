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

/** One program in one situation. */
export interface Case {
  program: 'mlflow-auth' | 'ideal' | 'Python' | 'shell' | 'empty' | '--version';
  runtime: string;
  verify: boolean;
  /** Milliseconds. */
  roundTrip: number;
}

/** All cases; those of the guide's programs only where these are. */
export function casesFor(runtimes: Runtimes, roundTrips: number[], peers: string | undefined): Case[] {
  const names = Object.keys(runtimes);
  const starts = names.flatMap((runtime) =>
    (['empty', '--version'] as const).map((program) => ({ program, runtime, verify: false, roundTrip: 0 })),
  );
  const logins = roundTrips.flatMap((roundTrip): Case[] => [
    ...names.flatMap((runtime): Case[] => [
      { program: 'mlflow-auth', runtime, verify: false, roundTrip },
      { program: 'mlflow-auth', runtime, verify: true, roundTrip },
      { program: 'ideal', runtime, verify: false, roundTrip },
    ]),
    ...(peers ? (['Python', 'shell'] as const) : []).map((program) => ({
      program,
      runtime: '',
      verify: false,
      roundTrip,
    })),
  ]);
  return [...starts, ...logins];
}

/** Where things are for the programs. */
export interface Surroundings {
  runtimes: Runtimes;
  /** File of the ideal, and an empty one. */
  ideal: string;
  empty: string;
  ports: Record<number, number>;
  /** File of the CA certificate. */
  ca: string;
  peers: string;
  python: string;
}

/** Renewals below exec, a few of them. */
export function renewalProgram(around: Surroundings): Program {
  const { command = '', args = [] } = around.runtimes['Node 24'] ?? {};
  const script = [around.python, 'bench/renewal.py', '5'];
  return { command, args: [...args, 'dist/index.js', 'exec', '--', ...script], env: envOf(around, 0), proof: /^\[/ };
}

const envOf = ({ ports, ca }: Surroundings, roundTrip: number): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  PLATFORM_ADDRESS: `https://localhost:${ports[roundTrip]}`,
  PLATFORM_CA: ca,
  CLUSTER: 'c1',
  MLFLOW_WORKSPACE: 'team-a',
  MLFLOW_USERNAME: USUAL.username,
  DEX_CLIENT_ID: USUAL.clientId,
  ...SECRETS,
});

/** The command of a case. */
export function programOf({ program, runtime, verify, roundTrip }: Case, around: Surroundings): Program {
  const { runtimes, ideal, empty, ca, peers, python } = around;
  const env = envOf(around, roundTrip);
  const { command = '', args = [] } = runtimes[runtime] ?? {};
  const proof = /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/;
  switch (program) {
    case 'empty':
      return { command, args: [...args, empty], env: {}, proof: /^$/ };
    case '--version':
      return { command, args: [...args, 'dist/index.js', '--version'], env: {}, proof: /^\d/ };
    case 'mlflow-auth':
      return { command, args: [...args, 'dist/index.js', 'token', `--verify=${verify}`], env, proof };
    case 'ideal': {
      const trust = { NODE_EXTRA_CA_CERTS: ca, DENO_CERT: ca };
      return { command, args: [...args, ideal, 'token'], env: { ...env, ...trust }, proof };
    }
    case 'Python':
      return { command: python, args: [join(peers, 'helper.py')], env, proof };
    case 'shell':
      return { command: 'bash', args: [join(peers, 'helper.sh')], env, proof };
  }
}

/** The folder of the guide's programs, if it is there. */
export function peersAt(path: string | undefined): string | undefined {
  if (path !== undefined && !existsSync(join(path, 'helper.py'))) throw new Error(`${path} has no helper.py`);
  return path;
}
