// The servers of the benchmark, in a process of their own: the fake platform, and a relay for each round trip time.

import { startPlatform } from '../test/support/fake/platform.js';
import { SECRETS } from './programs.js';
import { startRelay } from './relay.js';

/** What the benchmark is told when all servers are up. */
export interface Ready {
  /** CA certificate as PEM text. */
  ca: string;
  /** Port of the platform by round trip time in milliseconds. */
  ports: Record<number, number>;
}

const roundTrips = process.argv.slice(2).map(Number);
const platform = await startPlatform({
  password: SECRETS.MLFLOW_PASSWORD,
  clientSecret: SECRETS.DEX_CLIENT_SECRET,
  req: 'request',
  code: 'code',
});
const ports: Record<number, number> = {};
for (const time of roundTrips) ports[time] = time === 0 ? platform.port : (await startRelay(platform.port, time)).port;
process.send?.({ ca: platform.ca, ports } satisfies Ready);
process.on('disconnect', () => process.exit());
