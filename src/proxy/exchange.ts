// One request on its way: what is known of it, and the two ways in which it ends.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerAgent } from '../http/server-agent.js';
import type { Credential } from '../login/credential.js';
import type { Admitted } from './admission.js';
import type { Body } from './body.js';
import type { Counts } from './counts.js';
import type { Holder } from './credential-holder.js';
import { headersDown, localLocation } from './headers.js';
import { answerLocally, type LocalAnswer } from './local-answer.js';
import type { Outage } from './outage.js';

/** What requests are passed on to. */
export interface Upstream {
  trackingUri: URL;
  workspace: string | undefined;
  connections: ServerAgent;
  holder: Holder;
  outage: Outage;
  counts: Counts;
  /** Strikes secrets out of a text. */
  redact: (text: string) => string;
}

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  admitted: Admitted;
  upstream: Upstream;
  body: Body;
  /** The client has gone. */
  gone: AbortSignal;
  /** How often the server has rejected its credential. */
  rejections: number;
  /** How often a connection that was used before failed under it. */
  stale: number;
}

/** Ends it with the answer of the server. @param read its body, where that was read already */
export function passDown(
  { request, response, admitted, upstream, gone }: Exchange,
  answer: IncomingMessage,
  read: Buffer | undefined,
  credential: Credential,
): 'done' {
  const { trackingUri, counts } = upstream;
  const local = (location: string) => localLocation(location, trackingUri, admitted.target, admitted.prefix);
  const headers = headersDown(answer.rawHeaders, credential, local);
  // The rest of a body that the server did not want is not read for long.
  response.writeHead(answer.statusCode ?? 502, request.complete ? headers : [...headers, 'Connection', 'close']);
  if (read) {
    counts.bytesDown += read.length;
    response.end(read);
    return 'done';
  }
  answer.on('data', (chunk) => {
    counts.bytesDown += chunk.length;
  });
  answer.on('close', () => answer.complete || gone.aborted || response.destroy());
  answer.pipe(response);
  return 'done';
}

/** Ends it with an answer of the proxy itself. */
export function fail({ request, response, upstream }: Exchange, answer: LocalAnswer): 'done' {
  upstream.counts.failed++;
  answerLocally(request, response, answer);
  return 'done';
}
