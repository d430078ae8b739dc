// Whatever target the proxy passes on stays below the tracking URI, however often a server on the way decodes it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pathFlaw } from '../../src/proxy/local-path.js';
import { checkEnds } from '../support/property/check.js';

const PIECES = [
  ...['/.', '/..', '/%2e', '/%2E.', '/%252e%252e', '/..;a', '%2f..', '%252f..', '%5c..', '//', '/', '.', '..', ';'],
  ...['oauth2', '/oauth2', '%6fauth2', '%256f', '100%25', '%C3%A9', '%c0%ae', '%00', '%zz'],
];
const start = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('/a', '/b.c', '/api') },
  fc.constantFrom('/oauth2', '/%6fauth2', '/%256fauth2', '/OAuth2'),
);
const piece = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('/a', '/b.c', '/%C3%A9', 'x') },
  fc.constantFrom(...PIECES),
);
const target = fc.tuple(start, fc.array(piece, { maxLength: 6 })).map(([first, rest]) => first + rest.join(''));

/** All that servers may make of a path: decoded some times, with either slash. */
function readings(path: string): string[] {
  const found = [path];
  for (let text = path, depth = 0; depth < 5; depth++) {
    try {
      text = decodeURIComponent(text);
    } catch {
      break;
    }
    found.push(text, text.replaceAll('\\', '/'));
  }
  return found;
}

describe('a target that the proxy passes on', () => {
  it('has no reading that leads out of the tracking URI, or to oauth2-proxy', () => {
    return checkEnds(target, ['form', 'login', 'passed'], (text) => {
      const flaw = pathFlaw(text);
      if (flaw) return flaw;
      for (const reading of readings(text)) {
        const segments = reading.split('/').map((one) => one.split(';')[0]);
        assert.ok(!segments.includes('..') && !segments.includes('.'), reading);
        assert.notEqual(segments[1]?.toLowerCase(), 'oauth2', reading);
      }
      return 'passed';
    });
  });
});
