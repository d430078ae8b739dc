// Many clients of one proxy at the same time: with tokens that live for seconds, and while the server comes and goes.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { goodEnv, timesAsked } from '../support/program.js';
import { type RunningProxy, withProxy } from '../support/proxying.js';
import { at, grants } from '../support/renewing.js';
import { startUpstream } from '../support/upstream.js';

const CLIENTS = 8;
const agent = new Agent({ keepAlive: true });

async function post({ port, token }: RunningProxy, body: string | Buffer): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-length': Buffer.byteLength(body) };
  const going = request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/log', headers });
  going.end(body);
  const [answer] = (await once(going, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return `${answer.statusCode} ${text}`;
}

/** Whether a token is still good, as oauth2-proxy would see it. */
const isGood = (authorization = '') => {
  const { exp } = JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString() || '{}');
  return exp * 1000 > Date.now();
};

describe('a storm of clients', () => {
  it('with tokens of 6 s loses nothing, makes one renewal at a time, and logs in once', async () => {
    const stored = new Map<string, number>();
    let rejected = 0;
    const upstream = await startUpstream(({ headers, body }, response) => {
      if (!isGood(headers.authorization)) {
        rejected++;
        return void response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
      }
      stored.set(String(body), (stored.get(String(body)) ?? 0) + 1);
      response.end('stored');
    });
    try {
      await at({ tokenLife: 6 }, async (platform) => {
        const { CLUSTER: _, ...env } = goodEnv(platform);
        const given = { ...env, MLFLOW_TRACKING_URI: upstream.uri, MLFLOW_AUTH_VERIFY: 'false' };
        await withProxy(given, async (proxy) => {
          const end = Date.now() + 20_000;
          const client = async (index: number) => {
            let step = 0;
            for (; Date.now() < end; step++) {
              assert.equal(await post(proxy, `${index}-${step}`), '200 stored');
              await sleep(20);
            }
            return step;
          };
          const sent = await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
          const all = sent.reduce((sum, count) => sum + count, 0);
          assert.equal(stored.size, all);
          assert.ok([...stored.values()].every((times) => times === 1));
          assert.ok(all > CLIENTS * 20, `${all} requests`);
          assert.ok(
            grants(platform) >= 3 && grants(platform) <= 7,
            `${grants(platform)} renewals, ${rejected} rejections`,
          );
          assert.equal(timesAsked(platform, 'POST login'), 1);
        });
      });
    } finally {
      await upstream.close();
    }
  });

  it('loses nothing while the server goes away three times', async () => {
    let upstream = await startUpstream(({ body }, response) => void response.end(String(body.length)));
    const { port, uri } = upstream;
    try {
      await at({}, async (platform) => {
        const { CLUSTER: _, ...env } = goodEnv(platform);
        const given = { ...env, MLFLOW_TRACKING_URI: uri, MLFLOW_AUTH_VERIFY: 'false' };
        await withProxy(given, async (proxy) => {
          let over = false;
          const client = async (index: number) => {
            let step = 0;
            for (; !over; step++) {
              const body = 'x'.repeat((index * 37_000 + step) % 900_000);
              assert.equal(await post(proxy, body), `200 ${body.length}`);
            }
            return step;
          };
          const clients = Array.from({ length: CLIENTS }, (_, index) => client(index));
          for (let time = 0; time < 3; time++) {
            await sleep(700);
            await upstream.close();
            await sleep(700);
            upstream = await startUpstream(({ body }, response) => void response.end(String(body.length)), port);
          }
          await sleep(700);
          over = true;
          for (const steps of await Promise.all(clients)) assert.ok(steps > 0);
        });
      });
    } finally {
      await upstream.close();
    }
  });
});
