// A TLS server that does nothing else, in a process of its own: it takes what is sent, and sends as much as its path says.

import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { testAuthority, usualCertificate } from '../test/support/fake/certificates.js';

const block = Buffer.alloc(1 << 16, 'x');

function* blocks(size: number) {
  for (let sent = 0; sent < size; sent += block.length) yield block.subarray(0, Math.min(block.length, size - sent));
}

const server = createServer(usualCertificate(), async (request, response) => {
  const size = Number(/\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1] ?? 0);
  request.resume();
  await new Promise((resolve) => request.once('end', resolve));
  response.writeHead(200, { 'content-length': size });
  pipeline(Readable.from(blocks(size)), response, () => {});
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port, ca: testAuthority().cert });
});
process.on('disconnect', () => process.exit());
