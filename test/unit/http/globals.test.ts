// What HTTP changes for the whole process: nothing by being imported, and what it says when it is called.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { getDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { describe, it } from 'node:test';
import * as undici from 'undici';

const HTTP = new URL('../../../src/http/', import.meta.url);

function globals() {
  const { Headers, Response, fetch } = globalThis;
  const stream = Object.getOwnPropertyDescriptors(ReadableStream.prototype);
  return { Headers, Response, fetch, stream, attempt: getDefaultAutoSelectFamilyAttemptTimeout() };
}

describe('the globals', () => {
  const before = globals();

  it('stay as they are when the files of HTTP are imported', async () => {
    const files = readdirSync(HTTP).filter((name) => name.endsWith('.js'));
    assert.ok(files.length > 5);
    for (const file of files) await import(new URL(file, HTTP).href);
    assert.deepEqual(globals(), before);
  });

  it('give each address of a name 2.5 s', async () => {
    const { setConnectDefaults } = await import('../../../src/http/globals.js');
    setConnectDefaults();
    assert.deepEqual(globals(), { ...before, attempt: 2500 });
  });

  it('have the classes of undici', async () => {
    const { setFetchGlobals } = await import('../../../src/http/globals.js');
    const { Headers, Response } = undici;
    setFetchGlobals(undici);
    assert.deepEqual(globals(), { ...before, attempt: 2500, Headers, Response });
  });
});
