// What HTTP is to the rest of the program: how it is set up, what goes in and what comes out.

import type { RequestName, Sent, Tried } from '../errors/failure.js';
import type { Connections } from './preconnect.js';

/** How to reach the servers. Times are in milliseconds. */
export interface Transport {
  connections: Connections;
  /** PEM text of the private CA, to describe a certificate that is not trusted. */
  ca?: string | undefined;
  /** Skips certificate checks, on the way through an HTTP proxy too. */
  insecure: boolean;
  requestTimeout: number;
  totalTimeout: number;
  /** The HTTP proxy for an address, or '' for none. */
  proxyFor: (address: string) => string;
  /** Gets a line for each try that failed and will be repeated, and for the HTTP proxy in use. */
  note: (text: string) => void;
  /** Called once when this machine's clock and a server's differ; otherwise `note` gets it. */
  clockDiffers?: (text: string) => void;
  /** Gets each secret found in the proxy's address. */
  mask: (secret: string) => void;
}

export interface Request {
  stage: RequestName;
  /** What this request is for, as "request the public key". */
  what: string;
  headers?: Record<string, string>;
  /** A POST with this body; its content type goes into headers. */
  body?: string;
  /** Repeat on connection errors and on 429, 502, 503 and 504. Never for a request that carries a login. */
  retry?: boolean;
}

export interface HttpResponse {
  url: URL;
  status: number;
  headers: Headers;
  /** At most 1 MiB, decoded as UTF-8. */
  body: string;
  /** What was attempted, for failures. */
  tried: Tried;
  /** The credential that the request carried. */
  sent?: Sent | undefined;
}

/** Sends one request and reads the whole answer, whatever its status. @throws AuthError when there is none. */
export type Http = (address: string | URL, request: Request) => Promise<HttpResponse>;
