// The proxy as a server: where it listens, its time limits, what it answers itself, and how it ends.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { admit, type Door } from './admission.js';
import type { Upstream } from './exchange.js';
import { forward } from './forward.js';
import { answerLocally } from './local-answer.js';

/** Milliseconds within which the head of a request must have come. Its body may take any time. */
const HEAD_TIME = 10_000;
/** Milliseconds for which what a refused client still sends is dropped. */
const LINGER = 1000;
/** Milliseconds that an idle connection of a client is kept. */
const IDLE = 65_000;
/** Bytes of the headers of a request. */
const LARGEST_HEAD = 1 << 15;

/** Path of the health check, which takes no token. */
export const HEALTH = '/healthz';

/** An address to listen at; port 0 is any free one. */
export interface Address {
  host: string;
  port: number;
}

export interface Running {
  address: Address;
  /** Lets no new request in, and waits so many milliseconds for those that run. */
  end: (grace: number) => Promise<void>;
}

/**
 * Serves until it is ended. There is no limit of connections: it would let other users of the machine shut out the job.
 * @param door made for the address that it got
 * @throws Error of the system where the address cannot be had
 */
export async function serve(address: Address, door: (address: Address) => Door, upstream: Upstream): Promise<Running> {
  let own: Door | undefined;
  const handle = (request: IncomingMessage, response: ServerResponse, expects: boolean) => {
    if (isHealthCheck(request)) return answerHealth(response, upstream.holder.isGood());
    const admitted = own ? admit(request, own) : undefined;
    if (!admitted || 'status' in admitted) {
      upstream.counts.refused++;
      if (admitted) answerLocally(request, response, admitted);
      return;
    }
    upstream.counts.requests++;
    if (expects) response.writeContinue();
    forward(request, response, admitted, upstream).catch(() => response.destroy());
  };
  const limits = {
    headersTimeout: HEAD_TIME,
    requestTimeout: 0,
    keepAliveTimeout: IDLE,
    connectionsCheckingInterval: 1000,
  };
  const server = createServer({ ...limits, maxHeaderSize: LARGEST_HEAD, noDelay: true }, (request, response) =>
    handle(request, response, false),
  );
  server.on('checkContinue', (request, response) => handle(request, response, true));
  server.on('connect', (_, socket: Socket) => refuseSocket(socket, '405 Method Not Allowed'));
  server.on('upgrade', (_, socket: Socket) => refuseSocket(socket, '501 Not Implemented'));
  server.on('clientError', (error: Error & { code?: string }, socket: Socket) =>
    refuseSocket(socket, STATUS[error.code ?? ''] ?? '400 Bad Request'),
  );
  const got = await listen(server, address);
  own = door(got);
  return { address: got, end: (grace) => endServer(server, grace) };
}

/** Serves the health check alone, to whoever asks. @throws Error of the system where the address cannot be had */
export async function serveHealth(address: Address, isGood: () => boolean): Promise<Running> {
  const server = createServer({ headersTimeout: HEAD_TIME, requestTimeout: HEAD_TIME }, (request, response) => {
    if (isHealthCheck(request)) answerHealth(response, isGood());
    else response.writeHead(404).end();
    request.resume();
  });
  server.on('clientError', (_, socket: Socket) => refuseSocket(socket, '400 Bad Request'));
  return { address: await listen(server, address), end: (grace) => endServer(server, grace) };
}

const isHealthCheck = ({ method, url }: IncomingMessage) =>
  (method === 'GET' || method === 'HEAD') && url?.split('?')[0] === HEALTH;

function answerHealth(response: ServerResponse, good: boolean): void {
  response.writeHead(good ? 200 : 503, { 'content-type': 'text/plain' }).end(good ? 'ok\n' : 'no valid credential\n');
}

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Responds, and drops for a moment what still arrives: to close with unread data would reset the connection, and its client
 * could lose the response (RFC 9112, 9.6). One that is only ended stays half open for as long as its peer likes.
 */
function refuseSocket(socket: Socket, status: string): void {
  socket.on('error', () => {});
  if (!socket.writable) return void socket.destroy();
  const end = () => socket.destroy();
  const linger = setTimeout(end, LINGER).unref();
  socket.once('end', end).once('close', () => clearTimeout(linger));
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.resume();
}

async function listen(server: Server, { host, port }: Address): Promise<Address> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  return { host, port: (server.address() as AddressInfo).port };
}

async function endServer(server: Server, grace: number): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection whose last request has ended is idle, and its client may keep it for long.
  const looking = setInterval(() => server.closeIdleConnections(), 100);
  await Promise.race([ended, sleep(grace, undefined, { ref: false })]);
  clearInterval(looking);
  server.closeAllConnections();
}
