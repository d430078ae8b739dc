// What HTTP is to the rest of the program: how it is set up, what goes in and what comes out.

import type { RequestName, Sent, Tried } from '../errors/failure.js';
import type { ConnectOptions } from './connect.js';

/** How to reach the servers. Times are in milliseconds. */
export interface Transport {
  exchange: Exchange;
  /** PEM text of the private CA, to describe a certificate that is not trusted. */
  ca?: string | undefined;
  requestTimeout: number;
  totalTimeout: number;
  /** The HTTP proxy for an address, or '' for none. */
  proxyFor: (address: string) => string;
  /** Gets a line for each try that failed and will be repeated. */
  note: (text: string) => void;
  /** Called once when this machine's clock and a server's differ; otherwise `note` gets it. */
  clockDiffers?: (text: string) => void;
}

/** How to send requests. */
export interface ExchangeOptions extends ConnectOptions {
  /** The HTTP proxy for an address, or '' for none. */
  proxyFor: (address: string) => string;
  /** Gets a line for each HTTP proxy in use. */
  note: (text: string) => void;
  /** Gets each secret found in the proxy's address. */
  mask: (secret: string) => void;
}

/** What sends requests, each of them once: it repeats none, and follows no redirect. */
export interface Exchange {
  /**
   * Opens connections to an origin to which requests will follow, if it can.
   * @returns when the network is at work on them
   */
  preconnect: (origin: string, count: number) => Promise<void>;
  /** Sends one request and reads the whole answer. @throws Error with what broke, in its text, code or causes */
  send: (url: URL, message: Message, signal: AbortSignal) => Promise<Answer>;
  /** Drops all connections at once, so that the process can end. */
  close: () => void;
}

/** A request as it is sent. */
export interface Message {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
}

/** An answer as it came. */
export interface Answer {
  status: number;
  headers: AnswerHeaders;
  /** At most 1 MiB, decoded as UTF-8. */
  body: string;
}

export type AnswerHeaders = Pick<Headers, 'get' | 'getSetCookie'>;

export type Retry = boolean | 'rate-limit';

export interface Request {
  stage: RequestName;
  /** What this request is for, as "request the public key". */
  what: string;
  headers?: Record<string, string>;
  /** A POST with this body; its content type goes into headers. */
  body?: string;
  /**
   * Repeat on connection errors and on 429, 502, 503 and 504; with `rate-limit` once, on a 429 that says when, which is no
   * answer to what the request carries. Never for a request that carries a password.
   */
  retry?: Retry;
}

export interface HttpResponse extends Answer {
  url: URL;
  /** What was attempted, for failures. */
  tried: Tried;
  /** The credential that the request carried. */
  sent?: Sent | undefined;
}

/** Sends one request and reads the whole answer, whatever its status. @throws AuthError when there is none. */
export type Http = (address: string | URL, request: Request) => Promise<HttpResponse>;
