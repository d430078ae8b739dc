// Hands out connections, some of them opened ahead of need: their handshakes then cost no time.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import type { SecureContext } from 'node:tls';
import { socketAddress } from '../util/url.js';
import { type ConnectOptions, openConnector, type Target } from './connect.js';

type Done = (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

export interface Connections {
  /** Hands out a connection; undici's connector. */
  connect: (target: Target, done: Done) => void;
  /** Opens connections to an origin to which requests will follow. @returns when the network is at work on them */
  preconnect: (origin: string, count: number) => Promise<void>;
  /** The private CA and the runtime's roots, read once; undefined without a private CA. */
  trust: () => SecureContext | undefined;
  /** Drops all connections at once, so that the process can end. */
  close: () => void;
}

/** Milliseconds that a name may take to be looked up before something else is done meanwhile. */
const DNS_GRACE_MS = 10;

export function openConnections(options: ConnectOptions): Connections {
  const { open, prepareTls, trust, close } = openConnector(options);
  const pending = new Map<string, Promise<Socket>[]>();

  const acquire = async (target: Target): Promise<Socket> => {
    const socket = await pending.get(key(target))?.shift();
    return socket && !socket.destroyed ? socket : open(target);
  };

  return {
    connect: (target, done) => {
      acquire(target).then(
        (socket) => done(null, socket),
        (error) => done(error, null),
      );
    },
    preconnect: async (origin, count) => {
      const target = new URL(origin);
      const lookups: Promise<unknown>[] = [];
      const started = (socket: Socket) => lookups.push(once(socket, 'lookup').catch(() => {}));
      const opening = Array.from({ length: count }, () => open(target, started));
      // Whoever takes one hears of its failure; one that nobody takes fails nobody.
      for (const one of opening) one.catch(() => {});
      pending.set(key(target), opening);
      // A name that is known, and a packet on its way: until then, work here would keep the network waiting.
      const isName = socketAddress(target).servername !== '';
      if (isName) await Promise.race([...lookups, sleep(DNS_GRACE_MS)]);
      await immediate();
      // The answer takes a while; so does this.
      if (target.protocol === 'https:') prepareTls();
      await immediate();
    },
    trust,
    close,
  };
}

function key(target: Target): string {
  const { host, port } = socketAddress(target);
  return `${target.protocol}//${host}:${port}`;
}
