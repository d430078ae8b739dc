// What the proxy itself answers: JSON as MLflow's, with an error code that every SDK knows and a text that it shows.

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Codes that MLflow 2.9 knows, too: at any other one it fails without showing the text (mlflow/exceptions.py). */
export type ErrorCode = 'UNAUTHENTICATED' | 'PERMISSION_DENIED' | 'BAD_REQUEST' | 'TEMPORARILY_UNAVAILABLE';

/** An answer of the proxy itself. */
export interface LocalAnswer {
  status: number;
  code: ErrorCode;
  message: string;
  /** Seconds after which the client may send the request again. */
  retryAfter?: number;
}

/** Milliseconds for a client to read the answer while it still sends its body; closed at once, it would see a reset. */
const LINGER = 2000;

/** Sends the answer, and closes the connection where a body is left unread. */
export function answerLocally(
  request: IncomingMessage,
  response: ServerResponse,
  { status, code, message, retryAfter }: LocalAnswer,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ error_code: code, message: `mlflow-auth proxy: ${message}` });
  const unread = !request.complete;
  response.setHeader('content-type', 'application/json').setHeader('content-length', Buffer.byteLength(body));
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  if (unread) response.setHeader('connection', 'close');
  response.writeHead(status);
  response.end(request.method === 'HEAD' ? undefined : body);
  if (!unread) return;
  request.resume();
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), LINGER);
  timer.unref?.();
  socket.once('close', () => clearTimeout(timer));
}
