// Everything that quotes or hides text: formats, secrets, error messages, the table of symptoms.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { FORMATS } from '../../../src/cli/formats.js';
import { AuthError, errorMessage } from '../../../src/errors/errors.js';
import { explain } from '../../../src/errors/explain.js';
import { SYMPTOMS } from '../../../src/errors/symptoms/all.js';
import { Secrets } from '../../../src/util/secrets.js';

const NASTY = [
  'simple',
  "it's",
  'a "b" c',
  '$HOME `id` $(id)',
  'back\\slash\\',
  '!event',
  '#hash',
  'größer \u{1F511}',
  ' a ',
  'two\nlines',
  'a=b;c|d&e',
];
const variables = NASTY.map((value, index) => ({ name: `VALUE_${index}`, value }));

describe('the format', () => {
  it('shell is read back by a POSIX shell', () => {
    const script = `${FORMATS.shell?.(variables)}\n${variables.map(({ name }) => `printf '%s\\0' "$${name}"`).join('\n')}`;
    assert.deepEqual(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1), NASTY);
  });

  it('json is read back as JSON', () => {
    assert.deepEqual(Object.values(JSON.parse(FORMATS.json?.(variables) ?? '')), NASTY);
  });

  it('dotenv quotes only what needs it, so that docker reads a token and an address too', () => {
    const lines = FORMATS.dotenv?.([
      { name: 'A', value: 'https://platform.test:8443/clusters/c1/mlflow' },
      { name: 'B', value: 'eyJ.eyJ-_.sig' },
      { name: 'C', value: "it's a \\path" },
      { name: 'D', value: '_oauth2_proxy_0=a|1=; _oauth2_proxy_1=b' },
    ]);
    assert.equal(
      lines,
      "A=https://platform.test:8443/clusters/c1/mlflow\nB=eyJ.eyJ-_.sig\nC=it's a \\path\nD=_oauth2_proxy_0=a|1=; _oauth2_proxy_1=b\n",
    );
  });

  it('powershell doubles every kind of single quote', () => {
    assert.equal(FORMATS.powershell?.([{ name: 'A', value: "a'b\u2019c$d" }]), "$env:A = 'a''b\u2019\u2019c$d'\n");
  });

  it('github ends each value with a delimiter that nobody can guess', () => {
    const text = FORMATS.github?.([{ name: 'A', value: 'x\ny' }]) ?? '';
    const [, delimiter] = /^A<<(end-[0-9a-f-]{36})\r?\nx\ny\r?\n\1\n$/.exec(text) ?? [];
    assert.ok(delimiter, text);
    assert.notEqual(FORMATS.github?.([{ name: 'A', value: 'x\ny' }]), text);
  });
});

describe('secrets', () => {
  it('are struck out in every form', () => {
    const { add, redact } = new Secrets();
    const secret = 'pä"ss\\w%rd&+ x';
    add(secret);
    const forms = [
      secret,
      encodeURIComponent(secret),
      String(new URLSearchParams({ '': secret })).slice(1),
      JSON.stringify(secret),
      Buffer.from(secret).toString('base64'),
    ];
    for (const form of forms) assert.doesNotMatch(redact(`<${form}>`), /ss/, form);
    assert.equal(redact(`<${secret}>`), '<***>');
  });

  it('are announced before they can be printed, once, and each line of 8 characters or more', () => {
    const announced: string[] = [];
    const { add } = new Secrets((secret) => announced.push(secret));
    for (const secret of ['longer line\nshort\nanother line', 'longer line', '', 'seven77']) add(secret);
    assert.deepEqual(announced, ['longer line\nshort\nanother line', 'longer line', 'another line']);
  });

  it('that contain each other leave nothing behind', () => {
    const { add, redact } = new Secrets();
    for (const secret of ['abcdefgh', 'abcdefghijkl']) add(secret);
    assert.equal(redact('abcdefghijkl'), '***');
  });
});

describe('an error message', () => {
  const CASES: [thrown: unknown, text: string][] = [
    [null, 'unknown error (object)'],
    [undefined, 'unknown error (undefined)'],
    ['text', 'text'],
    ['', 'unknown error (string)'],
    [{ message: 'from an object' }, 'from an object'],
    [new Error(''), 'Error'],
    [new Error('outer', { cause: new Error('inner') }), 'outer: inner'],
    [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED: refused'],
    [new AggregateError([new Error('one'), new Error('two'), new Error('one')]), 'one; two'],
  ];
  for (const [thrown, text] of CASES) it(`is "${text}"`, () => assert.equal(errorMessage(thrown), text));
});

describe('the table of symptoms', () => {
  it('has one row for each name, all in words', () => {
    assert.equal(new Set(SYMPTOMS.map(({ id }) => id)).size, SYMPTOMS.length);
    for (const { id, title, meaning, advice } of SYMPTOMS) {
      assert.match(id, /^[a-z]+(-[a-z]+)*$/);
      assert.ok(title.length > 0 && title.length < 50, id);
      assert.doesNotMatch(meaning, /^[A-Z].*\.$/, id);
      assert.match(advice, /\.$/, id);
    }
  });

  const CONNECTIONS: [got: string, id: string][] = [
    ['SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate in certificate chain', 'certificate-untrusted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate', 'certificate-untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate', 'certificate-untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unable to get local issuer certificate', 'certificate-untrusted'],
    ['invalid peer certificate: UnknownIssuer', 'certificate-untrusted'],
    ['CERT_HAS_EXPIRED: certificate has expired', 'certificate-expired'],
    ["ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames", 'certificate-host'],
    ['ERR_SSL_WRONG_VERSION_NUMBER: wrong version number', 'tls-version'],
    ['ENOTFOUND: getaddrinfo ENOTFOUND platform.test', 'dns'],
    ['EAI_AGAIN: getaddrinfo EAI_AGAIN platform.test', 'dns'],
    ['UND_ERR_CONNECT_TIMEOUT: Connect Timeout Error', 'timeout'],
    ['ETIMEDOUT: connect ETIMEDOUT 10.0.0.1:443', 'timeout'],
    ['ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:443', 'unreachable'],
    ['EHOSTUNREACH: connect EHOSTUNREACH', 'unreachable'],
    ['UND_ERR_SOCKET: other side closed', 'broken-off'],
  ];
  for (const [got, id] of CONNECTIONS) it(`knows "${got}"`, () => assert.equal(explain('connect', got).id, id));

  it('has an answer for everything', () => {
    assert.equal(explain('token', 'something never seen').id, 'unknown');
    assert.match(
      new AuthError({ stage: 'token', tried: 'x', got: 'y', hint: 'Hint.' }).message,
      /^Tried: x\nGot: {3}y \(.*\)\nDo: {4}Hint\. /,
    );
  });
});
