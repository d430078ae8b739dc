// The one file that speaks HTTP: fetch with a private CA, an HTTP proxy, time limits, and no redirect followed.

import { fetch, Headers as OwnHeaders, Response as OwnResponse } from 'undici';
import { AuthError, errorMessage } from '../errors/errors.js';
import type { Broken, Sent } from '../errors/failure.js';
import { type Agents, openAgents, withoutRetryOn421 } from './agents.js';
import { readBody } from './body.js';
import { trustHint } from './certificate-facts.js';
import { clockWatch } from './clock-skew.js';
import { setFetchGlobals } from './globals.js';
import { refusalIn } from './proxy-refusal.js';
import { type Send, withRetry } from './retry.js';
import { shownIn } from './shown-certificate.js';
import type { Http, Request, Transport } from './types.js';

/** Opens the transport; `close` drops all connections at once, so that the process can end. */
export function openHttp(transport: Transport): { http: Http; close: () => Promise<void> } {
  setFetchGlobals({ Headers: OwnHeaders, Response: OwnResponse });
  const { connections, note } = transport;
  const deadline = Date.now() + transport.totalTimeout;
  const closing = new AbortController();
  const agents = openAgents(transport);
  const send = withRetry(sender(transport, agents, deadline), { deadline, closed: closing.signal, note });

  const http: Http = async (address, request) => {
    const url = new URL(address);
    return send(url, request, {
      what: request.what,
      method: methodOf(request),
      address: `${url.origin}${url.pathname}`,
    });
  };
  const close = async () => {
    closing.abort();
    connections.close();
    await agents.close();
  };
  return { http, close };
}

/** Sends each request once and reads the answer, within the time for one request and before `deadline`. */
function sender(transport: Transport, { agentFor }: Agents, deadline: number): Send {
  const { ca, requestTimeout, totalTimeout, proxyFor } = transport;
  const clock = clockWatch(transport.clockDiffers ?? transport.note);
  return async (url, request, tried) => {
    const budget = Math.min(requestTimeout, deadline - Date.now());
    const failed = (broken: Broken, cause?: unknown) =>
      new AuthError({ request: request.stage, tried, broken, hint: trustHint(broken, ca) }, { cause });
    if (budget <= 0) throw failed({ text: '', limit: { ms: totalTimeout, of: 'login' } });
    // Not AbortSignal.timeout: Deno would not end before that has run out.
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), budget);
    const { signal } = controller;
    try {
      requireSendable(request.headers ?? {});
      const response = await fetch(url, {
        method: methodOf(request),
        headers: { 'user-agent': 'mlflow-auth', ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: 'manual',
        dispatcher: withoutRetryOn421(await agentFor(url)),
        signal,
      });
      const headers = response.headers as unknown as Headers;
      clock(url.host, headers);
      return {
        url,
        status: response.status,
        headers,
        body: await readBody(response, signal),
        tried,
        sent: sentBy(request),
      };
    } catch (error) {
      const proxy = proxyFor(url.href);
      const via = proxy ? { proxy: new URL(proxy).host } : {};
      if (signal.aborted) throw failed({ text: '', limit: { ms: budget, of: 'request' }, ...via }, error);
      const text = errorMessage(error).replace(/^fetch failed: /, '');
      throw failed({ text, refusal: refusalIn(error), shown: shownIn(error), ...via }, error);
    } finally {
      clearTimeout(timer);
    }
  };
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
  return headers?.authorization ? 'token' : headers?.cookie ? 'cookie' : undefined;
}
