// Sends one request to the server, once, and waits for the head of its answer.

import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';

/** Bytes of headers that an answer may have. */
const LARGEST_HEAD = 1 << 17;

/** A request as it goes up. */
export interface Outgoing {
  method: string;
  path: string;
  /** Flat, as `rawHeaders`. */
  headers: string[];
  /** The whole body, or what writes it once there is a connection. */
  body: Buffer | ((to: ClientRequest) => void);
  agent: Agent;
  signal: AbortSignal;
}

/** What came of it. */
export interface Sent {
  answer?: IncomingMessage;
  error?: Error & { code?: string };
  /** A connection was there, so that the server may have read something of the request. */
  begun: boolean;
  /** The connection had been used before, so that the server may just have closed it. */
  reused: boolean;
}

/** Never throws: what goes wrong is a result. An answer that breaks off later fails as a stream. */
export function sendOnce({ method, path, headers, body, agent, signal }: Outgoing): Promise<Sent> {
  return new Promise((resolve) => {
    let begun = false;
    const going = request({
      agent,
      method,
      path,
      headers,
      signal,
      maxHeaderSize: LARGEST_HEAD,
    });
    going.on('socket', () => {
      begun = true;
      if (typeof body === 'function') body(going);
    });
    going.on('response', (answer) => {
      // Its end shows it; without a listener the error would end the process.
      answer.on('error', () => {});
      resolve({ answer, begun, reused: going.reusedSocket });
    });
    // The server changes the protocol, which no request wants.
    going.on('upgrade', (_, socket) => socket.destroy(new Error('the server changed the protocol')));
    going.on('error', (error) => resolve({ error, begun, reused: going.reusedSocket }));
    if (typeof body !== 'function') going.end(body);
  });
}
