// Hands out connections, some of them opened ahead of need: their handshakes then cost no time.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { socketAddress } from '../util/url.js';
import { type ConnectOptions, openConnector, type Target } from './connect.js';

export interface Connections {
  /** Hands out a connection. @throws as a connector does */
  open: (target: Target) => Promise<Socket>;
  /** Opens connections to an origin to which requests will follow. @returns when the network is at work on them */
  preconnect: (origin: string, count: number) => Promise<void>;
  /** Drops all connections at once, so that the process can end. */
  close: () => void;
}

/** Milliseconds that a name may take to be looked up before something else is done meanwhile. */
const DNS_GRACE_MS = 10;

export function openConnections(options: ConnectOptions): Connections {
  const { open, prepareTls, close } = openConnector(options);
  const pending = new Map<string, Promise<Socket>[]>();

  return {
    open: async (target) => {
      const socket = await pending.get(key(target))?.shift();
      return socket && !socket.destroyed ? socket : open(target);
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
    close,
  };
}

function key(target: Target): string {
  const { host, port } = socketAddress(target);
  return `${target.protocol}//${host}:${port}`;
}
