// The servers of the benchmark, in a process of their own: the fake platform, and a relay for each round trip time.

import { startPlatform } from '../test/fake/platform.js';
import { startRelay } from './relay.js';

/** What the benchmark is told when all servers are up. */
export interface Ready {
  /** CA certificate as PEM text. */
  ca: string;
  /** Port of the platform by round trip time in milliseconds. */
  ports: Record<number, number>;
}

/** Values that the guide's programs can carry: they do not encode what they send. */
export const ACCOUNT = { password: 'bench-password', clientSecret: 'bench-secret' };

const roundTrips = process.argv.slice(2).map(Number);
const platform = await startPlatform({ ...ACCOUNT, req: 'request', code: 'code' });
const ports: Record<number, number> = {};
for (const time of roundTrips) ports[time] = time === 0 ? platform.port : (await startRelay(platform.port, time)).port;
process.send?.({ ca: platform.ca, ports } satisfies Ready);
process.on('disconnect', () => process.exit());
