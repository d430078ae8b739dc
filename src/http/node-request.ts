// Requests by node:http, over connections that are opened elsewhere, or through an HTTP proxy.

import { type Agent, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { socketAddress } from '../util/url.js';
import { agentOver, connectorThrough } from './agent.js';
import { readBody, unpack } from './body.js';
import type { ConnectOptions, Target } from './connect.js';
import { PlainHeaders } from './headers.js';
import type { Connections } from './preconnect.js';
import type { Answer, Exchange, ExchangeOptions, Message } from './types.js';

/** 14 chunks of a session cookie are 52 kB; the default limit is 16 kB. */
const MAX_HEADER_BYTES = 1 << 20;
/** No step of a login has more requests on their way to one server. */
const CONNECTIONS = 2;

interface Way {
  open: (target: Target) => Promise<Socket>;
  close: () => void;
}

/** @param direct connections without an HTTP proxy */
export function openRequests(options: ExchangeOptions, direct: Connections): Pick<Exchange, 'send' | 'close'> {
  const ways = new Map<string, Way>([['', direct]]);
  const agents = new Map<string, Agent>();
  const agentFor = (url: URL): Agent => {
    const proxy = options.proxyFor(url.href);
    const way = ways.get(proxy) ?? openTunnels(proxy, options);
    ways.set(proxy, way);
    const agent =
      agents.get(url.origin) ?? agentOver(() => way.open(url), { keepAlive: true, maxSockets: CONNECTIONS });
    agents.set(url.origin, agent);
    return agent;
  };
  return {
    send: async (url, message, signal) => send(url, message, agentFor(url), signal),
    close: () => {
      for (const way of ways.values()) way.close();
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

function openTunnels(proxy: string, options: ConnectOptions & Pick<ExchangeOptions, 'note' | 'mask'>): Way {
  options.note(`using the HTTP proxy ${new URL(proxy).host}`);
  return connectorThrough(proxy, options, options.mask);
}

async function send(url: URL, { body, ...message }: Message, agent: Agent, signal: AbortSignal): Promise<Answer> {
  const { host, port } = socketAddress(url);
  const going = request({
    ...message,
    headers: { host: url.host, accept: '*/*', ...message.headers },
    ...{ agent, signal, host, port, path: url.pathname + url.search },
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  // By itself Node leaves out what follows the first 2,000.
  going.maxHeadersCount = 0;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    going.on('response', resolve).on('error', reject).end(body);
    // As after a 101 that nobody requested, of which Node says no more.
    going.on('close', () => reject(new Error('the connection was closed before a response')));
  });
  try {
    const headers = new PlainHeaders(answer.headersDistinct);
    const bytes = unpack(await readBody(answer), headers.get('content-encoding') ?? '');
    return { status: answer.statusCode ?? 0, headers, body: bytes.toString('utf8') };
  } catch (error) {
    going.destroy();
    throw error;
  }
}
