// The server to which the browser is redirected: whom it answers, what it takes, and that it takes it once.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { type Loopback, listen } from '../../../../src/login/people/loopback.js';

const STATE = 'the-state';

describe('the loopback server', () => {
  const opened: Loopback[] = [];
  const open = async (uri = 'http://127.0.0.1/mlflow-auth') => {
    const loopback = await listen(new URL(uri));
    opened.push(loopback);
    return loopback;
  };
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });

  const answerOf = ({ answer }: Loopback, seconds = 60, signal = new AbortController().signal) =>
    answer(STATE, seconds, signal);

  async function ask(address: string, { method = 'GET', host = '' } = {}) {
    const asked = request(address, { method, headers: host ? { host } : {} }).end();
    const [answer] = await once(asked, 'response');
    let text = '';
    for await (const part of answer) text += part;
    return { status: answer.statusCode as number, headers: answer.headers, text };
  }

  it('listens at a free port of 127.0.0.1, or at the one that is named', async () => {
    const { redirectUri } = await open();
    assert.match(redirectUri, /^http:\/\/127\.0\.0\.1:\d{2,5}\/mlflow-auth$/);
    await assert.rejects(listen(new URL(redirectUri)), /EADDRINUSE/);
  });

  it('takes the redirect with the state, and tells the person to go back', async () => {
    const one = await open();
    const found = answerOf(one);
    const { status, headers, text } = await ask(`${one.redirectUri}?code=secret-code&state=${STATE}`);
    assert.equal((await found)?.searchParams.get('code'), 'secret-code');
    assert.equal(status, 200);
    assert.match(text, /You may close this window/);
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    assert.deepEqual([headers['referrer-policy'], headers['cache-control']], ['no-referrer', 'no-store']);
  });

  it('takes one answer', async () => {
    const one = await open();
    const found = answerOf(one);
    const address = `${one.redirectUri}?code=first&state=${STATE}`;
    await ask(address);
    assert.equal((await ask(address.replace('first', 'second'))).status, 400);
    assert.equal((await found)?.searchParams.get('code'), 'first');
  });

  it('ignores what is not the redirect, whoever sends it, and goes on waiting', async () => {
    const one = await open();
    const { port } = new URL(one.redirectUri);
    let taken = false;
    const found = answerOf(one).finally(() => {
      taken = true;
    });
    const good = `${one.redirectUri}?code=c&state=${STATE}`;
    const requests: [number, string, { method?: string; host?: string }?][] = [
      [400, `${one.redirectUri}?code=c&state=another`],
      [400, `${one.redirectUri}?code=c`],
      [400, `${one.redirectUri}?code=c&state=${STATE}&state=${STATE}`],
      [404, `http://127.0.0.1:${port}/?code=c&state=${STATE}`],
      [404, `http://127.0.0.1:${port}/favicon.ico`],
      [404, `http://127.0.0.1:${port}/mlflow-auth/?code=c&state=${STATE}`],
      [404, good, { host: `evil.test:${port}` }],
      [404, good, { host: '127.0.0.1' }],
      [405, good, { method: 'POST' }],
      [405, good, { method: 'HEAD' }],
      [405, good, { method: 'OPTIONS' }],
    ];
    for (const [status, address, how] of requests) assert.equal((await ask(address, how)).status, status, address);
    assert.equal(taken, false);
    assert.equal(one.ignored(), 3);
    assert.equal((await ask(good)).status, 200);
    assert.ok(await found);
  });

  it('reflects nothing of a request', async () => {
    const one = await open();
    for (const path of ['?state=<b>mark</b>', '/<b>mark</b>', '?error=mark&error_description=mark&state=x'])
      assert.doesNotMatch((await ask(one.redirectUri + path)).text, /mark/);
  });

  it('takes nothing before anybody waits', async () => {
    const one = await open();
    assert.equal((await ask(`${one.redirectUri}?code=c&state=${STATE}`)).status, 400);
    assert.equal((await ask(`${one.redirectUri}?code=c&state=`)).status, 400);
  });

  it('survives requests that are none', async () => {
    const one = await open();
    const found = answerOf(one);
    for (const text of [
      'GET http://evil.test/ HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET * HTTP/1.1\r\n\r\n',
      'nonsense\r\n\r\n',
      '\0',
    ]) {
      const socket = connect(Number(new URL(one.redirectUri).port), '127.0.0.1');
      socket.on('error', () => {}).end(text);
      socket.resume();
      await once(socket, 'close');
    }
    await ask(`${one.redirectUri}?code=c&state=${STATE}`);
    assert.ok(await found);
  });

  it('waits no longer than it is to, and stops when it is ended', async () => {
    assert.equal(await answerOf(await open(), 0), undefined);
    const ended = new AbortController();
    const found = answerOf(await open(), 60, ended.signal);
    ended.abort(new Error('the person has gone'));
    await assert.rejects(found);
  });
});
