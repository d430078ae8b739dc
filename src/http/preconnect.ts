// Opens connections, with the certificates that count, and some ahead of need: their handshakes then cost no time.

import { once } from 'node:events';
import { connect as connectTcp, type Socket, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { socketAddress } from '../util/url.js';
import { certificatesIn } from './trust.js';

/** How to open connections. */
export interface Way {
  /** PEM text of a private CA, trusted beside the runtime's own roots. */
  ca?: string | undefined;
  /** Skips certificate checks. Only ever set because the user asked for it by name. */
  insecure: boolean;
  /** Milliseconds until a connection must be open. */
  timeout: number;
  /** PEM texts of the runtime's own roots, as far as it shows them. */
  roots: () => string[];
}

/** Where to, as undici tells its connector and a URL does: the port may be '' for the usual one. */
export type Target = Pick<URL, 'protocol' | 'hostname' | 'port'>;

type Done = (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

export interface Connections {
  /** Hands out a connection; undici's connector. */
  connect: (target: Target, done: Done) => void;
  /** Opens connections to an origin to which requests will follow. @returns when the network is at work on them */
  ahead: (origin: string, count: number) => Promise<void>;
  /** The private CA and the runtime's roots, read once; undefined without a private CA. */
  trust: () => SecureContext | undefined;
  /** Drops all connections at once, so that the process can end. */
  close: () => void;
}

/** What a certificate of a CA that is not trusted is called; Deno's words are those of rustls. */
const UNTRUSTED = /UNABLE_TO_(GET|VERIFY)|SELF_SIGNED|SIGNATURE_FAILURE|UNTRUSTED|UnknownIssuer/;

/**
 * Milliseconds for each but the last address of a name. Node gives up a connection that takes longer, and by itself
 * grants 250, which is less than a far round trip: on a machine without IPv6, whose turn comes next, nothing is left.
 */
const EACH_ADDRESS = 2500;
// For the whole process: connections to a web proxy, and those of doctor, are opened elsewhere.
setDefaultAutoSelectFamilyAttemptTimeout(EACH_ADDRESS);

/** Milliseconds that a name may take to be looked up before something else is done meanwhile. */
const LOOKUP = 10;

export function openConnections({ ca, insecure, timeout, roots }: Way): Connections {
  const sockets = new Set<Socket>();
  const early = new Map<string, Promise<Socket>[]>();
  const own = ca === undefined ? undefined : certificatesIn(ca);

  /** Fails when the socket does, or is not there in time. */
  const until = (socket: Socket, event: string, time: number) =>
    new Promise<void>((resolve, reject) => {
      const late = Object.assign(new Error(`no connection within ${timeout} ms`), { code: 'ETIMEDOUT' });
      const timer = setTimeout(() => socket.destroy(late), time - performance.now());
      sockets.add(socket);
      socket.once(event, resolve).on('error', reject);
      socket.on('close', () => {
        sockets.delete(socket);
        reject(new Error('the connection was closed before it was open'));
      });
      for (const end of [event, 'close']) socket.once(end, () => clearTimeout(timer));
    });

  const open = async (target: Target, context: () => SecureContext): Promise<Socket> => {
    const time = performance.now() + timeout;
    const { host, port, servername } = socketAddress(target);
    const socket = connectTcp({ host, port, noDelay: true });
    await until(socket, 'connect', time);
    if (socket.destroyed) throw new Error('the connection was closed before it was secure');
    if (target.protocol !== 'https:') return socket;
    const server = { host, servername, ALPNProtocols: ['http/1.1'] };
    // From here on it is part of the other one, which closes it: to close both at once crashes Node 20.
    sockets.delete(socket);
    const tls = connectTls({ ...server, socket, secureContext: context(), rejectUnauthorized: !insecure });
    await until(tls, 'secureConnect', time);
    return tls;
  };

  let first: SecureContext | undefined;
  /** What is tried first: the private CA alone, or without one the runtime's own roots. */
  const usual = () => (first ??= createSecureContext(own ? { ca: own } : {}));
  let all: SecureContext | undefined;
  const trust = () => {
    if (own) all ??= createSecureContext({ ca: [...own, ...roots()] });
    return all;
  };

  // Reading a few hundred roots takes longer than a round trip, and who gives a CA has servers of that CA: it comes first.
  const dial = async (target: Target): Promise<Socket> => {
    let used: SecureContext | undefined;
    try {
      return await open(target, () => (used = all ?? usual()));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      const narrow = own && used && used !== all;
      const worth = narrow && UNTRUSTED.test(`${code} ${error}`) && roots().length > 0;
      const full = worth && trust();
      if (!full) throw error;
      return open(target, () => full);
    }
  };

  const take = async (target: Target): Promise<Socket> => {
    const socket = await early.get(key(target))?.shift();
    return socket && !socket.destroyed ? socket : dial(target);
  };

  return {
    connect: (target, done) => {
      take(target).then(
        (socket) => done(null, socket),
        (error) => done(error, null),
      );
    },
    ahead: async (origin, count) => {
      const target = new URL(origin);
      const opening = Array.from({ length: count }, () => dial(target));
      // Whoever takes one hears of its failure; one that nobody takes fails nobody.
      for (const one of opening) one.catch(() => {});
      early.set(key(target), opening);
      // A name that is known, and a packet on its way: until then, work here would keep the network waiting.
      const [socket] = sockets;
      const known =
        socketAddress(target).servername === '' ? undefined : socket && once(socket, 'lookup').catch(() => {});
      await Promise.race([known, sleep(LOOKUP)]);
      await immediate();
      // The answer takes a while; so does this.
      if (target.protocol === 'https:') usual();
      await immediate();
    },
    trust,
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function key(target: Target): string {
  const { host, port } = socketAddress(target);
  return `${target.protocol}//${host}:${port}`;
}
