// A relay that makes loopback as slow as a network: half a round trip each way, and one more for a connection's first byte.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Relay {
  port: number;
  close: () => void;
}

/**
 * Relays connections to a port of this machine.
 * @param roundTrip in milliseconds; the first byte of a connection waits for one more, as the handshake of TCP would
 */
export async function startRelay(targetPort: number, roundTrip: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const opened = performance.now() + roundTrip;
    pass(client, target, roundTrip / 2, opened);
    pass(target, client, roundTrip / 2, 0);
    for (const socket of [client, target]) sockets.add(socket.on('close', () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Passes on what comes, late, and in order; nothing of it before `opened`. */
function pass(from: Socket, to: Socket, delay: number, opened: number): void {
  let due = 0;
  const later = (what: () => void) => {
    // Timers of the same length fire in order; a shorter one must not overtake.
    due = Math.max(due, Math.max(performance.now(), opened) + delay);
    setTimeout(what, due - performance.now());
  };
  from.on('data', (bytes) => later(() => to.writable && to.write(bytes)));
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
}
