// The socket of exec: what it answers, to whom, and that it serves one request after another.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Renew, SOCKET_FILE, serveRenewals } from '../../../src/renewal/renewal-socket.js';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serve(renew: Renew) {
  const dir = mkdtempSync(join(tmpdir(), 'mlflow-auth-socket-'));
  const { close } = await serveRenewals(
    dir,
    renew,
    (error) => `text of ${error instanceof Error ? error.message : error}`,
  );
  ends.push(() => rmSync(dir, { recursive: true }), close);
  return { path: join(dir, SOCKET_FILE), close };
}

/** What comes back for a text; '' where the connection is closed. */
async function ask(path: string, text: string): Promise<string> {
  const socket = connect(path).setEncoding('utf8');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk)).on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const request = (seen: string, reason: string | null = null) => `${JSON.stringify({ seen, reason })}\n`;

describe('the socket of renewals', { skip: process.platform === 'win32' && 'Python has no such sockets there' }, () => {
  it('belongs to its user alone', async () => {
    const { path } = await serve(async () => {});
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('passes on what was seen and why, and answers with the problem, if there is one', async () => {
    const asked: unknown[][] = [];
    const { path } = await serve(async (...given) => {
      asked.push(given);
      if (given[0] === 'bad') throw new Error('no');
    });
    assert.equal(await ask(path, request('a', 'due')), '{"problem":""}\n');
    assert.equal(await ask(path, request('bad', 'rejected')), '{"problem":"text of no"}\n');
    assert.equal(await ask(path, request('b', 'else')), '{"problem":""}\n');
    assert.deepEqual(asked, [
      ['a', 'due'],
      ['bad', 'rejected'],
      ['b', undefined],
    ]);
  });

  it('serves one request after another', async () => {
    let [running, most] = [0, 0];
    const { path } = await serve(async () => {
      most = Math.max(most, ++running);
      await sleep(10);
      running--;
    });
    await Promise.all(Array.from({ length: 5 }, () => ask(path, request('a'))));
    assert.equal(most, 1);
  });

  it('renews for nothing but a request, and goes on after it', async () => {
    let times = 0;
    const { path } = await serve(async () => void times++);
    for (const text of ['\n', '{}\n', '{"seen":5}\n', 'null\n', `${'x'.repeat(5000)}\n`, 'x'.repeat(5000)])
      assert.equal(await ask(path, text), '', text.slice(0, 10));
    const gone = connect(path);
    gone.on('connect', () => gone.destroy());
    assert.equal(times, 0);
    assert.equal(await ask(path, request('a')), '{"problem":""}\n');
    assert.equal(times, 1);
  });

  it('is gone, with who waits at it, when it ends', async () => {
    const { path, close } = await serve(() => new Promise(() => {}));
    const waiting = ask(path, request('a'));
    await sleep(50);
    close();
    assert.equal(await waiting, '');
    await assert.rejects(ask(path, request('a')), { code: 'ENOENT' });
  });

  for (const length of [80, 100, 200])
    it(`is not there where the path is too long (${length}), and nothing else comes of that`, async () => {
      const parent = mkdtempSync(join(tmpdir(), 'mlflow-auth-socket-'));
      ends.push(() => rmSync(parent, { recursive: true }));
      const dir = join(parent, 'x'.repeat(length));
      mkdirSync(dir);
      const { close } = await serveRenewals(dir, async () => {}, String);
      ends.push(close);
      assert.deepEqual([readdirSync(parent), readdirSync(dir)], [['x'.repeat(length)], []]);
    });
});
