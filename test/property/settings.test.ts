// Settings of any kind: checked settings, or one message that tells no secret.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UsageError } from '../../src/errors/errors.js';
import { readSettings } from '../../src/settings/settings.js';
import { secret, text, value } from '../support/property/arbitraries.js';
import { check, checkEnds } from '../support/property/check.js';
import { type Case, cases, SECRET_FILE, SECRETS } from '../support/property/settings-arbitraries.js';

function read({ caller, given, env }: Case, file: string, masked: string[] = []) {
  const sources = { caller, given, env, readFile: (path: string) => (path === SECRET_FILE ? file : path) };
  return readSettings(
    sources,
    { trackingUri: true, caPath: false },
    (one) => masked.push(one),
    () => {},
  );
}

describe('settings of any kind', () => {
  it('are addresses without credentials, query and fragment, or one UsageError', () =>
    checkEnds(fc.tuple(cases, text), ['settings', 'UsageError'], ([one, file]) => {
      let settings: ReturnType<typeof read>;
      try {
        settings = read(one, file);
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        assert.match(error.message, /configuration errors?:\n {2}/);
        // A line of any other kind could be a command to the runner.
        for (const line of error.message.split('\n').slice(1)) assert.match(line, /^( {2}[a-z0-9-]+: |Workflows of )/);
        assert.doesNotMatch(error.message.replaceAll('\n', ''), /\p{Cc}|##\[/u);
        return 'UsageError';
      }
      const { platform, trackingUri, timeout, username, workspace } = settings;
      assert.equal(new URL(platform).origin, platform);
      const { origin, pathname } = new URL(trackingUri);
      assert.equal(trackingUri, (origin + pathname).replace(/\/+$/, ''));
      assert.match(trackingUri, /^https?:/);
      assert.ok(timeout >= 1 && timeout <= 3600);
      assert.doesNotMatch(username, /\p{Cc}/u);
      assert.match(workspace ?? 'ws', /^[a-z0-9-]{2,63}$/);
      return 'settings';
    }));

  it('tell no secret in a message, and all of them to be masked', () =>
    checkEnds(
      fc.tuple(
        cases,
        fc.tuple(...SECRETS.map(() => secret)),
        fc.constantFrom('given', 'env', 'file'),
        fc.constantFrom('', '${{ ', '\n', '"'),
      ),
      ['settings', 'UsageError'],
      ([one, secrets, where, mark]) => {
        const all = { given: { ...one.given }, env: { ...one.env } };
        // With an ID token, auto would be a keyless login, which most of the other settings contradict.
        all.given.login = 'platform';
        const values = secrets.map((value) => mark + value);
        for (const [index, { name, variable }] of SECRETS.entries()) {
          for (const key of [name, `${name}-file`]) delete all.given[key];
          if (where === 'env') all.env[variable] = values[index] ?? '';
          else
            all.given[where === 'given' ? name : `${name}-file`] =
              (where === 'file' ? SECRET_FILE : values[index]) ?? '';
        }
        const masked: string[] = [];
        const end = (() => {
          try {
            read({ ...one, ...all }, values[0] ?? '', masked);
            return 'settings';
          } catch (error) {
            assert.ok(error instanceof UsageError, String(error));
            for (const value of secrets) assert.ok(!error.message.includes(value), error.message);
            return 'UsageError';
          }
        })();
        for (const value of where === 'file' ? secrets.slice(0, 1) : secrets)
          assert.ok(masked.some((known) => known.includes(value)));
        return end;
      },
    ));

  it('tell no password that stands in an address', () =>
    check(
      fc.property(
        fc.constantFrom('https://', 'http://', '//', ''),
        value,
        secret,
        value,
        fc.constantFrom('', '${{ vars.HOST }}'),
        (scheme, user, password, rest, expression) => {
          const tail = rest.replaceAll('@', '') + expression;
          const address = `${scheme}${user}:${password}@${tail}`;
          const given = { 'platform-address': address, 'tracking-uri': address, 'redirect-uri': address };
          assert.throws(
            () => read({ caller: 'cli', given, env: {} }, ''),
            (error) => error instanceof UsageError && !error.message.includes(password),
          );
        },
      ),
    ));
});
