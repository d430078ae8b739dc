// Opens connections, with the certificates that count, and some ahead of need: their handshakes then cost no time.

import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
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

/** Where to, as undici tells its connector: the port may be '' for the usual one. */
export interface Target {
  protocol: string;
  hostname: string;
  port: string;
}

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

/** Milliseconds that a name may take to be looked up before something else is done meanwhile. */
const LOOKUP = 10;

export function openConnections({ ca, insecure, timeout, roots }: Way): Connections {
  const sockets = new Set<Socket>();
  const early = new Map<string, Promise<Socket>[]>();
  const own = ca === undefined ? undefined : certificatesIn(ca);
  let all: SecureContext | undefined;

  const open = ({ protocol, hostname, port }: Target, trust: { ca?: string[]; secureContext?: SecureContext }) =>
    new Promise<Socket>((resolve, reject) => {
      const secure = protocol === 'https:';
      const to = { host: hostname, port: Number(port) || (secure ? 443 : 80) };
      const server = { servername: isIP(hostname) ? '' : hostname, ALPNProtocols: ['http/1.1'] };
      const socket = secure
        ? connectTls({ ...to, ...server, ...trust, rejectUnauthorized: !insecure })
        : connectTcp(to);
      const late = Object.assign(new Error(`no connection within ${timeout} ms`), { code: 'ETIMEDOUT' });
      const timer = setTimeout(() => socket.destroy(late), timeout);
      sockets.add(socket);
      socket.setNoDelay(true).once(secure ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        resolve(socket);
      });
      socket.on('error', reject).on('close', () => {
        clearTimeout(timer);
        sockets.delete(socket);
        reject(new Error('the connection was closed before it was open'));
      });
    });

  const trust = () => {
    if (own) all ??= createSecureContext({ ca: [...own, ...roots()] });
    return all;
  };

  // Reading a few hundred roots takes longer than a round trip, and who gives a CA has servers of that CA: it comes first.
  const dial = async (target: Target): Promise<Socket> => {
    if (!own || insecure || target.protocol !== 'https:') return open(target, {});
    if (all) return open(target, { secureContext: all });
    try {
      return await open(target, { ca: own });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (!UNTRUSTED.test(`${code} ${error}`) || roots().length === 0) throw error;
      return open(target, { secureContext: trust() as SecureContext });
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
      const { protocol, hostname, port } = new URL(origin);
      const target = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port };
      const opening = Array.from({ length: count }, () => dial(target));
      // Whoever takes one hears of its failure; one that nobody takes fails nobody.
      for (const one of opening) one.catch(() => {});
      early.set(key(target), opening);
      // A name that is known, and a packet on its way: until then, work here would keep the network waiting.
      const [first] = sockets;
      const known = isIP(target.hostname) ? undefined : first && once(first, 'lookup').catch(() => {});
      await Promise.race([known, sleep(LOOKUP)]);
      await immediate();
    },
    trust,
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const key = ({ protocol, hostname, port }: Target) => `${protocol}//${hostname}:${port}`;
