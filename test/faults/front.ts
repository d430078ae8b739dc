// A TLS server on loopback that gives the fake platform's answers, until it is told to spoil a connection or an answer.

import { once } from 'node:events';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, createServer as createLine, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { usualCertificate } from '../support/fake/certificates.js';
import { type Answers, endpointOf, PATIENCE, send } from '../support/fake/platform.js';
import type { Endpoint } from '../support/fake/switches.js';
import { issuedBy, type Reached, whole } from './wire.js';

/** What goes wrong: with connections, from when the requests before were answered, or with the answer itself. */
export interface Fault {
  name: string;
  connection?: (line: Line) => void | Promise<void>;
  answer?: (reached: Reached) => void | Promise<void>;
}

/** What a fault can do to the connections to come. */
export interface Line {
  port: number;
  /** Takes each new connection. */
  take: (spoil: (socket: Socket) => void) => void;
  /** Closes the port, and keeps it from being given to anyone else. */
  shut: () => Promise<void>;
  /** Says that the fault is there, where no connection can show it. */
  fire: () => void;
  /** Says how to tell that the fault was met, where the server cannot. */
  proof: (struck: () => boolean) => void;
  /** Called when all is over. */
  later: (end: () => void) => void;
}

/** Which requests meet the fault. */
export interface Plan {
  fault: Fault;
  endpoints: Endpoint[];
  /** Requests whose answers wait for each other; once all are there, connections go wrong. */
  after: Endpoint[];
  /** How often the fault strikes. */
  times: number;
  /** http in place of https. */
  plain: boolean;
}

export interface Front {
  address: string;
  port: number;
  /** Times that the fault struck. */
  fired: () => number;
  /** Requests with a password that began to arrive. */
  posts: () => number;
  /** Bytes sent in all. */
  sent: () => number;
  /** Secrets in the answers of the fake platform. */
  issued: string[];
  close: () => Promise<void>;
}

export async function startFront(platform: Answers, { fault, endpoints, after, times, plain }: Plan): Promise<Front> {
  const sockets = new Map<number | undefined, Socket>();
  const busy = new Set<number | undefined>();
  const waiting = new Set(after);
  const ends: (() => void)[] = [];
  const issued: string[] = [];
  let [fired, posts, sent] = [0, 0, 0];
  let closed = false;
  let proven = () => fired;
  let take = (socket: Socket): unknown => server.emit('connection', socket);
  let spoiled: () => void = () => {};
  const all = new Promise<void>((resolve) => {
    spoiled = resolve;
  });

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = '', headers, socket } = incoming;
    const url = new URL(incoming.url ?? '/', `${plain ? 'http' : 'https'}://${headers.host}`);
    const endpoint = endpointOf(method, url.pathname) as Endpoint;
    if (endpoint === 'login') posts++;
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) {
      chunks.push(chunk);
      if (
        chunks.length === 1 &&
        ['token', 'provider-token'].includes(endpoint) &&
        `${chunk}`.includes('grant_type=password')
      )
        posts++;
    }
    const port = socket.remotePort;
    busy.add(port);
    const answer = platform.answer({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
    issued.push(...issuedBy(answer));
    const reached = { answer, socket, url, reset: () => sockets.get(port)?.resetAndDestroy() };
    if (fault.answer && endpoints.includes(endpoint) && fired < times) {
      fired++;
      await fault.answer(reached);
    } else {
      await turn(endpoint);
      // Where connections go wrong, each request is to need a new one.
      if (fault.connection) socket.end(whole(answer));
      else send(response, answer);
    }
    busy.delete(port);
  };

  /** Waits, before the answer, until the fault lies in the way of what comes next. */
  const turn = async (endpoint: Endpoint) => {
    if (!fault.connection || !after.includes(endpoint)) return;
    if (waiting.delete(endpoint) && waiting.size === 0) {
      await spoil();
      // A client may have connections ready that it opened before.
      for (const [port, socket] of sockets) if (!busy.has(port)) socket.destroy();
      await sleep(20);
      spoiled();
    }
    await all;
  };

  /** A run may end, for want of time, while its fault is still being laid. */
  const later = (end: () => void) => void (closed ? end() : ends.push(end));

  const spoil = async () => {
    await fault.connection?.({
      port,
      take: (next) => {
        const usual = take;
        take = (socket) => (fired++ < times ? next(socket) : usual(socket));
      },
      shut: async () => {
        // A port that a connection still has is no free port.
        const accepted = once(line, 'connection');
        const held = connect(port, '127.0.0.1').on('error', () => {});
        later(() => held.destroy());
        await accepted;
        line.close();
      },
      fire: () => fired++,
      proof: (struck) => {
        proven = () => Number(struck());
      },
      later,
    });
  };

  const serve = (incoming: IncomingMessage, response: ServerResponse) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  };
  const limits = { maxHeaderSize: 1 << 21, keepAliveTimeout: PATIENCE };
  const server = plain ? createPlain(limits, serve) : createServer({ ...limits, ...usualCertificate() }, serve);
  const line = createLine({ noDelay: true }, (socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    // A client may reset its connection at any time.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sent += socket.bytesWritten;
      sockets.delete(remotePort);
    });
    take(socket);
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  const { port } = line.address() as AddressInfo;
  const address = `${plain ? 'http' : 'https'}://localhost:${port}`;
  if (fault.connection && after.length === 0) await spoil();

  const close = async () => {
    closed = true;
    for (const end of ends.splice(0)) end();
    for (const socket of sockets.values()) socket.destroy();
    await new Promise<void>((resolve) => line.close(() => resolve()));
  };
  return { address, port, fired: () => proven(), posts: () => posts, sent: () => sent, issued, close };
}
