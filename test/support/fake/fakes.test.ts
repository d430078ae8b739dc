// The tests' own servers outlive whatever a client does to its connections, and start with whatever certificate chance brings.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { serverCertificate } from './certificates.js';
import { startHttpProxy } from './http-proxy.js';
import { startPlatform } from './platform.js';

/** Sends a text, waits for `ready` if that is given, and resets the connection. @returns what came back */
async function reset(port: number, text: string, ready?: RegExp): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(text);
  let seen = '';
  while (ready && !ready.test(seen)) seen += String((await once(socket, 'data'))[0]);
  socket.resetAndDestroy();
  return seen;
}

describe('a reset connection', () => {
  it('ends neither the HTTP proxy nor the platform', async () => {
    const platform = await startPlatform();
    const proxy = await startHttpProxy(platform.port);
    const strict = await startHttpProxy(platform.port, 'user:password');
    const connectTo = `CONNECT platform.test:${platform.port} HTTP/1.1\r\nHost: platform.test\r\n\r\n`;
    const port = Number(proxy.address.split(':')[1]);
    await reset(port, 'CONNECT');
    await reset(port, connectTo);
    await reset(port, connectTo, /200 OK/);
    await reset(Number(strict.address.split(':')[1]), connectTo);
    await reset(Number(strict.address.split(':')[1]), connectTo, /407/);
    await reset(platform.port, 'no TLS');
    // An unheard error would have ended this process by now; and all still answer.
    await sleep(50);
    assert.match(await reset(port, connectTo, /\r\n\r\n/), /200 OK/);
    assert.match(await reset(Number(strict.address.split(':')[1]), connectTo, /\r\n\r\n/), /407/);
    await reset(platform.port, 'no TLS');
    for (const one of [proxy, strict, platform]) await one.close();
  });
});

describe('a platform that is busy for longer than a server usually keeps a connection', () => {
  it('answers what came meanwhile', async () => {
    const platform = await startPlatform({ plain: true });
    const socket = connect(platform.port, '127.0.0.1');
    const answers: string[] = [];
    socket.on('data', (data) => answers.push(String(data)));
    const ask = () => socket.write('GET /dex/api/v1/connectors HTTP/1.1\r\nHost: localhost\r\n\r\n');
    ask();
    await once(socket, 'data');
    ask();
    // Node keeps an idle connection for 5 s, and a second more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6500);
    await once(socket, 'data');
    assert.equal(answers.filter((answer) => answer.startsWith('HTTP/1.1 200')).length, 2);
    socket.destroy();
    await platform.close();
  });
});

describe('a certificate of the tests', () => {
  for (const start of ['0000', '0001', '007f', '0080', '00ff', '7fff', '8000', 'ff7f', 'ff80', 'ffff']) {
    it(`is taken by OpenSSL when its random bytes start with ${start}`, () => {
      const certificate = serverCertificate({}, Buffer.from(start.padEnd(16, '0'), 'hex'));
      createSecureContext(certificate);
      assert.match(new X509Certificate(certificate.cert).serialNumber, new RegExp(`^0?1${start}`, 'i'));
    });
  }
});
