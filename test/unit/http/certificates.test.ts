// What is read off certificates: the flaws of a CA, what Python misses, and advice about what a server showed.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import { day, shortName, trustHint, warningsOf } from '../../../src/http/certificate-facts.js';
import { strictFlawsOf } from '../../../src/http/strict-certificates.js';
import { makeAuthority, serverCertificate, testAuthority } from '../../support/fake/certificates.js';
import { keyFor } from '../../support/fake/keys.js';

const NAMES: Record<string, string> = {
  keyUsage: 'Key Usage',
  subjectKeyIdentifier: 'Subject Key Identifier',
};

const flawsOf = (pem: string, issued = false) => strictFlawsOf(new X509Certificate(pem), issued);

describe('what strict Python misses', () => {
  it('in a CA is each extension that it lacks', () => {
    assert.deepEqual(flawsOf(testAuthority().cert), []);
    for (const lacks of ['keyUsage', 'subjectKeyIdentifier'])
      assert.deepEqual(flawsOf(makeAuthority(keyFor('sign'), { lacks: [lacks] }).cert), [NAMES[lacks]]);
    assert.deepEqual(flawsOf(makeAuthority(keyFor('sign'), { uncritical: true }).cert), ['critical Basic Constraints']);
  });

  it('in a certificate that another one issued is the key of its issuer', () => {
    assert.deepEqual(flawsOf(serverCertificate({ lax: true }).cert, true), ['Authority Key Identifier']);
    assert.deepEqual(flawsOf(serverCertificate({ lax: true }).cert, false), []);
    assert.deepEqual(flawsOf(serverCertificate({ keyless: true }).cert, true), ['key in its Authority Key Identifier']);
    assert.deepEqual(flawsOf(serverCertificate().cert, true), []);
  });

  it('can be read off every public root, most of which have nothing that is missed', () => {
    const clean = rootCertificates.filter((pem) => flawsOf(pem).length === 0);
    assert.ok(clean.length > rootCertificates.length / 2, `${clean.length} of ${rootCertificates.length}`);
  });
});

describe('warnings of a CA', () => {
  it('name those that have expired, are not valid yet, or are no CA', () => {
    const { cert } = testAuthority();
    const until = new Date(new X509Certificate(cert).validTo);
    assert.deepEqual(warningsOf(cert), []);
    assert.match(
      warningsOf(cert, new Date(until.getTime() + 1000)).join(),
      /^"mlflow-auth test CA" expired on [\d-]{10}$/,
    );
    assert.match(warningsOf(cert, new Date(0)).join(), /is not valid before/);
    assert.match(warningsOf(serverCertificate().cert).join(), /certificate of a server, not of a CA/);
  });

  it('are none of a bundle of many CAs', () =>
    assert.deepEqual(warningsOf(rootCertificates.join('\n'), new Date(0)), []));
});

describe('advice about a certificate', () => {
  const untrusted = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate';
  const shown = { subject: 's', issuer: 'i', from: '', to: '', length: 1, end: 'i', selfSigned: false };

  it('is given for one that is not trusted, and for nothing else', () => {
    assert.match(trustHint({ text: untrusted, shown }, undefined) ?? '', /^If "i" is an intermediate CA/);
    assert.match(
      trustHint({ text: untrusted, shown: { ...shown, length: 2, end: 'e' } }, undefined) ?? '',
      /ends at "e"/,
    );
    assert.equal(trustHint({ text: untrusted }, undefined), undefined);
    for (const text of ['CERT_HAS_EXPIRED: certificate has expired', 'ECONNREFUSED', ''])
      assert.equal(trustHint({ text, shown }, serverCertificate().cert), undefined);
  });
});

describe('names and days', () => {
  it('are short', () => {
    assert.equal(shortName('C=CN\nO=Acme\nCN=An "odd" CA'), 'An "odd" CA');
    assert.equal(shortName('C=CN\nO=Acme'), 'Acme');
    assert.equal(shortName(new X509Certificate(serverCertificate({ nameless: true }).cert).subject), '(no name)');
    assert.equal(shortName('C=CN\nOU=x'), 'C=CN, OU=x');
    assert.equal(day('Nov 26 03:00:00 2026 GMT'), '2026-11-26');
    assert.equal(day('nonsense'), 'nonsense');
  });
});
