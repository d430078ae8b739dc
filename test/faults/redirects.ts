// Redirects in place of every answer: to another host, to plain http, to itself. Nothing may follow them.

import { type AddressInfo, createServer } from 'node:net';
import { type Case, caseOf, endOf } from './case.js';
import { ROWS } from './requests.js';
import type { Reached } from './wire.js';
import { whole } from './wire.js';

/** Servers to which redirects lead. They count who comes. */
export const stranger = { visits: 0, tls: 0, plain: 0 };

for (const port of ['tls', 'plain'] as const) {
  const server = createServer((socket) => {
    stranger.visits++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  stranger[port] = (server.address() as AddressInfo).port;
}

const TARGETS: Record<string, (reached: Reached) => string> = {
  'another host': ({ url }) => `https://127.0.0.1:${stranger.tls}${url.pathname}${url.search}`,
  http: ({ url }) => `http://localhost:${stranger.plain}${url.pathname}${url.search}`,
  itself: ({ url }) => url.href,
};

/** Each with a body kept and a body dropped by those who follow; to another host with all there are. */
const STATUSES: Record<string, number[]> = {
  'another host': [301, 302, 303, 307, 308],
  http: [302, 307],
  itself: [302, 307],
};

/** Every request with every redirect. */
export function redirectCases(): Case[] {
  return ROWS.flatMap((row) =>
    Object.entries(TARGETS).flatMap(([name, target]) =>
      (STATUSES[name] ?? []).map((status) => {
        const answer = (reached: Reached) =>
          void reached.socket.end(whole({ status, body: '', headers: { location: target(reached) } }));
        const fault = { name: `${status} to ${name}`, answer };
        return caseOf(row, fault, endOf(row, 'redirect', fault.name), { plain: name !== 'http' });
      }),
    ),
  );
}
