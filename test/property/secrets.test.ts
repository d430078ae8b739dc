// Secrets in any text: no part of 8 characters is left in it, however a server encodes it and wherever it cuts it off.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError, errorMessage } from '../../src/errors/errors.js';
import { responseError, serverReason } from '../../src/http/response.js';
import { Secrets } from '../../src/util/secrets.js';
import { printable } from '../../src/util/text.js';
import { secret as plain, text } from '../support/property/arbitraries.js';
import { check } from '../support/property/check.js';
import { DOUBLE, ENCODERS, ownPart, runOf } from '../support/property/encoders.js';
import { answer } from '../support/property/replies.js';

const URI = new URL('https://platform.test/dex/api/v1/authorize');

/** Passwords and tokens as they are: signs that encoders escape, letters of other languages, blanks, line breaks. */
const long = fc
  .array(fc.constantFrom(...'abkzABQZ0189-._~+/=%&<>"\'\\ #?;{}!$äß€\u{1f511}', '  ', '\n', '%41', '\\n', '&lt;'), {
    minLength: 8,
    maxLength: 40,
  })
  .map((signs) => signs.join(''))
  .filter((one) => printable(one).length >= 8);
const known = fc.oneof(long, plain);
/** Without what could be an escape itself, of which nobody knows how many layers it has. */
const unambiguous = known.filter((one) => !/[%&\\]/.test(one));
const encoder = fc.constantFrom(...Object.entries(ENCODERS));
const context = fc.constantFrom('', ' ', '"', "'", '<', '...', '\u2026', '>', '\n', '{"a":"', 'x', 'wrong: ');

describe('a secret of 8 characters or more', () => {
  it('is in no encoding left in a text', () =>
    check(
      fc.property(known, encoder, context, context, (secret, [name, encode], before, after) => {
        const { add, redact } = new Secrets();
        add(secret);
        const form = encode(secret);
        const clean = printable(redact(before + form + after));
        assert.equal(
          runOf([secret, ownPart(name, form), printable(secret), printable(ownPart(name, form))], clean),
          '',
          `${name}: ${clean}`,
        );
      }),
    ));

  it('is in no part of it left in a text, where the text breaks off or begins within it', () =>
    check(
      fc.property(known, encoder, context, fc.nat(), fc.nat(), (secret, [name, encode], around, from, to) => {
        const { add, redact } = new Secrets();
        add(secret);
        const form = encode(secret);
        const start = from % form.length;
        const part = form.slice(start, form.length - (to % form.length));
        const clean = printable(redact(around + part + around));
        // Eight characters of an encoding that needs as many for one, or a piece of one, are no part of the secret.
        const whole = !/every character|zeros/.test(name) && !/[%&\\][\w#{]{0,8}$/.test(form.slice(0, start));
        const forms = whole ? [secret, ownPart(name, form)] : [secret];
        assert.equal(runOf(forms, clean), '', `${name}: ${part}: ${clean}`);
      }),
    ));

  it('is not left in a text in two layers of encoding either', () =>
    check(
      fc.property(
        unambiguous,
        fc.constantFrom(...Object.entries(DOUBLE)),
        context,
        (secret, [name, encode], around) => {
          const { add, redact } = new Secrets();
          add(secret);
          const form = encode(secret);
          assert.equal(runOf([secret, form], printable(redact(around + form + around))), '', `${name}: ${form}`);
        },
      ),
    ));

  it('is not left where whitespace or control characters part it', () =>
    check(
      fc.property(known, fc.constantFrom('\n', '\0', '\u200b', '\r\n ', '\u{e0020}'), fc.nat(), (secret, sign, at) => {
        fc.pre(secret.replace(/\s/g, '').length >= 8);
        const { add, redact } = new Secrets();
        add(secret);
        const place = at % secret.length;
        const clean = printable(redact(secret.slice(0, place) + sign + secret.slice(place)));
        assert.ok(clean.replaceAll('***', '').length < 8, clean);
      }),
    ));

  it('is in no message about an answer that holds it, wherever a message is cut', () =>
    check(
      fc.property(
        known,
        encoder,
        fc.nat({ max: 2500 }),
        fc.constantFrom('text/plain', 'text/html', 'application/json', 'location'),
        fc.boolean(),
        (secret, [name, encode], length, kind, unknown) => {
          const secrets = new Secrets();
          secrets.add(secret);
          const form = encode(secret);
          const echo = `${'wrong '.repeat(length / 6)}${form} end`;
          const body = {
            'text/plain': echo,
            'text/html': `<html><title>${echo}</title><p>${echo}</p></html>`,
            'application/json': JSON.stringify({ error: 'x', [unknown ? 'message' : 'error_description']: echo }),
            location: '',
          }[kind];
          const headers: [string, string][] =
            kind === 'location'
              ? [['location', `https://platform.test/${encodeURIComponent(echo)}?error=${encodeURIComponent(echo)}`]]
              : [['content-type', kind]];
          const reply = answer({ status: kind === 'location' ? 302 : 500, headers, body: body ?? '' }, URI);
          const error = responseError(reply, 'token');
          const again = new AuthError({
            request: 'proxy',
            tried: { what: 'x' },
            diagnosis: { id: 'bad-key', facts: { text: `500 ${serverReason(reply)}` } },
          });
          for (const one of [error, again]) {
            const shown = secrets.redact(errorMessage(one));
            assert.equal(runOf([secret, ownPart(name, form)], shown), '', `${name}: ${shown}`);
            for (const line of shown.split('\n')) assert.ok(line.length < 1400, `${line.length}`);
            assert.ok(shown.includes(`(${one.symptom.meaning})`), shown);
          }
        },
      ),
    ));

  it('of 50 kB takes no longer to find than to read', () => {
    const { add, redact } = new Secrets();
    const signs = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
    let state = 1;
    const random = () => {
      state = (state * 48271) % 2147483647;
      return signs[state % 64];
    };
    const cookies = Array.from({ length: 14 }, () => Array.from({ length: 3800 }, random).join(''));
    for (const cookie of cookies) add(cookie);
    add(cookies.map((cookie, index) => `_oauth2_proxy_${index}=${cookie}`).join('; '));
    assert.equal(redact('no cookie "_oauth2_proxy_0" here'), 'no cookie "_oauth2_proxy_0" here');
    const echo = cookies.join('; ').slice(100);
    const patterns = [
      echo,
      encodeURIComponent(echo),
      'a'.repeat(1 << 16),
      '%41'.repeat(1 << 14),
      '&amp;'.repeat(1 << 13),
    ];
    for (const one of patterns) assert.equal(runOf(cookies, redact(one)), '');
  });

  it('leaves the rest of the text as it is', () =>
    check(
      fc.property(
        fc.stringMatching(/^[a-z]{8,20}$/),
        fc.stringMatching(/^[A-Z ]*$/),
        fc.stringMatching(/^[0-9 ]*$/),
        (secret, before, after) => {
          const { add, redact } = new Secrets();
          add(secret);
          const [start, end] = [`${before};`, `;${after}`];
          assert.equal(redact(start + secret + end), `${start}***${end}`);
        },
      ),
    ));

  it('changes no text that has nothing of it', () =>
    check(
      fc.property(text, (one) => {
        const { add, redact } = new Secrets();
        add('\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d');
        assert.equal(redact(one), one);
      }),
    ));

  it('is masked by the runner once, and each of its lines', () =>
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

describe('a secret of 4 to 7 characters', () => {
  const short = fc.stringMatching(/^[a-z]{2,4}[0-9#%&"]{2,3}$/);
  const simple = ['plain', 'HTML, named', 'URL, upper case', 'JSON', 'hexadecimal', 'base64', 'base64url'];

  it('is struck out of messages and shown to nobody', () =>
    check(
      fc.property(short, fc.constantFrom(...simple), (secret, name) => {
        const told: string[] = [];
        const { add, redact } = new Secrets((one) => told.push(one));
        add(secret);
        assert.equal(redact(`wrong: "${ENCODERS[name]?.(secret)}"!`), 'wrong: "***"!');
        assert.deepEqual(told, []);
      }),
    ));

  it('that is a word leaves longer words as they are, and one of fewer characters everything', () => {
    const { add, redact } = new Secrets();
    for (const one of ['zebra', '4711', 'abc']) add(one);
    assert.equal(redact('zebra zebras 4711 147112 abc'), '*** zebras *** 147112 abc');
  });
});
