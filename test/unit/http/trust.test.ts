// Which certificates are trusted: what is found in a text, what is mended, and when the runtime's roots are read.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import {
  certificatesIn,
  isCertificate,
  runtimeRoots,
  secureContexts,
  trustedRoots,
  withLineBreaks,
} from '../../../src/http/trust.js';
import { serverCertificate, testAuthority } from '../../support/fake/certificates.js';

const [ROOT = '', OTHER = ''] = rootCertificates;
const CA = testAuthority().cert.trim().replaceAll('\r\n', '\n');

describe('the certificates of a text', () => {
  const texts: [name: string, text: string, found: string[]][] = [
    ['of one certificate', ROOT, [ROOT]],
    ['of a bundle, in their order', `${ROOT}\n${OTHER}\n${ROOT}`, [ROOT, OTHER, ROOT]],
    ['without a line break between them', `${ROOT}${OTHER}`, [ROOT, OTHER]],
    ['with comments around them', `# One - two -- three\n${ROOT}\n\nsubject=/CN=x-y\n${OTHER}\n# end`, [ROOT, OTHER]],
    ['with line breaks of Windows', ROOT.replaceAll('\n', '\r\n'), [ROOT.replaceAll('\n', '\r\n')]],
    ['beside a private key', `${testAuthority().key}${ROOT}`, [ROOT]],
    ['beside one that breaks off', `${ROOT.slice(0, 200)}\n${OTHER}`, [OTHER]],
    ['that breaks off', ROOT.slice(0, -1), []],
    ['of a request for one', ROOT.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'), []],
    ['of nothing', '', []],
  ];
  for (const [name, text, found] of texts)
    it(`are found in a text ${name}`, () => assert.deepEqual(certificatesIn(text), found));
});

describe('a certificate that lost its line breaks', () => {
  const lost: [name: string, text: string][] = [
    ['to nothing', CA.replaceAll('\n', '')],
    ['to spaces', CA.replaceAll('\n', ' ')],
    ['to "\\n"', CA.replaceAll('\n', '\\n')],
    ['to "\\r\\n"', CA.replaceAll('\n', '\\r\\n')],
    ['to those of Windows', CA.replaceAll('\n', '\r\n')],
    ['to two', CA.replaceAll('\n', '\n\n')],
    ['to an indentation', CA.replaceAll('\n', '\n    ')],
    ['to none, and has them still', CA],
  ];
  for (const [name, text] of lost) {
    it(`${name} gets them back`, () => {
      const mended = withLineBreaks(text);
      assert.equal(mended, CA);
      assert.ok(isCertificate(mended));
    });
  }
});

describe('what is a certificate', () => {
  it('is what OpenSSL can read', () => {
    for (const pem of [ROOT, CA, serverCertificate().cert]) assert.equal(isCertificate(pem), true);
  });

  it('is no text of another kind, and none that is damaged', () => {
    const damaged = CA.replace(/\n[^\n]+\n/, '\n');
    const empty = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----';
    for (const pem of ['', 'x', empty, damaged, testAuthority().key, withLineBreaks('x'), CA.replaceAll('\n', ' ')])
      assert.equal(isCertificate(pem), false, pem);
  });
});

describe('the trusted roots', () => {
  it('are those of the runtime, read once, each a certificate', () => {
    const roots = runtimeRoots(() => assert.fail('this runtime shows its roots'));
    assert.ok(roots.length > 50);
    assert.ok(roots.every(isCertificate));
    assert.equal(new Set(roots).size, roots.length);
    assert.equal(runtimeRoots(), roots);
  });

  it('begin with the private CA', () => {
    assert.deepEqual(trustedRoots(`# own\n${CA}\n`), [CA, ...runtimeRoots()]);
  });
});

describe('the contexts of connections', () => {
  /** With a count of how often the roots were read. */
  function contexts(ca: string | undefined, roots: string[]) {
    const read = { times: 0 };
    const count = () => {
      read.times++;
      return roots;
    };
    return { read, ...secureContexts(ca, count) };
  }

  it('are the private CA alone until more is needed, then all', () => {
    const { known, widerThan, read } = contexts(CA, [ROOT]);
    const first = known();
    assert.equal(known(), first);
    assert.equal(read.times, 0);
    const wider = widerThan(first);
    assert.ok(wider && wider !== first);
    assert.ok(read.times > 0);
    assert.equal(known(), wider);
  });

  it('are wider for each connection that began with the first, and no wider than all', () => {
    const { known, widerThan } = contexts(CA, [ROOT]);
    const first = known();
    const wider = widerThan(first);
    assert.ok(wider);
    assert.equal(widerThan(first), wider);
    assert.equal(widerThan(wider), undefined);
  });

  it('do not get wider where the runtime hides its roots', () => {
    const { known, widerThan } = contexts(CA, []);
    assert.equal(widerThan(known()), undefined);
  });

  it("are the runtime's own without a private CA, for which nothing is read", () => {
    const { known, widerThan, read } = contexts(undefined, [ROOT]);
    assert.ok(known());
    assert.deepEqual([widerThan(known()), read.times], [undefined, 0]);
  });
});
