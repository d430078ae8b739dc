// The one file that speaks HTTP: fetch with a private CA, a web proxy, time limits, and no redirect followed.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, fetch, Headers as OwnHeaders, Response as OwnResponse } from 'undici';
import { AuthError, errorMessage } from '../errors/errors.js';
import { makeAgent, once } from './agents.js';
import { readBody } from './body.js';
import { clockWatch } from './clock-skew.js';
import type { Answer, Http, Request, Transport } from './types.js';

export type { Answer, Http } from './types.js';

// oauth4webapi uses the global classes, for which Node would load a second fetch, which takes as long as a round trip.
Object.assign(globalThis, { Headers: OwnHeaders, Response: OwnResponse });

const TRIES = 3;
const TRANSIENT = new Set([429, 502, 503, 504]);

/** Opens the transport; `close` drops all connections at once, so that the process can end. */
export function openHttp(transport: Transport): { http: Http; close: () => Promise<void> } {
  const agents = new Map<string, Promise<Dispatcher>>();
  const deadline = Date.now() + transport.totalTimeout;
  const closing = new AbortController();
  const clock = clockWatch(transport.clockDiffers ?? transport.note);

  const agentFor = (url: URL): Promise<Dispatcher> => {
    const proxy = transport.proxyFor(url.href);
    const known = agents.get(proxy);
    if (known) return known;
    const agent = makeAgent(transport, proxy);
    agents.set(proxy, agent);
    return agent;
  };

  const send = async (url: URL, request: Request, tried: string): Promise<Answer> => {
    const budget = Math.min(transport.requestTimeout, deadline - Date.now());
    if (budget <= 0) throw outOfTime(tried, transport.totalTimeout);
    // Not AbortSignal.timeout: Deno would not end before that has run out.
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), budget);
    const { signal } = controller;
    try {
      const response = await fetch(url, {
        method: request.body === undefined ? 'GET' : 'POST',
        headers: { 'user-agent': 'mlflow-auth', ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: 'manual',
        dispatcher: once(await agentFor(url)),
        signal,
      });
      const headers = response.headers as unknown as Headers;
      clock(url.host, headers);
      return { url, status: response.status, headers, body: await readBody(response, signal), tried };
    } catch (error) {
      const proxy = transport.proxyFor(url.href);
      const via = proxy && ` through the web proxy ${new URL(proxy).host}`;
      const got = signal.aborted ? `no answer within ${budget} ms` : errorMessage(error).replace(/^fetch failed: /, '');
      throw new AuthError({ stage: 'connect', tried, got: got + via }, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  };

  const http: Http = async (address, request) => {
    const url = new URL(address);
    const tried = `${request.what} (${request.body === undefined ? 'GET' : 'POST'} ${url.origin}${url.pathname})`;
    for (let attempt = 1; ; attempt++) {
      // What still waits for its answer when another request has failed must not begin anew.
      const last = () => attempt === TRIES || !request.retry || closing.signal.aborted;
      let wait = 2 ** attempt * 250 * (0.5 + Math.random() / 2);
      try {
        const answer = await send(url, request, tried);
        if (last() || !TRANSIENT.has(answer.status)) return answer;
        wait = retryAfter(answer.headers) ?? wait;
        if (Date.now() + wait >= deadline) return answer;
        transport.note(`${tried}: ${answer.status}, trying again (${attempt + 1} of ${TRIES})`);
      } catch (error) {
        if (last() || !worthRepeating(error) || Date.now() + wait >= deadline) throw error;
        transport.note(`${tried}: ${error.failure.got}, trying again (${attempt + 1} of ${TRIES})`);
      }
      await sleep(wait, undefined, { signal: closing.signal });
    }
  };

  const close = async () => {
    closing.abort();
    transport.connections.close();
    await Promise.allSettled([...agents.values()].map(async (agent) => (await agent).destroy()));
  };
  return { http, close };
}

/** Milliseconds asked for by Retry-After, in seconds or as a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (!value) return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/** A broken connection may work at the next try; a certificate, a name or a full answer will not change. */
function worthRepeating(error: unknown): error is AuthError {
  return error instanceof AuthError && ['unreachable', 'broken-off', 'timeout', 'proxy-refused'].includes(error.id);
}

function outOfTime(tried: string, total: number): AuthError {
  return new AuthError({ stage: 'connect', tried, got: `the time ran out: ${total / 1000} s for the whole login` });
}
