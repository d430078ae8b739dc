// What a login costs: which requests go out at the same time, how many round trips that makes, and over how many connections.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FakePlatform, type StartOptions, startPlatform } from '../support/fake/platform.js';
import type { Endpoint } from '../support/fake/switches.js';
import { goodEnv, runCommand } from '../support/program.js';

type Round = readonly Endpoint[];

const TOKEN: Round[] = [['authorize', 'pubkey'], ['login'], ['token']];
const COOKIE: Round[] = [['start', 'pubkey'], ['authorize'], ['login'], ['callback']];
const PROOF: Round[] = [['userinfo', 'workspace']];

/**
 * Runs a command at a platform that answers the requests of a round only when all of them are there, and nothing
 * before `connections` are open: a program that would wait for one answer before it sends the other never ends.
 */
async function run(
  args: string[],
  rounds: Round[],
  connections: number,
  change: (env: Record<string, string>) => Record<string, string> = (env) => env,
  canned: StartOptions['canned'] = {},
) {
  const arrived = new Map<Endpoint, () => void>();
  const here = new Map(
    rounds.flat().map((endpoint) => [endpoint, new Promise<void>((resolve) => arrived.set(endpoint, resolve))]),
  );
  let enough = () => {};
  const opened = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const before = async (endpoint: Endpoint | undefined) => {
    const round = rounds.find((one) => endpoint && one.includes(endpoint)) ?? [];
    if (endpoint) arrived.get(endpoint)?.();
    await Promise.all(round.map((one) => here.get(one)));
    await opened;
  };
  const onConnection = (count: number) => count >= connections && enough();
  const platform: FakePlatform = await startPlatform({ before, onConnection, canned });
  try {
    const env = change(goodEnv(platform));
    const { status, stderr } = await runCommand([...args, '--timeout=20'], env);
    assert.equal(status, 0, stderr);
    const asked = platform.asked.map(({ endpoint }) => endpoint.split(' ')[1] as Endpoint);
    const seen = rounds.map((round, index) => {
      const from = rounds.slice(0, index).flat().length;
      return asked.slice(from, from + round.length).sort();
    });
    const wanted = rounds.map((round) => [...round].sort());
    assert.deepEqual(seen, wanted, asked.join(' '));
    assert.equal(asked.length, rounds.flat().length, `more than that was asked: ${asked.join(' ')}`);
    assert.equal(platform.connections(), connections);
  } finally {
    await platform.close();
  }
}

/** The tracking server is another one than the platform, by its name. */
const apart = ({ CLUSTER: _, ...env }: Record<string, string>) => ({
  ...env,
  MLFLOW_TRACKING_URI: `${env.PLATFORM_ADDRESS?.replace('localhost', '127.0.0.1')}/clusters/c1/mlflow`,
});

describe('round trips', () => {
  it('of the token method are three, over two connections', () => run(['token', '--no-verify'], TOKEN, 2));
  it('of the cookie method are four, over two connections', () => run(['cookie', '--no-verify'], COOKIE, 2));
  it('of the proof are one more, over the same connections', async () => {
    await run(['token'], [...TOKEN, ...PROOF], 2);
    await run(['cookie'], [...COOKIE, ...PROOF], 2);
  });
  it('to another tracking server find their connections open before the login begins', async () => {
    // It is one server by two names, of which one is the issuer's.
    const canned = { userinfo: { status: 200, body: {} }, workspace: { status: 200, body: {} } };
    await run(['token'], [...TOKEN, ...PROOF], 4, apart, canned);
    await run(['token', '--no-verify'], TOKEN, 2, apart);
  });
});
