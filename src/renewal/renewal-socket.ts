// Renews for the Python module at a socket in the folder: a renewal then costs its requests, and no start of a runtime.

import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { jsonObject } from '../http/response.js';
import type { Reason } from '../sdk/renewal-rules.js';

/** Its name in the folder, which nobody else can enter; ask() in mlflow_auth_provider.py connects to it. */
export const SOCKET_FILE = 'renewal.sock';
/** Characters of a request, and milliseconds until it must be there. */
const LONGEST = 1000;
const PATIENCE = 5000;
/** Bytes of the path of a socket, without the zero at its end, on any system: some runtimes cut what is longer. */
const LONGEST_PATH = 103;

/** What is done for a request: as the command renew. */
export type Renew = (seen: string, reason: Reason) => Promise<void>;

/**
 * Listens for requests, each a line of JSON: {"seen": FINGERPRINT, "reason": "due" | "rejected" | null}. The answer is a
 * line, too: {"problem": TEXT}, '' where the credential in the folder is a new one. One is served after another.
 * Where it cannot listen (on Windows; a path that is too long; a Deno whose --allow-net names hosts), the Python module runs the command renew.
 * @param textOf the text of an error, without secrets
 * @returns `close` ends it; `idle` waits for what was asked so far
 */
export async function serveRenewals(dir: string, renew: Renew, textOf: (error: unknown) => string) {
  let turn: Promise<unknown> = Promise.resolve();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    onLine(socket, (line) => {
      const asked = jsonObject(line);
      const { seen, reason } = asked ?? {};
      if (typeof seen !== 'string') return void socket.destroy();
      const known = reason === 'due' || reason === 'rejected' ? reason : undefined;
      const done = turn.then(() => renew(seen, known)).then(() => '', textOf);
      turn = done;
      done.then((problem) => socket.end(`${JSON.stringify({ problem })}\n`));
    });
  });
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const ends = { close, idle: () => turn };
  const path = join(dir, SOCKET_FILE);
  if (process.platform === 'win32' || Buffer.byteLength(path) > LONGEST_PATH) return ends;
  const listening = new Promise<void>((resolve) => server.on('error', () => resolve()).listen(path, resolve));
  // Deno throws at once where --allow-net names hosts alone.
  await listening.catch(() => {});
  if (server.listening) chmodSync(path, 0o600);
  server.unref();
  return ends;
}

/** Calls `work` with the first line, if it comes in time and is not too long. */
function onLine(socket: Socket, work: (line: string) => void): void {
  let text = '';
  const read = (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= LONGEST) return;
    socket.off('data', read).setTimeout(0);
    if (end < 0) socket.destroy();
    else work(text.slice(0, end));
  };
  socket.setEncoding('utf8').on('data', read);
  socket.setTimeout(PATIENCE, () => socket.destroy());
}
