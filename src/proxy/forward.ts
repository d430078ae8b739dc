// Passes one request on: with the credential of now, held while that is renewed or the server is started anew, and sent
// again where that is possible and helps.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Credential } from '../login/credential.js';
import type { Admitted } from './admission.js';
import { readBody } from './body.js';
import { isUnreached } from './credential-holder.js';
import { type Exchange, fail, passDown, type Upstream } from './exchange.js';
import { isPassing, rejectedAgain, sendAgain, unreachable, unrenewed } from './failures.js';
import { headersUp } from './headers.js';
import type { LocalAnswer } from './local-answer.js';
import { LONGEST_HOLD, PAUSE } from './outage.js';
import { lookAt } from './rejection.js';
import { type Sent, sendOnce } from './upstream-request.js';

/** Rejections after which a new credential does not help either. */
const MOST_REJECTIONS = 2;
/** Connections that were used before, and failed; then a new one is opened. */
const MOST_STALE = 2;

/** What comes of one try: it is done, or follows at once, or after a pause: the answer is for where that is not worth it. */
type Next = 'done' | 'at once' | { answer: LocalAnswer };

/** Serves one request that was let in, to its end. */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  admitted: Admitted,
  upstream: Upstream,
): Promise<void> {
  const { counts, outage } = upstream;
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished || !request.complete) gone.abort();
    request.unpipe();
    request.resume();
  });
  const onBytes = (count: number) => {
    counts.bytesUp += count;
  };
  const body = await readBody(request, onBytes).catch(() => undefined);
  if (!body) return void response.destroy();
  const { signal } = gone;
  const exchange: Exchange = { request, response, admitted, upstream, body, gone: signal, rejections: 0, stale: 0 };
  let first: number | undefined;
  while (!signal.aborted) {
    const next = await attempt(exchange);
    if (next === 'done') return;
    if (next !== 'at once') {
      outage.failed();
      first ??= performance.now();
      if (!outage.isWorthWaiting(first)) return void fail(exchange, next.answer);
      await sleep(PAUSE, undefined, { signal }).catch(() => {});
    }
    counts.repeated++;
  }
}

async function attempt(exchange: Exchange): Promise<Next> {
  const { request, admitted, upstream, body, gone } = exchange;
  const { trackingUri, workspace, connections } = upstream;
  const { holder } = upstream;
  const credential = holder.current() ?? (await credentialFor(exchange, () => holder.renewed()));
  if (typeof credential === 'string' || 'answer' in credential) return credential;
  const { kept, length, pass } = body;
  const sent = await sendOnce({
    method: request.method ?? 'GET',
    path: `${trackingUri.pathname.replace(/\/+$/, '')}${admitted.target}`,
    headers: headersUp(request.rawHeaders, { host: trackingUri.host, credential, workspace, length }),
    body: kept ?? pass,
    agent: kept && exchange.stale < MOST_STALE ? connections.agent : connections.fresh,
    signal: gone,
  });
  if (gone.aborted) return 'done';
  /** Whether all of the body is still there. */
  const whole = kept !== undefined || !sent.begun;
  if (!sent.answer) return withoutAnswer(exchange, sent, whole);
  const looked = await lookAt(sent.answer, trackingUri, credential.method).catch((error) => ({ error }));
  if ('error' in looked) return withoutAnswer(exchange, { ...sent, error: looked.error }, whole);
  const status = sent.answer.statusCode ?? 502;
  // What MLflow itself answers is JSON.
  const away = [502, 503].includes(status) && !/json/i.test(sent.answer.headers['content-type'] ?? '');
  if (!looked.rejected && !away) {
    upstream.outage.over();
    return passDown(exchange, sent.answer, looked.body, credential);
  }
  if (away && !whole) return passDown(exchange, sent.answer, undefined, credential);
  sent.answer.resume();
  if (away) return laterOr(exchange, new Error(`it responds with ${status}`));
  return rejected(exchange, credential, whole);
}

/** A credential, or what follows where there is none: for now, or for good. */
async function credentialFor(exchange: Exchange, get: () => Promise<Credential>): Promise<Credential | Next> {
  const { outage, redact } = exchange.upstream;
  const late = new AbortController();
  try {
    const limit = sleep(LONGEST_HOLD, undefined, { signal: late.signal, ref: false }).catch(() => undefined);
    const credential = await Promise.race([get(), limit]);
    return credential ?? fail(exchange, sendAgain('the credential is being renewed.', 5));
  } catch (error) {
    if (!isUnreached(error) || outage.isLong()) return fail(exchange, unrenewed(error, redact));
    return { answer: sendAgain('the credential could not be renewed yet.', 5) };
  } finally {
    late.abort();
  }
}

/** The server has rejected the credential: another one, if there is one. */
async function rejected(exchange: Exchange, credential: Credential, whole: boolean): Promise<Next> {
  exchange.rejections++;
  if (exchange.rejections > MOST_REJECTIONS) return fail(exchange, rejectedAgain);
  const other = await credentialFor(exchange, () => exchange.upstream.holder.replace(credential));
  if (typeof other === 'string' || 'answer' in other) return other;
  return whole ? 'at once' : fail(exchange, sendAgain('the credential was renewed; send the request again.', 1));
}

function withoutAnswer(exchange: Exchange, { error, reused }: Sent, whole: boolean): Next {
  if (reused && whole && exchange.stale <= MOST_STALE) {
    exchange.stale++;
    return 'at once';
  }
  if (!isPassing(error)) return fail(exchange, unreachable(error, exchange.upstream.redact));
  const next = laterOr(exchange, error);
  return whole || next === 'done' ? next : fail(exchange, sendAgain('the connection to the server failed.', 5));
}

/** Later, unless the server has been away for long. */
function laterOr(exchange: Exchange, error: unknown): Next {
  const { outage, redact } = exchange.upstream;
  if (outage.isLong()) return fail(exchange, unreachable(error, redact));
  return { answer: sendAgain('the server is away.', 5) };
}
