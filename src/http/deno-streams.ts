// Under Deno, lets a reader learn that its answer broke off or took too long, where it would wait for ever.

/** Tells node:stream, and undici through it, whether a web stream can still be read. Deno's streams do not have it. */
const READABLE = Symbol.for('nodejs.stream.readable');

if (!(READABLE in ReadableStream.prototype)) {
  const { prototype } = ReadableStream;
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
