// TLS of Deno itself as a stream of Node: that of its node:tls reads on while its reader pauses, and so keeps whole
// downloads in memory (4 paused ones of 200 MB took 1.1 GB, this way 50 MB; Deno 2.9).

import { Duplex } from 'node:stream';
import { socketAddress } from '../util/url.js';
import type { Target } from './connect.js';
import { isLoopbackName } from './loopback.js';

/** A connection of Deno's, as far as it is used. */
interface Conn {
  read: (into: Uint8Array) => Promise<number | null>;
  write: (bytes: Uint8Array) => Promise<number>;
  close: () => void;
}
type TlsConn = Conn & { handshake: () => Promise<unknown> };
interface DenoNet {
  connect: (options: { hostname: string; port: number }) => Promise<Conn>;
  startTls: (conn: Conn, options: { hostname: string; caCerts: string[]; alpnProtocols: string[] }) => Promise<TlsConn>;
}

const CHUNK = 1 << 16;
/** Names of Deno's errors by the codes of Node. */
const CODES: Readonly<Record<string, string>> = {
  ConnectionRefused: 'ECONNREFUSED',
  ConnectionReset: 'ECONNRESET',
  ConnectionAborted: 'ECONNABORTED',
  NotConnected: 'ECONNRESET',
  UnexpectedEof: 'ECONNRESET',
  BadResource: 'ECONNRESET',
  BrokenPipe: 'EPIPE',
  TimedOut: 'ETIMEDOUT',
};

/** Deno's own network, under Deno. */
export const denoNet = (): DenoNet | undefined => (globalThis as { Deno?: DenoNet }).Deno;

/**
 * Opens a TLS connection, checked against the runtime's roots and a private CA.
 * @param ca certificates in PEM
 * @throws Error with a code of Node's where there is one for it
 */
export async function connectByDeno(
  net: DenoNet,
  target: Target,
  ca: readonly string[],
  timeout: number,
): Promise<Duplex> {
  const { host, port } = socketAddress(target);
  let conn: Conn | undefined;
  let late = false;
  const connect = async () => {
    conn = await firstOf(net, isLoopbackName(host) ? ['127.0.0.1', '::1'] : [host], port);
    const tls = await net.startTls(conn, { hostname: host, caCerts: [...ca], alpnProtocols: ['http/1.1'] });
    conn = tls;
    await tls.handshake();
    if (late) close(tls);
    return streamOf(tls);
  };
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error(`no connection within ${timeout} ms`), { code: 'ETIMEDOUT' });
    timer = setTimeout(() => reject(error), timeout);
  });
  try {
    return await Promise.race([connect(), limit]);
  } catch (error) {
    late = true;
    close(conn);
    throw coded(error);
  } finally {
    clearTimeout(timer);
  }
}

/** The first address that answers. */
async function firstOf(net: DenoNet, [hostname = '', ...others]: readonly string[], port: number): Promise<Conn> {
  try {
    return await net.connect({ hostname, port });
  } catch (error) {
    if (others.length === 0) throw error;
    return firstOf(net, others, port);
  }
}

/** Reads when it is read, and not before. */
function streamOf(conn: Conn): Duplex {
  const stream = new Duplex({
    read() {
      const chunk = new Uint8Array(CHUNK);
      conn.read(chunk).then(
        (count) => this.push(count === null ? null : Buffer.from(chunk.buffer, 0, count)),
        (error) => this.destroy(coded(error)),
      );
    },
    write(chunk: Buffer, _, done) {
      writeAll(conn, chunk).then(
        () => done(),
        (error) => done(coded(error)),
      );
    },
    destroy(error, done) {
      close(conn);
      done(error);
    },
  });
  // What an agent calls on a socket. Nothing sets a time limit for bodies, and what is idle is closed by its server.
  const nothing = () => stream;
  return Object.assign(stream, {
    setTimeout: nothing,
    setNoDelay: nothing,
    setKeepAlive: nothing,
    ref: nothing,
    unref: nothing,
  });
}

async function writeAll(conn: Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += await conn.write(bytes.subarray(at));
}

function close(conn: Conn | undefined): void {
  try {
    conn?.close();
  } catch {
    // It is closed.
  }
}

function coded(error: unknown): Error {
  const whole = error instanceof Error ? error : new Error(String(error));
  const code = CODES[whole.name];
  return code ? Object.assign(new Error(whole.message, { cause: whole }), { code }) : whole;
}
