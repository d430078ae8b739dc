// A thread that listens and never accepts: it sleeps as soon as it listens, with the shortest queue there is.

import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { port, awake } = workerData as { port: number; awake: Int32Array };
const server = createServer();
server.listen({ port, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort?.postMessage('listening');
  // The message is on its way before this thread stops.
  setImmediate(() => {
    Atomics.wait(awake, 0, 0);
    server.close();
  });
});
