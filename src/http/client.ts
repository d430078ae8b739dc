// HTTP as a login needs it: each request within its time limits, repeated where it may be, and failures with all that is known.

import { AuthError, errorMessage } from '../errors/errors.js';
import type { Broken, Sent } from '../errors/failure.js';
import { trustHint } from './certificate-facts.js';
import { clockWatch } from './clock-skew.js';
import { hasPassword } from './headers.js';
import { refusalIn } from './proxy-refusal.js';
import { type Send, withRetry } from './retry.js';
import { shownIn } from './shown-certificate.js';
import type { Http, Request, Transport } from './types.js';

/** Opens the transport; `close` drops all connections at once, so that the process can end. */
export function openHttp(transport: Transport): { http: Http; close: () => void } {
  const { exchange, note } = transport;
  const deadline = Date.now() + transport.totalTimeout;
  const closing = new AbortController();
  const send = withRetry(sender(transport, deadline, closing.signal), { deadline, closed: closing.signal, note });

  const http: Http = async (address, request) => {
    const url = new URL(address);
    return send(url, request, {
      what: request.what,
      method: methodOf(request),
      address: `${url.origin}${url.pathname}`,
    });
  };
  const close = () => {
    closing.abort();
    exchange.close();
  };
  return { http, close };
}

/** Sends each request once and reads the answer, within the time for one request and before `deadline`. */
function sender(transport: Transport, deadline: number, closed: AbortSignal): Send {
  const { exchange, ca, requestTimeout, totalTimeout, proxyFor } = transport;
  const clock = clockWatch(transport.clockDiffers ?? transport.note);
  return async (url, request, tried) => {
    // Whoever closes it wants nothing more sent.
    closed.throwIfAborted();
    const budget = Math.min(requestTimeout, deadline - Date.now());
    const failed = (broken: Broken, cause?: unknown) =>
      new AuthError({ request: request.stage, tried, broken, hint: trustHint(broken, ca) }, { cause });
    if (budget <= 0) throw failed({ text: '', limit: { ms: totalTimeout, of: 'login' } });
    // Not AbortSignal.timeout: Deno would not end before that has run out.
    const controller = new AbortController();
    const stop = () => controller.abort();
    const timer = setTimeout(stop, budget);
    closed.addEventListener('abort', stop);
    const { signal } = controller;
    try {
      requireSendable(request.headers ?? {});
      const message = {
        method: methodOf(request),
        headers: { 'user-agent': 'mlflow-auth', ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
      };
      const answer = await Promise.race([exchange.send(url, message, signal), aborted(signal)]);
      clock(url.host, answer.headers);
      return { ...answer, url, tried, sent: sentBy(request) };
    } catch (error) {
      closed.throwIfAborted();
      const proxy = proxyFor(url.href);
      const via = proxy ? { proxy: new URL(proxy).host } : {};
      if (signal.aborted) throw failed({ text: '', limit: { ms: budget, of: 'request' }, ...via }, error);
      const text = errorMessage(error).replace(/^fetch failed: /, '');
      throw failed({ text, refusal: refusalIn(error), shown: shownIn(error), ...via }, error);
    } finally {
      clearTimeout(timer);
      closed.removeEventListener('abort', stop);
    }
  };
}

/** Fails when the time is over, whatever the runtime then does with a request. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** In place of the error of fetch, which quotes the whole value. @throws Error that names the header alone */
function requireSendable(headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers))
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new Error(`the header ${name} holds a character that HTTP does not allow`);
}

function methodOf({ body }: { body?: string }): 'GET' | 'POST' {
  return body === undefined ? 'GET' : 'POST';
}

function sentBy({ headers }: Pick<Request, 'headers'>): Sent | undefined {
  if (headers?.authorization) return hasPassword(headers) ? 'basic' : 'token';
  return headers?.cookie ? 'cookie' : undefined;
}
