// Command lines of any kind: a command with its flags, or a UsageError.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from '../../src/cli/args.js';
import { UsageError } from '../../src/errors/errors.js';
import { namesOf, ROWS } from '../../src/settings/table.js';
import { value } from '../support/property/arbitraries.js';
import { check, checkEnds } from '../support/property/check.js';

describe('a command line of any kind', () => {
  const names = ROWS.filter(({ actionOnly }) => !actionOnly).flatMap(namesOf);
  const flag = fc.constantFrom(...names, 'format', 'help', 'no-verify', 'insecure-tls', 'login', 'json', 'seen', '');
  const argument = fc.oneof(
    value,
    fc
      .tuple(fc.constantFrom('--', '-', '--no-'), flag, fc.constantFrom('', '=', '=true', '=x'))
      .map((parts) => parts.join('')),
  );
  const command = fc.constantFrom(
    'token',
    'cookie',
    'env',
    'exec',
    'refresh',
    'login',
    'logout',
    'doctor',
    'renew',
    'help',
    '--version',
  );

  /** Flags of settings with values, which every command but doctor's helpers takes. */
  const good = fc.tuple(fc.constantFrom(...names), value).map(([name, one]) => `--${name}=${one}`);
  const goodLine = fc
    .tuple(
      fc.constantFrom('token', 'cookie', 'env', 'exec', 'refresh', 'login', 'logout', 'doctor', 'renew'),
      fc.array(good),
    )
    .map(([first, rest]) => [first, ...rest]);
  const line = fc
    .tuple(fc.option(command), fc.array(argument))
    .map(([first, rest]) => (first === null ? rest : [first, ...rest]));

  it('is a command with known flags, or a UsageError', () =>
    checkEnds(fc.oneof(goodLine, line), ['a command', 'UsageError'], (args) => {
      let parsed: ReturnType<typeof parse>;
      try {
        parsed = parse(args);
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        return 'UsageError';
      }
      const { command, flags, rest: behind } = parsed;
      assert.match(command, /^(token|cookie|env|exec|refresh|login|logout|doctor|renew|help|version)$/);
      const known = [...names, 'format', 'login', 'json', 'message', 'python', 'seen'];
      for (const [name, value] of Object.entries(flags)) {
        assert.ok(known.includes(name), name);
        assert.equal(typeof value, 'string');
      }
      assert.deepEqual(behind, behind.length === 0 ? [] : args.slice(-behind.length));
      return 'a command';
    }));

  it('takes values as they are', () =>
    check(
      fc.property(
        fc.constantFrom(...names.filter((name) => name !== 'format')),
        value,
        fc.array(value),
        (name, one, rest) => {
          const { flags, rest: behind } = parse(['exec', `--${name}=${one}`, '--', ...rest]);
          assert.deepEqual({ ...flags }, { [name]: one });
          assert.deepEqual(behind, rest);
        },
      ),
    ));
});
