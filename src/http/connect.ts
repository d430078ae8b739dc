// Opens connections one by one, each within its time limit, and with TLS against the certificates that count.

import type { X509Certificate } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { errorMessage } from '../errors/errors.js';
import { explainBroken } from '../errors/explain.js';
import { socketAddress } from '../util/url.js';
import { lookupFor } from './loopback.js';
import { chainOf, noteShown } from './shown-certificate.js';
import { secureContexts } from './trust.js';

/** How to open connections. */
export interface ConnectOptions {
  /** PEM text of a private CA, trusted in addition to the runtime's own roots. */
  ca?: string | undefined;
  /** Skips certificate checks. Only ever set because the user set it by name. */
  insecure: boolean;
  /** Milliseconds until a connection must be open. */
  timeout: number;
  /** PEM texts of the runtime's own roots, as far as it shows them. */
  roots: () => string[];
  /** Opens the way to a target where it is not a direct one, as through an HTTP proxy. @throws as `open` */
  through?: ((target: Target) => Promise<Socket>) | undefined;
}

/** Where to, as a URL says it: the port may be '' for the usual one. */
export type Target = Pick<URL, 'protocol' | 'hostname' | 'port'>;

export interface Connector {
  /**
   * Opens one connection. `started` gets its socket before the name is looked up.
   * @throws what Node does, or with code ETIMEDOUT
   */
  open: (target: Target, started?: (socket: Socket) => void) => Promise<Socket>;
  /** Does what the first TLS connection needs, which takes a while. */
  prepareTls: () => void;
  /** Drops all connections at once. */
  close: () => void;
}

export function openConnector({ ca, insecure, timeout, roots, through }: ConnectOptions): Connector {
  const trusted = secureContexts(ca, roots);
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };

  const attempt = async (target: Target, context: () => SecureContext, started?: (socket: Socket) => void) => {
    const deadline = performance.now() + timeout;
    const { host, port, servername } = socketAddress(target);
    const socket = (await through?.(target)) ?? connectTcp({ host, port, noDelay: true, ...lookupFor(host) });
    track(socket);
    started?.(socket);
    if (!through) await waitFor(socket, 'connect', deadline, timeout);
    if (socket.destroyed) throw closed('the connection was closed before it was secure');
    if (target.protocol !== 'https:') return socket;
    const server = { host, servername, ALPNProtocols: ['http/1.1'] };
    // From here on it is part of the other one, which closes it: to close both at once crashes Node 20.
    sockets.delete(socket);
    const tls = connectTls({ ...server, socket, secureContext: context(), rejectUnauthorized: !insecure });
    track(tls);
    let chain: X509Certificate[] = [];
    // Before Node checks it, and closes the connection where it is not trusted.
    tls.prependOnceListener('secure', () => (chain = chainOf(tls)));
    await waitFor(tls, 'secureConnect', deadline, timeout).catch((error) => {
      noteShown(error, chain);
      throw error;
    });
    return tls;
  };

  const open = async (target: Target, started?: (socket: Socket) => void): Promise<Socket> => {
    let used: SecureContext | undefined;
    try {
      return await attempt(target, () => (used = trusted.known()), started);
    } catch (error) {
      const untrusted = explainBroken({ text: errorMessage(error) }).id === 'certificate-untrusted';
      const wider = untrusted && used && trusted.widerThan(used);
      if (!wider) throw error;
      return attempt(target, () => wider);
    }
  };

  const close = () => {
    for (const socket of sockets) socket.destroy();
  };
  return { open, prepareTls: () => void trusted.known(), close };
}

/** Another connection may hold: as when the peer resets it. */
const closed = (text: string) => Object.assign(new Error(text), { code: 'ECONNRESET' });

/** Waits for an event. @throws when the socket fails, closes, or the deadline (as of performance.now) comes before */
function waitFor(socket: Socket, event: string, deadline: number, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = Object.assign(new Error(`no connection within ${timeout} ms`), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => socket.destroy(late), deadline - performance.now());
    socket.once(event, resolve).on('error', reject);
    socket.on('close', () => reject(closed('the connection was closed before it was open')));
    for (const end of [event, 'close']) socket.once(end, () => clearTimeout(timer));
  });
}
