// Secrets in any text: none is left in it, in no form.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Secrets } from '../../src/util/secrets.js';
import { printable } from '../../src/util/text.js';
import { text } from '../support/property/arbitraries.js';
import { check } from '../support/property/check.js';

const long = fc
  .oneof(
    text,
    fc.tuple(text, fc.string({ minLength: 8 })).map((parts) => parts.join('')),
  )
  .filter((one) => one.length >= 8 && !one.includes('*'));

const FORMS: ((secret: string) => string)[] = [
  (secret) => secret,
  printable,
  encodeURIComponent,
  (secret) => new URLSearchParams({ v: secret }).toString().slice(2),
  (secret) => JSON.stringify(secret).slice(1, -1),
  (secret) => Buffer.from(secret).toString('base64'),
  (secret) => Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  (secret) => Buffer.from(secret).toString('base64url'),
];

describe('a secret of 8 characters or more', () => {
  it('is in no form left in a text', () =>
    check(
      fc.property(
        fc.array(long, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(text, fc.nat(), fc.nat())),
        (secrets, parts) => {
          const { add, redact } = new Secrets();
          for (const secret of secrets) add(secret);
          const pick = (one: number, form: number) =>
            FORMS[form % FORMS.length]?.(secrets[one % secrets.length] ?? '') ?? '';
          const forms = secrets
            .flatMap((secret) => FORMS.map((form) => form(secret)))
            .filter((form) => form.length >= 8);
          const clean = redact(parts.map(([before, one, form]) => before + pick(one, form)).join(''));
          for (const form of forms)
            assert.ok(!clean.includes(form), `${JSON.stringify(form)} in ${JSON.stringify(clean)}`);
        },
      ),
    ));

  it('leaves the rest of the text as it is', () =>
    check(
      fc.property(
        fc.stringMatching(/^[a-z]{8,20}$/),
        fc.stringMatching(/^[A-Z ]*$/),
        fc.stringMatching(/^[0-9 ]*$/),
        (secret, before, after) => {
          const { add, redact } = new Secrets();
          add(secret);
          assert.equal(redact(before + secret + after), `${before}***${after}`);
        },
      ),
    ));

  it('is told to the runner once, and each of its lines', () =>
    check(
      fc.property(
        fc.array(fc.stringMatching(/^[ -~]{0,12}$/), { minLength: 1 }),
        fc.constantFrom('\n', '\r\n'),
        (lines, end) => {
          const told: string[] = [];
          const { add } = new Secrets((one) => told.push(one));
          const secret = lines.join(end);
          add(secret);
          add(secret);
          assert.deepEqual(new Set(told), new Set([secret, ...lines].filter((one) => one.length >= 8)));
          assert.equal(told.length, new Set(told).size);
        },
      ),
    ));
});
