// What is sent again, how often, and after which wait. Never a request that carries a password.

import { setTimeout as sleep } from 'node:timers/promises';
import { AuthError } from '../errors/errors.js';
import type { Tried } from '../errors/failure.js';
import { triedText } from '../errors/render.js';
import type { AnswerHeaders, HttpResponse, Request } from './types.js';

const MAX_ATTEMPTS = 3;
const TRANSIENT = new Set([429, 502, 503, 504]);

/** Sends one request. `tried` names it in failures. @throws AuthError when there is no whole answer */
export type Send = (url: URL, request: Request, tried: Tried) => Promise<HttpResponse>;

export interface RetryLimits {
  /** When all must be over, in milliseconds since 1970. A wait beyond it is not begun. */
  deadline: number;
  /** Aborted when the transport closes. */
  closed: AbortSignal;
  /** Gets a line about each attempt that failed and will be repeated. */
  note: (text: string) => void;
}

/**
 * Sends requests with `retry` up to 3 times: after a broken connection, and after 429, 502, 503 and 504; or once more
 * after a 429 with Retry-After.
 */
export function withRetry(send: Send, { deadline, closed, note }: RetryLimits): Send {
  return async (url, request, tried) => {
    const limited = request.retry === 'rate-limit';
    const most = limited ? 2 : request.retry ? MAX_ATTEMPTS : 1;
    for (let attempt = 1; ; attempt++) {
      // Once the transport is closed, no attempt may follow.
      const last = () => attempt === most || closed.aborted;
      let wait = 2 ** attempt * 250 * (0.5 + Math.random() / 2);
      let got: number | string;
      try {
        const answer = await send(url, request, tried);
        got = answer.status;
        const told = retryAfter(answer.headers);
        wait = told ?? wait;
        const passes = limited ? got === 429 && told !== undefined : TRANSIENT.has(got);
        if (last() || !passes || Date.now() + wait >= deadline) return answer;
      } catch (error) {
        // A broken connection may work at the next try; a certificate, a name or a full answer will not change.
        if (
          limited ||
          last() ||
          !(error instanceof AuthError && error.symptom.transient) ||
          Date.now() + wait >= deadline
        )
          throw error;
        got = error.got;
      }
      note(`${triedText(tried)}: ${got}, trying again (${attempt + 1} of ${most})`);
      await sleep(wait, undefined, { signal: closed });
    }
  };
}

/** Milliseconds that Retry-After requests, in seconds or as a date (RFC 9110, 10.2.3). */
function retryAfter(headers: AnswerHeaders): number | undefined {
  const value = headers.get('retry-after');
  if (!value) return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
