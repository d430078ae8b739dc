// Connections: opened ahead, handed out once, replaced when they broke, and trusting the private CA before all others.

import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { createServer, rootCertificates } from 'node:tls';
import type { ConnectOptions } from '../../../src/http/connect.js';
import { setConnectDefaults } from '../../../src/http/globals.js';
import { openConnections } from '../../../src/http/preconnect.js';
import { testAuthority, usualCertificate } from '../../support/fake/certificates.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function start() {
  const sockets: Socket[] = [];
  const server = createServer(usualCertificate(), () => {});
  server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => {})));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { sockets, origin: `https://localhost:${port}`, target: targetOf(port), server };
}

const targetOf = (port: number) => ({ protocol: 'https:', hostname: 'localhost', port: String(port) });

/** Connections with the tests' CA as the private one, and without other roots. */
function open(options: Partial<ConnectOptions> = {}) {
  const connections = openConnections({
    ca: testAuthority().cert,
    insecure: false,
    timeout: 5000,
    roots: () => [],
    ...options,
  });
  closing.push(connections.close);
  return { ...connections, connect: connections.open };
}

describe('a connection', () => {
  it('that was opened ahead is handed out, once', async () => {
    const { sockets, origin, target } = await start();
    const { preconnect, connect } = open();
    await preconnect(origin, 2);
    const taken = [await connect(target), await connect(target)];
    assert.equal(sockets.length, 2);
    taken.push(await connect(target));
    assert.equal(new Set(taken).size, 3);
    assert.equal(sockets.length, 3);
  });

  it('that was opened ahead and has broken since is replaced', async () => {
    const { sockets, origin, target, server } = await start();
    const { preconnect, connect } = open();
    const secured = once(server, 'secureConnection');
    await preconnect(origin, 1);
    await secured;
    const first = connect(target);
    const socket = await first;
    socket.destroy();
    const again = once(server, 'secureConnection');
    await preconnect(origin, 1);
    await again;
    sockets[1]?.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal((await connect(target)).destroyed, false);
    assert.equal(sockets.length, 3);
  });

  it('that could not be opened fails for whoever takes it, and nobody else', async () => {
    const { origin, target, server } = await start();
    server.close();
    await once(server, 'close');
    const { preconnect, connect } = open();
    await preconnect(origin, 2);
    await assert.rejects(connect(target), { code: 'ECONNREFUSED' });
  });

  it('that is not open in time fails', async () => {
    const { server } = await start();
    server.removeAllListeners('connection');
    const { port } = server.address() as AddressInfo;
    await assert.rejects(open({ timeout: 200 }).connect(targetOf(port)), { code: 'ETIMEDOUT' });
  });

  it('may take longer than a moment, also where the next address of the name leads nowhere', async () => {
    const { sockets, target } = await start();
    const usual = dns.lookup;
    const both = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ];
    // Once the first attempt is on its way, its answer is not looked at for longer than Node's usual 250 or 500 ms.
    const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    const lookup = (...given: unknown[]) =>
      setImmediate(() => {
        (given.at(-1) as (...found: unknown[]) => void)(null, both);
        process.nextTick(() => process.nextTick(pause));
      });
    Object.assign(dns, { lookup });
    try {
      setConnectDefaults();
      assert.equal((await open().connect(target)).destroyed, false);
      assert.equal(sockets.length, 1);
    } finally {
      Object.assign(dns, { lookup: usual });
    }
  });

  it('trusts the private CA without reading the other roots, and the other roots where it must', async () => {
    const { sockets, target } = await start();
    let reads = 0;
    const roots = () => {
      reads++;
      return [testAuthority().cert];
    };
    await open({ roots }).connect(target);
    assert.equal(reads, 0);
    const { connect } = open({ ca: rootCertificates[0], roots });
    await connect(target);
    assert.equal(sockets.length, 3);
    // It is known by now what this takes.
    await connect(target);
    assert.equal(sockets.length, 4);
  });

  it('trusts the other roots also where several open at once, all with the private CA alone at first', async () => {
    const { origin, target } = await start();
    const { preconnect, connect } = open({ ca: rootCertificates[0], roots: () => [testAuthority().cert] });
    await preconnect(origin, 2);
    const sockets = await Promise.all([connect(target), connect(target)]);
    assert.deepEqual(
      sockets.map(({ destroyed }) => destroyed),
      [false, false],
    );
  });

  it('to a server of a CA that neither of them knows fails', async () => {
    const { target } = await start();
    const roots = () => rootCertificates.slice(1, 3);
    await assert.rejects(open({ ca: rootCertificates[0], roots }).connect(target), { code: /UNABLE_TO_VERIFY/ });
    await assert.rejects(open({ ca: rootCertificates[0] }).connect(target), { code: /UNABLE_TO_VERIFY/ });
  });

  it('leaves nothing open when all are closed', async () => {
    const { sockets, origin, target } = await start();
    const { preconnect, connect, close } = open();
    await preconnect(origin, 2);
    const socket = await connect(target);
    close();
    assert.equal(socket.destroyed, true);
    await Promise.all(sockets.map((one) => one.destroyed || once(one, 'close')));
  });
});
