// HTTP: what is repeated and what is not, limits of time and size, and that no redirect is followed.

import assert from 'node:assert/strict';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { AuthError } from '../../../src/errors/errors.js';
import { triedText } from '../../../src/errors/render.js';
import { openHttp } from '../../../src/http/client.js';
import { openNodeExchange } from '../../../src/http/node-exchange.js';
import type { Request, Transport } from '../../../src/http/types.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that gives these answers in turn, the last one for ever, and counts. */
async function serve(...answers: ((response: ServerResponse) => void)[]) {
  const seen = { requests: 0, bodies: [] as string[] };
  const listener: RequestListener = (request, response) => {
    const answer = answers[Math.min(seen.requests++, answers.length - 1)];
    request.on('data', (chunk) => seen.bodies.push(String(chunk)));
    answer?.(response);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { seen, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?code=secret` };
}

function open(given: Partial<Transport> = {}) {
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  const proxyFor = () => '';
  const options = { insecure: false, timeout: 2000, roots: () => [], proxyFor, note, mask: () => {} };
  const { http, close } = openHttp({
    exchange: openNodeExchange(options),
    requestTimeout: 2000,
    totalTimeout: 10_000,
    proxyFor,
    note,
    ...given,
  });
  closing.push(close);
  return { http, notes };
}

const ASK: Request = { stage: 'authorize', what: 'test' };
const reply =
  (status: number, headers: Record<string, string> = {}, body: string | Buffer = 'ok') =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(body);
const reset = (response: ServerResponse) => void response.destroy();

describe('a request', () => {
  it('returns the answer whatever its status, with each Set-Cookie apart', async () => {
    const { address } = await serve((response) =>
      response.writeHead(403, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']).end('no'),
    );
    const answer = await open().http(address, ASK);
    assert.deepEqual([answer.status, answer.body, answer.headers.getSetCookie()], [403, 'no', ['a=1', 'b=2']]);
    assert.match(triedText(answer.tried), /^test \(GET http:\/\/127\.0\.0\.1:\d+\/path\)$/);
  });

  it('does not follow redirects', async () => {
    const { address, seen } = await serve(reply(302, { location: '/elsewhere' }));
    const answer = await open().http(address, ASK);
    assert.deepEqual([answer.status, answer.headers.get('location'), seen.requests], [302, '/elsewhere', 1]);
  });

  for (const status of [429, 502, 503, 504]) {
    it(`is repeated twice on ${status} where that is allowed`, async () => {
      const { address, seen } = await serve(reply(status, { 'retry-after': '0' }));
      const { http, notes } = open();
      assert.equal((await http(address, { ...ASK, retry: true })).status, status);
      assert.equal(seen.requests, 3);
      assert.equal(notes.length, 2);
      assert.match(notes[0] ?? '', new RegExp(`: ${status}, trying again \\(2 of 3\\)`));
    });

    it(`is sent once on ${status} where not`, async () => {
      const { address, seen } = await serve(reply(status));
      assert.equal((await open().http(address, { ...ASK, body: 'x' })).status, status);
      assert.equal(seen.requests, 1);
    });
  }

  it('is sent once more on 429 where only a rate limit allows it, if the answer says when', async () => {
    for (const [status, headers, requests] of [
      [429, { 'retry-after': '0' }, 2],
      [429, {}, 1],
      [429, { 'retry-after': 'soon' }, 1],
      [429, { 'retry-after': '86400' }, 1],
      [503, { 'retry-after': '0' }, 1],
      [401, { 'retry-after': '0' }, 1],
    ] as const) {
      const { address, seen } = await serve(reply(status, headers));
      const answer = await open().http(address, { ...ASK, body: 'x', retry: 'rate-limit' });
      assert.deepEqual([answer.status, seen.requests], [status, requests]);
    }
  });

  for (const status of [400, 401, 403, 404, 500]) {
    it(`is never repeated on ${status}`, async () => {
      const { address, seen } = await serve(reply(status));
      await open().http(address, { ...ASK, retry: true });
      assert.equal(seen.requests, 1);
    });
  }

  it('is repeated after a broken connection, and works in the end', async () => {
    const { address, seen } = await serve(reset, reply(200));
    assert.equal((await open().http(address, { ...ASK, retry: true })).body, 'ok');
    assert.equal(seen.requests, 2);
  });

  it('that carries a login is not repeated after a broken connection', async () => {
    const { address, seen } = await serve(reset, reply(200));
    await assert.rejects(open().http(address, { ...ASK, body: 'x' }), { name: 'AuthError', id: 'broken-off' });
    assert.equal(seen.requests, 1);
  });

  it('that is answered with 421 is not sent again, as fetch would do by itself', async () => {
    const { address, seen } = await serve(reply(421));
    await open()
      .http(address, { ...ASK, body: 'password' })
      .catch(() => {});
    assert.equal(seen.requests, 1);
  });

  it('that waits to be repeated ends when the transport is closed', async () => {
    const { address, seen } = await serve(reply(503, { 'retry-after': '5' }));
    const { http, notes } = open();
    const waiting = assert.rejects(http(address, { ...ASK, retry: true }));
    while (notes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await closing.pop()?.();
    await waiting;
    assert.equal(seen.requests, 1);
  });

  it('is not sent once the transport is closed, and ends with it when it was', async () => {
    const { address, seen } = await serve(() => {});
    const { http } = open();
    const close = closing.pop();
    const waiting = assert.rejects(http(address, { ...ASK, retry: true }), { name: 'AbortError' });
    while (seen.requests === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    close?.();
    await waiting;
    await assert.rejects(http(address, { ...ASK, body: 'password' }), { name: 'AbortError' });
    assert.equal(seen.requests, 1);
  });

  it('gives up at once when Retry-After asks for more time than there is', async () => {
    for (const value of ['99999', new Date(Date.now() + 3_600_000).toUTCString()]) {
      const { address, seen } = await serve(reply(503, { 'retry-after': value }));
      assert.equal((await open().http(address, { ...ASK, retry: true })).status, 503);
      assert.equal(seen.requests, 1);
    }
  });
});

describe('limits', () => {
  const fails = async (address: string, id: string, pattern: RegExp, given: Partial<Transport> = {}) => {
    await assert.rejects(open(given).http(address, ASK), (error: AuthError) => {
      assert.equal(error.id, id);
      assert.match(error.message, pattern);
      assert.doesNotMatch(error.message, /code=secret/);
      return true;
    });
  };

  it('stop a server that does not answer', async () => {
    const { address } = await serve(() => {});
    await fails(address, 'timeout', /no response within \d+ ms/, { requestTimeout: 200 });
  });

  it('stop a body that never ends', async () => {
    const { address } = await serve((response) => void response.writeHead(200).write('x'));
    await fails(address, 'timeout', /no response within \d+ ms/, { requestTimeout: 200 });
  });

  it('stop at the total time, also between requests', async () => {
    const { address } = await serve(reply(200));
    await fails(address, 'timeout', /the time limit of 0 s for the login/, { totalTimeout: 0 });
  });

  it('allow 1 MiB of body and no byte more', async () => {
    const { address } = await serve(reply(200, {}, 'x'.repeat(1 << 20)), reply(200, {}, 'x'.repeat((1 << 20) + 1)));
    assert.equal((await open().http(address, ASK)).body.length, 1 << 20);
    await fails(address, 'answer-too-large', /larger than 1 MiB/);
  });

  it('count what is unpacked, not what is sent', async () => {
    const { address } = await serve(reply(200, { 'content-encoding': 'gzip' }, gzipSync('x'.repeat(50_000_000))));
    await fails(address, 'answer-too-large', /larger than 1 MiB/);
  });

  it('do not wait for an answer where the server changes the protocol', async () => {
    const changed = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n';
    const { address } = await serve((response) => void response.socket?.write(changed));
    await assert.rejects(open().http(address, ASK), /closed before a response/);
  });

  it('unpack a body 5 times, and not once more', async () => {
    const packed = (times: number): Buffer => (times === 0 ? Buffer.from('{}') : gzipSync(packed(times - 1)));
    const coding = (times: number) => ({ 'content-encoding': Array(times).fill('gzip').join(', ') });
    const { address } = await serve(reply(200, coding(5), packed(5)), reply(200, coding(6), packed(6)));
    assert.equal((await open().http(address, ASK)).body, '{}');
    await assert.rejects(open().http(address, ASK), /packed more than 5 times/);
  });

  it('let 52 kB of cookies through', async () => {
    const cookies = Array.from({ length: 14 }, (_, i) => [
      'Set-Cookie',
      `_oauth2_proxy_${i}=${'x'.repeat(3800)}`,
    ]).flat();
    const { address } = await serve((response) => void response.writeHead(302, cookies).end());
    assert.equal((await open().http(address, ASK)).headers.getSetCookie().length, 14);
  });
});

describe('a server that cannot be reached', () => {
  it('is reported with its error code', async () => {
    const { address } = await serve();
    for (const close of closing.splice(0)) await close();
    await assert.rejects(open().http(address, ASK), (error: AuthError) => {
      assert.equal(error.id, 'unreachable');
      assert.match(error.got, /^connect ECONNREFUSED /);
      return true;
    });
  });
});
