// A TLS server that does nothing else, in a process of its own: it takes what is sent, and sends as much as its path says.

import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { testAuthority, usualCertificate } from '../test/support/fake/certificates.js';

const block = Buffer.alloc(1 << 16, 'x');

const server = createServer(usualCertificate(), async (request, response) => {
  const size = Number(/\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1] ?? 0);
  request.resume();
  await new Promise((resolve) => request.once('end', resolve));
  response.writeHead(200, { 'content-length': size });
  for (let sent = 0; sent < size && !response.destroyed; sent += block.length)
    if (!response.write(block.subarray(0, Math.min(block.length, size - sent))))
      await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port, ca: testAuthority().cert });
});
process.on('disconnect', () => process.exit());
