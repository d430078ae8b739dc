// All that HTTP changes for the whole process. Nothing is changed by an import: each function says when to call it.

import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';

/**
 * Milliseconds for each but the last address of a name. Node gives up a connection that takes longer, and by itself
 * grants 250, which is less than a far round trip: on a machine without IPv6, whose turn comes next, nothing is left.
 */
const CONNECT_ATTEMPT_MS = 2500;

/** Sets how long Node tries each address of a name. To be called before the first connection, whoever opens it. */
export function setConnectDefaults(): void {
  setDefaultAutoSelectFamilyAttemptTimeout(CONNECT_ATTEMPT_MS);
}

/**
 * Makes undici's classes the global ones, and the streams of Deno fail as those of Node do. To be called before the
 * first request. Undici takes a while to load, so it is the caller who has it.
 */
export function setFetchGlobals({ Headers, Response }: Pick<typeof import('undici'), 'Headers' | 'Response'>): void {
  // oauth4webapi uses the global classes, for which Node would load a second fetch: that takes as long as a round trip.
  Object.assign(globalThis, { Headers, Response });
  if (!(READABLE in ReadableStream.prototype)) mendStreams(ReadableStream.prototype);
}

/** Tells node:stream, and undici through it, whether a web stream can still be read. Deno's streams do not have it. */
const READABLE = Symbol.for('nodejs.stream.readable');

/** Under Deno, lets a reader learn that its answer broke off or took too long, where it would wait for ever. */
function mendStreams(prototype: ReadableStream): void {
  // Undici fails only what can be read. To fail what has already ended does nothing.
  Object.defineProperty(prototype, READABLE, { configurable: true, get: () => true });
  const { cancel } = prototype;
  // At a time limit undici also cancels, and knows by Node's code that there is nothing left to cancel: the stream has a
  // reader, who gets to know anyway, or has failed already.
  const nothing = () =>
    Object.assign(new TypeError('the stream is locked or has failed'), { code: 'ERR_INVALID_STATE' });
  prototype.cancel = async function (reason) {
    if (this.locked) throw nothing();
    await cancel.call(this, reason).catch(() => {
      throw nothing();
    });
  };
}
