// What the proxy answers to bytes on a socket: whoever knows the token and whoever does not, well-formed or not.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FakePlatform, startPlatform } from '../support/fake/platform.js';
import { goodEnv } from '../support/program.js';
import { ask, type RunningProxy, sendRaw, startProxy } from '../support/proxying.js';
import { startUpstream, type TestUpstream } from '../support/upstream.js';

let platform: FakePlatform;
let upstream: TestUpstream;
let proxy: RunningProxy;
before(async () => {
  platform = await startPlatform();
  upstream = await startUpstream(({ body }, response) => void response.end(`served ${body.length}`));
  const { CLUSTER: _, ...env } = goodEnv(platform);
  proxy = await startProxy({ ...env, MLFLOW_TRACKING_URI: upstream.uri, MLFLOW_AUTH_VERIFY: 'false' });
});
after(async () => {
  await proxy?.stop();
  await upstream?.close();
  await platform?.close();
});

/** The head of a request: HOST and TOKEN are replaced. */
const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;
const filled = (text: string) => text.replaceAll('HOST', `127.0.0.1:${proxy.port}`).replaceAll('TOKEN', proxy.token);
const AUTH = 'Authorization: Bearer TOKEN';
const get = (target: string, ...more: string[]) =>
  head(`GET ${target} HTTP/1.1`, 'Host: HOST', AUTH, 'Connection: close', ...more);

type Row = [name: string, status: number, request: string];

const REFUSED: Row[] = [
  ['no token', 401, head('GET /x HTTP/1.1', 'Host: HOST')],
  ['a wrong token', 401, head('GET /x HTTP/1.1', 'Host: HOST', 'Authorization: Bearer wrong')],
  ['an empty token', 401, head('GET /x HTTP/1.1', 'Host: HOST', 'Authorization: Bearer ')],
  ['the token under another scheme', 401, head('GET /x HTTP/1.1', 'Host: HOST', 'Authorization: Digest TOKEN')],
  ['the token as a user name', 401, head('GET /x HTTP/1.1', 'Host: HOST', `Authorization: Basic ${btoa('TOKEN:x')}`)],
  ['two tokens, the wrong one first', 401, head('GET /x HTTP/1.1', 'Host: HOST', 'Authorization: Bearer wrong', AUTH)],
  ['two tokens, the right one first', 401, head('GET /x HTTP/1.1', 'Host: HOST', AUTH, 'Authorization: Bearer wrong')],
  ['the token in a path, which is off', 401, head('GET /t/TOKEN/x HTTP/1.1', 'Host: HOST')],
  ['a foreign Host', 403, head('GET /x HTTP/1.1', 'Host: evil.example', AUTH)],
  ['the Host without its port', 403, head('GET /x HTTP/1.1', 'Host: 127.0.0.1', AUTH)],
  ['two Hosts, ours first', 400, head('GET /x HTTP/1.1', 'Host: HOST', 'Host: evil.example', AUTH)],
  ['two Hosts, ours last', 400, head('GET /x HTTP/1.1', 'Host: evil.example', 'Host: HOST', AUTH)],
  ['no Host', 400, head('GET /x HTTP/1.1', AUTH)],
  ['no Host in HTTP/1.0', 403, head('GET /x HTTP/1.0', AUTH)],
  ['an absolute target', 400, get('http://evil.example/x')],
  ['an absolute target that is ours', 400, get('http://HOST/x')],
  ['a target with an authority', 400, get('//evil.example/x')],
  ['an empty segment', 400, get('/a//b')],
  ['an encoded empty segment', 400, get('/a/%2f/b')],
  ['a backslash', 400, get('/\\evil.example')],
  ['..', 400, get('/../x')],
  ['.. at the end', 400, get('/a/..')],
  ['.', 400, get('/./oauth2/userinfo')],
  ['..%2f', 400, get('/a/..%2fx')],
  ['..%5c', 400, get('/a/..%5cx')],
  ['%2e%2e', 400, get('/a/%2e%2e/x')],
  ['.%2E', 400, get('/a/.%2E/x')],
  ['%252e%252e', 400, get('/a/%252e%252e/x')],
  ['%25252e%25252e', 400, get('/a/%25252e%25252e/x')],
  ['..;', 400, get('/a/..;/x')],
  ['..;a=b', 400, get('/a/..;a=b/x')],
  ['an overlong ..', 400, get('/a/%c0%ae%c0%ae/x')],
  ['a broken escape', 400, get('/a/%zz')],
  ['an @', 400, get('@evil.example')],
  ['*', 400, head('OPTIONS * HTTP/1.1', 'Host: HOST', AUTH)],
  ['a fragment', 400, get('/a#b')],
  ['a space', 400, get('/a b')],
  ['an encoded line break', 400, get('/a%0d%0aX:%20y')],
  ['an encoded NUL', 400, get('/a%00b')],
  ['a byte beyond ASCII', 400, get('/a\xe9')],
  ['the userinfo of oauth2-proxy', 403, get('/oauth2/userinfo')],
  ['the sign_out of oauth2-proxy', 403, get('/oauth2/sign_out?rd=/')],
  ['the paths of oauth2-proxy, encoded', 403, get('/%6fauth2%2Fuserinfo')],
  ['the paths of oauth2-proxy, encoded twice', 403, get('/%256fauth2/userinfo')],
  ['the paths of oauth2-proxy, in capitals', 403, get('/OAuth2/auth')],
  ['the folder of oauth2-proxy', 403, get('/oauth2')],
  ['TRACE', 405, head('TRACE /x HTTP/1.1', 'Host: HOST', AUTH)],
  ['CONNECT', 405, head('CONNECT evil.example:443 HTTP/1.1', 'Host: HOST', AUTH)],
  ['a WebSocket', 501, get('/x', 'Upgrade: websocket', 'Connection: Upgrade')],
  ['h2c', 501, get('/x', 'Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: AAMAAABkAAQAAP__')],
  ['more than 100 headers', 431, get('/x', ...Array.from({ length: 120 }, (_, index) => `X-${index}: y`))],
  ['2,100 headers', 431, get('/x', ...Array.from({ length: 2100 }, (_, index) => `X-${index}: y`))],
  ['a header of 40 kB', 431, get('/x', `X: ${'y'.repeat(40_000)}`)],
  ['a header of 1 MB', 431, get('/x', `X: ${'y'.repeat(1_000_000)}`)],
  ['a target of 60 kB', 431, get(`/${'y'.repeat(60_000)}`)],
];

const post = (lines: string[], body: string) => head('POST /x HTTP/1.1', 'Host: HOST', AUTH, ...lines) + body;
const NEXT = head('GET /second HTTP/1.1', 'Host: HOST', AUTH, 'Connection: close');

/** Requests whose end two servers may see at different places. What follows them must not be served. */
const SMUGGLED: [name: string, request: string][] = [
  ['a length and chunks', post(['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
  ['two lengths', post(['Content-Length: 5', 'Content-Length: 6'], 'abcde')],
  ['a list of lengths', post(['Content-Length: 5, 5'], 'abcde')],
  ['a length with a sign', post(['Content-Length: +5'], 'abcde')],
  ['an unknown coding', post(['Transfer-Encoding: xchunked'], '0\r\n\r\n')],
  ['a coding after chunks', post(['Transfer-Encoding: chunked, identity'], '0\r\n\r\n')],
  ['a folded header', post(['Content-Length: 5', 'X: a\r\n b'], 'abcde')],
  ['a space before the colon', post(['Content-Length : 5'], 'abcde')],
  ['a bare line feed', `POST /x HTTP/1.1\nHost: HOST\n${AUTH}\nContent-Length: 5\n\nabcde`],
  ['a bare line feed in chunks', post(['Transfer-Encoding: chunked'], '5\nabcde\n0\n\n')],
  ['a bare carriage return', post(['X: a\rY: b', 'Content-Length: 5'], 'abcde')],
  ['a NUL', post(['X: a\0b', 'Content-Length: 5'], 'abcde')],
  ['a chunk of a size beyond all', post(['Transfer-Encoding: chunked'], 'fffffffffffffffff\r\nabc')],
];

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

describe('a socket of the proxy', () => {
  for (const [name, status, request] of REFUSED) {
    it(`refuses ${name} with ${status}, and passes nothing on`, async () => {
      upstream.arrived.splice(0);
      const answer = await sendRaw(proxy.port, Buffer.from(filled(request), 'latin1'));
      // Node itself refuses what is no HTTP.
      assert.equal(statusOf(answer), status, answer);
      assert.deepEqual(upstream.arrived, []);
    });
  }

  for (const [name, request] of SMUGGLED) {
    it(`closes after ${name}, and serves nothing that follows`, async () => {
      upstream.arrived.splice(0);
      const answer = await sendRaw(proxy.port, Buffer.from(filled(request + NEXT), 'latin1'));
      assert.equal(statusOf(answer), 400, answer);
      assert.ok(!answer.includes('served'), answer);
      assert.ok(upstream.arrived.every(({ url }) => !url.includes('second')));
    });
  }

  it('serves names that only look odd', async () => {
    for (const target of [
      '/a/..b',
      '/a/b..',
      '/a/...',
      '/100%25.txt',
      '/a%2525',
      '/a%20b',
      '/%C3%A9',
      '/x/oauth2/y',
      '/oauth2x',
      '/a;b',
      '/?a=/../',
      '/a?x=%0a',
    ])
      assert.equal(statusOf(await sendRaw(proxy.port, filled(get(target)))), 200, target);
  });

  it('serves the token as a bearer in any case and as a password, under each name of this machine', async () => {
    const basic = (user: string) => `Authorization: Basic ${btoa(`${user}:${proxy.token}`)}`;
    for (const line of [AUTH, 'authorization: bearer TOKEN', 'AUTHORIZATION: BEARER  TOKEN', basic('x'), basic('')])
      for (const host of ['127.0.0.1', 'localhost', 'LocalHost']) {
        const request = head('GET /x HTTP/1.1', `Host: ${host}:${proxy.port}`, line, 'Connection: close');
        assert.equal(statusOf(await sendRaw(proxy.port, filled(request))), 200, `${host} ${line}`);
      }
  });

  it('names what wins over the token, where a password comes in its place', async () => {
    const { status, headers, body } = await ask(proxy, '/x', { headers: { authorization: `Basic ${btoa('u:p')}` } });
    const { error_code, message } = JSON.parse(body);
    assert.deepEqual([status, error_code, headers['www-authenticate']], [401, 'UNAUTHENTICATED', 'Bearer']);
    for (const name of ['~/.netrc', '~/.mlflow/credentials', 'MLFLOW_TRACKING_USERNAME', 'MLFLOW_TRACKING_PASSWORD'])
      assert.ok(message.includes(name), message);
  });

  it('refuses a request without the token before its body, also where it asks whether to send one', async () => {
    for (const lines of [
      ['Content-Length: 100000000'],
      ['Content-Length: 5', 'Expect: 100-continue'],
      ['Transfer-Encoding: chunked'],
    ]) {
      const answer = await sendRaw(proxy.port, filled(head('PUT /x HTTP/1.1', 'Host: HOST', ...lines)), 4000);
      assert.equal(statusOf(answer), 401, answer);
      assert.ok(!answer.includes('100 Continue') && /\r\nConnection: close\r\n/i.test(answer), answer);
    }
  });

  it('answers an expectation that nobody knows with 417', async () => {
    assert.equal(statusOf(await sendRaw(proxy.port, filled(get('/x', 'Expect: a-miracle')))), 417);
  });

  it('serves while thousands of other sockets are silent, and closes these', async () => {
    const silent: Socket[] = [];
    const closed: Promise<unknown>[] = [];
    // Beyond the backlog of 511, the system drops connections that a client believes to have, and nobody closes those.
    while (silent.length < 3000) {
      const some = Array.from({ length: 200 }, () =>
        connect(proxy.port, '127.0.0.1')
          .on('error', () => {})
          .resume(),
      );
      silent.push(...some);
      closed.push(...some.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
      await Promise.all(some.map((socket) => once(socket, 'connect')));
      for (const socket of some.slice(0, 70)) socket.write('GET /x HTTP/1.1\r\nHost: ');
      assert.equal((await ask(proxy, '/x')).status, 200);
    }
    await Promise.all(closed);
    assert.equal((await ask(proxy, '/x')).status, 200);
  });

  it('answers health checks without a token, and tells nothing else', async () => {
    const answer = await sendRaw(proxy.port, filled(head('GET /healthz HTTP/1.1', 'Host: any', 'Connection: close')));
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n(3\r\n)?ok\n/);
    assert.equal(
      statusOf(await sendRaw(proxy.port, filled(head('POST /healthz HTTP/1.1', 'Host: HOST', 'Content-Length: 0')))),
      401,
    );
  });

  it('lets a body take its time', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text) => (answer += text));
    socket.write(filled(head('PUT /x HTTP/1.1', 'Host: HOST', AUTH, 'Content-Length: 4', 'Connection: close')));
    for (const part of ['a', 'b', 'c', 'd']) {
      await sleep(4000);
      socket.write(part);
    }
    await once(socket, 'close');
    assert.match(answer, /served 4/);
  });
});
