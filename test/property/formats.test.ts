// What `env` prints, read back by those who read it. Each value is a case; one process reads 200 of them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'dotenv';
import fc from 'fast-check';
import { FORMATS } from '../../src/cli/formats.js';
import { pythonProgram } from '../support/installed.js';
import { value } from '../support/property/arbitraries.js';
import { check, checkBatches } from '../support/property/check.js';
import { missing, readWithPowerShell, readWithPythonDotenv, readWithShell } from '../support/property/readers.js';

const named = (values: string[]) => values.map((value, index) => ({ name: `VALUE_${index}`, value }));
const namesOf = (values: string[]) => named(values).map(({ name }) => name);

function format(name: string, values: string[]): string {
  const text = FORMATS[name]?.(named(values));
  assert.ok(text !== undefined);
  return text;
}

/** Values of which many do not fit into a .env file. */
const odd = fc.oneof(
  { weight: 3, arbitrary: value },
  {
    weight: 1,
    arbitrary: fc.tuple(value, fc.constantFrom('${HOME}', '\'"\n', "'\n\\"), value).map((parts) => parts.join('')),
  },
);

/** Tries a reader with the values of each batch that fit; neither they nor the others may be few. */
async function checkFitting(read: (good: string[]) => void): Promise<void> {
  const count = { good: 0, all: 0 };
  await checkBatches(odd, (values) => {
    const good = values.filter(fits);
    read(good);
    count.good += good.length;
    count.all += values.length;
  });
  for (const end of [count.good, count.all - count.good])
    assert.ok(end >= count.all / 10, `${count.good} of ${count.all} values fit`);
}

/** Whether a .env file can hold it; if not, the error says which it is, and does not show it. */
function fits(one: string): boolean {
  try {
    format('dotenv', [one]);
    return true;
  } catch (error) {
    assert.ok(error instanceof Error, String(error));
    assert.match(error.message, /^VALUE_0 /);
    assert.ok(one.length < 8 || !error.message.includes(one));
    return false;
  }
}

describe('the format', () => {
  for (const shell of ['bash', 'dash'] as const) {
    it(`shell is read by ${shell}`, { skip: missing(shell) }, () =>
      checkBatches(value, (values) => {
        assert.deepEqual(readWithShell(shell, format('shell', values), namesOf(values)), values);
      }),
    );
  }

  it('powershell is read by PowerShell', { skip: missing('pwsh') }, () =>
    checkBatches(value, (values) => {
      assert.deepEqual(readWithPowerShell(format('powershell', values), namesOf(values)), values);
    }),
  );

  it('json is read as JSON', () =>
    checkBatches(value, (values) => assert.deepEqual(Object.values(JSON.parse(format('json', values))), values)));
});

describe('the format dotenv', () => {
  it('is read by python-dotenv, or the value is refused', { skip: missing('python') }, async () => {
    const python = await pythonProgram();
    await checkFitting((good) =>
      assert.deepEqual(Object.values(readWithPythonDotenv(python, format('dotenv', good))), good),
    );
  });

  it('is read by dotenv for Node, or the value is refused', () =>
    checkFitting((good) => {
      for (const fast of [false, true]) assert.deepEqual(Object.values(parse(format('dotenv', good), { fast })), good);
    }));

  it('refuses no path, address or token', () => {
    const character = fc.constantFrom(...'abcXYZ019._~-/:\\ @%+,=|\'"(){}$&;!ö\u{1f511}');
    const plain = fc.string({ unit: character }).filter((one) => one === one.trim() && !/^["']|\$\{/.test(one));
    return check(fc.property(plain, (one) => assert.ok(fits(one))));
  });
});
