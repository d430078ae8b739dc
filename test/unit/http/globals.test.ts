// What HTTP changes for the whole process: nothing by being imported, and what it says when it is called.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { getDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { describe, it } from 'node:test';

const HTTP = new URL('../../../src/http/', import.meta.url);

/** All of them, by name. */
function globals(): Record<string, unknown> {
  const { Headers, Response, fetch } = globalThis;
  const attempt = getDefaultAutoSelectFamilyAttemptTimeout();
  return { Headers, Response, fetch, attempt };
}

/** The very same values: Node 24 holds equal structures of functions for different. */
function assertSame(actual: Record<string, unknown>, expected: Record<string, unknown>): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) assert.ok(Object.is(actual[name], value), name);
}

describe('the globals', () => {
  const before = globals();

  it('stay as they are when the files of HTTP are imported', async () => {
    const files = readdirSync(HTTP).filter((name) => name.endsWith('.js'));
    assert.ok(files.length > 5);
    for (const file of files) await import(new URL(file, HTTP).href);
    assertSame(globals(), before);
  });

  it('give each address of a name 2.5 s', async () => {
    const { setConnectDefaults } = await import('../../../src/http/globals.js');
    setConnectDefaults();
    assertSame(globals(), { ...before, attempt: 2500 });
  });

  it('stay as they are when the classes of fetch are loaded', async () => {
    const { loadFetchClasses } = await import('../../../src/http/globals.js');
    loadFetchClasses();
    assertSame(globals(), { ...before, attempt: 2500 });
  });
});
