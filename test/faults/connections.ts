// Faults beneath HTTP: ports that are shut, silent or reset, servers without TLS, with old TLS, with bad certificates.

import { once } from 'node:events';
import { createServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecureContextOptions } from 'node:tls';
import { Worker } from 'node:worker_threads';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import { serverCertificate, usualCertificate } from '../support/fake/certificates.js';
import type { Fault, Line } from './front.js';

/** A fault and what a user is to read of it, as the id of a row of the table of symptoms. */
export interface ConnectionFault extends Fault {
  tells: SymptomId;
}

const EXPIRED = serverCertificate({ expired: true });
const OTHER_HOST = serverCertificate({ hosts: ['other.test'] });
const SELF_SIGNED = serverCertificate({ selfSigned: true });

/** Leads new connections to a TLS server, which no request must reach. */
const ledTo = (options: SecureContextOptions) => (line: Line) => {
  const server = createServer({ ...usualCertificate(), ...options }, (incoming) => {
    throw new Error(`${incoming.method} ${incoming.url} was sent to a server that is not to be trusted`);
  });
  line.take((socket) => server.emit('connection', socket));
};

/**
 * Listens in a thread that then sleeps, and fills the queue of connections, so that the kernel leaves the next ones
 * without an answer.
 */
async function fillBacklog(line: Line): Promise<void> {
  await line.shut();
  const awake = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./backlog.js', import.meta.url), { workerData: { port: line.port, awake } });
  await once(worker, 'message');
  const sockets: Socket[] = [];
  line.later(() => {
    for (const socket of sockets) socket.destroy();
    Atomics.store(awake, 0, 1);
    Atomics.notify(awake, 0);
    worker.terminate();
  });
  for (let waits = false; !waits && sockets.length < 20; ) {
    const socket = connect(line.port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    waits = await Promise.race([once(socket, 'connect').then(() => false), sleep(100, true)]);
    if (waits) line.fire();
  }
}

export const CONNECTION_FAULTS: ConnectionFault[] = [
  {
    name: 'connection refused',
    tells: 'unreachable',
    connection: async (line) => {
      await line.shut();
      line.fire();
    },
  },
  {
    name: 'reset at the connection',
    tells: 'broken-off',
    connection: (line) => line.take((socket) => socket.resetAndDestroy()),
  },
  { name: 'end at the connection', tells: 'broken-off', connection: (line) => line.take((socket) => socket.end()) },
  {
    name: 'reset in the TLS handshake',
    tells: 'broken-off',
    connection: (line) => line.take((socket) => socket.once('data', () => socket.resetAndDestroy())),
  },
  { name: 'hang at connect', tells: 'timeout', connection: fillBacklog },
  { name: 'hang in TLS', tells: 'timeout', connection: (line) => line.take((socket) => socket.resume()) },
  {
    name: 'plain http in place of TLS',
    tells: 'tls-version',
    connection: (line) =>
      line.take((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  },
  {
    name: 'TLS 1.1',
    tells: 'tls-version',
    connection: ledTo({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  },
  { name: 'certificate for another host', tells: 'certificate-host', connection: ledTo(OTHER_HOST) },
  { name: 'expired certificate', tells: 'certificate-expired', connection: ledTo(EXPIRED) },
  { name: 'self-signed certificate', tells: 'certificate-untrusted', connection: ledTo(SELF_SIGNED) },
];
