// Certificates that Python 3.13 and later refuse: the login or doctor warns of each, and of no other.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type AuthorityFlaws, type Flaws, makeAuthority, serverCertificate } from '../support/fake/certificates.js';
import { keyFor } from '../support/fake/keys.js';
import { startPlatform } from '../support/fake/platform.js';
import { pythonProgram } from '../support/installed.js';
import { goodEnv, runCommand, runProgram } from '../support/program.js';

/** Sends a request as the SDK does; an older Python gets the default of the later ones. */
const REQUEST = `
import ssl, sys
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import create_urllib3_context
class Strict(HTTPAdapter):
    def init_poolmanager(self, *args, **options):
        context = create_urllib3_context()
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        super().init_poolmanager(*args, ssl_context=context, **options)
session = requests.Session()
if sys.version_info < (3, 13):
    session.mount("https://", Strict())
try:
    print("status", session.get(sys.argv[1], verify=sys.argv[2]).status_code)
except requests.exceptions.SSLError as error:
    print("refused", error)
`;

interface Case {
  name: string;
  ca?: AuthorityFlaws;
  /** Of the server's certificate. */
  server?: Flaws;
  /** What is missed, as the program calls it. */
  missed?: string;
  python: RegExp;
}

const CASES: Case[] = [
  { name: 'good chain', python: /^status 200$/m },
  {
    name: 'a CA without Key Usage',
    ca: { lacks: ['keyUsage'] },
    missed: 'Key Usage',
    python: /^refused .*CA cert does not include key usage extension/m,
  },
  {
    name: 'a CA without Subject Key Identifier',
    ca: { lacks: ['subjectKeyIdentifier'] },
    missed: 'Subject Key Identifier',
    python: /^refused .*Missing Subject Key Identifier/m,
  },
  {
    name: 'a CA whose Basic Constraints are not critical',
    ca: { uncritical: true },
    missed: 'critical Basic Constraints',
    python: /^refused .*Basic Constraints of CA cert not marked critical/m,
  },
  {
    name: 'a server certificate without Authority Key Identifier',
    server: { lax: true },
    missed: 'Authority Key Identifier',
    python: /^refused .*Missing Authority Key Identifier/m,
  },
  {
    name: 'a server certificate whose Authority Key Identifier has no key',
    server: { keyless: true },
    missed: 'key in its Authority Key Identifier',
    python: /^refused .*Missing Authority Key Identifier/m,
  },
  {
    name: 'a server certificate without subject and critical alternative names',
    server: { nameless: true },
    missed: 'critical Subject Alternative Name, nor a subject',
    python: /^refused .*Subject empty and Subject Alt Name extension not critical/m,
  },
  {
    name: 'a server certificate with the Key Usage of a CA',
    server: { signs: true },
    missed: 'Basic Constraints of a CA, which its Key Usage demands',
    python: /^refused .*(invalid CA certificate|Key usage keyCertSign invalid for non-CA)/m,
  },
];

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-strict-'));
after(() => rmSync(folder, { recursive: true }));

describe('what Python 3.13 and later refuse', () => {
  for (const { name, ca = {}, server, missed, python } of CASES) {
    it(
      missed ? `is ${name}, which the program warns of` : `is no ${name}, and the program does not warn of it`,
      async () => {
        const authority = makeAuthority(keyFor('sign'), { name: 'a CA', ...ca });
        const file = join(folder, 'ca.pem');
        writeFileSync(file, authority.cert);
        const platform = await startPlatform({ certificate: serverCertificate({ issuer: authority, ...server }) });
        try {
          const env = { ...goodEnv(platform), PLATFORM_CA: file };
          const login = await runCommand(['token'], env);
          const doctor = await runCommand(['doctor'], env);
          assert.deepEqual([login.status, doctor.status], [0, 0], login.stderr + doctor.stdout);
          // The login looks at the CA that it is given, doctor at the whole chain.
          const ofCa =
            missed && !server ? [`! ca-cert: "a CA" has no ${missed}, so Python 3.13 and later refuse it`] : [];
          assert.deepEqual(login.stderr.match(/^.*Python 3\.13.*$/gm) ?? [], ofCa);
          const owner = !server ? 'a CA' : server.nameless ? '(no name)' : 'mlflow-auth test server';
          const told = `the certificate of "${owner}" has no ${missed}: Python 3.13 and later refuse it`;
          assert.equal(doctor.stdout.includes(told), missed !== undefined, doctor.stdout);
          const newest = process.env.TEST_PYTHONS?.split(',').at(-1);
          const { stdout, stderr } = await runProgram(await pythonProgram(newest), [
            '-c',
            REQUEST,
            platform.address,
            file,
          ]);
          assert.match(stdout, python, stderr);
        } finally {
          await platform.close();
        }
      },
    );
  }
});
