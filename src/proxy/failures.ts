// What the proxy answers where a request got in, and could not be served: in words that the SDK shows.

import { errorCodes, errorMessage } from '../errors/errors.js';
import { refusalIn } from '../http/proxy-refusal.js';
import type { LocalAnswer } from './local-answer.js';

/** What a server that is being started anew, or a network that is back in a moment, looks like. */
const PASSING: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
]);

/** Whether the next try may go well. */
export function isPassing(error: unknown): boolean {
  const refusal = refusalIn(error);
  if (refusal) return [502, 503, 504].includes(refusal.status);
  return errorCodes(error).some((code) => PASSING.has(code));
}

/** The SDK repeats it; the text is seen by no one. */
export const sendAgain = (message: string, seconds: number): LocalAnswer => ({
  status: 503,
  code: 'TEMPORARILY_UNAVAILABLE',
  message,
  retryAfter: seconds,
});

/** The server cannot be reached, and waiting does not help. */
export const unreachable = (error: unknown, redact: (text: string) => string): LocalAnswer => ({
  status: 403,
  code: 'TEMPORARILY_UNAVAILABLE',
  message: `the MLflow server cannot be reached: ${redact(errorMessage(error))}`,
});

/** There is no credential that the server takes. */
export const unrenewed = (error: unknown, redact: (text: string) => string): LocalAnswer => ({
  status: 401,
  code: 'UNAUTHENTICATED',
  message: `the credential of the proxy was rejected or has expired, and could not be renewed: ${redact(errorMessage(error))}`,
});

export const rejectedAgain: LocalAnswer = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message:
    'the server rejects the credential of the proxy, also right after its renewal. See the command doctor --login.',
};
