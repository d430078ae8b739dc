// What would keep the SDK from using the credential: each thing is found alone, and nothing where there is nothing.

import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { overridesOf } from '../../../src/sdk/overrides.js';

const home = homedir();
const CREDENTIALS = join(home, '.mlflow', 'credentials');
const BOTH = '[mlflow]\nmlflow_tracking_username = u\nmlflow_tracking_password = p\n';

interface Given {
  env?: Record<string, string>;
  files?: Record<string, string>;
  settings?: Partial<Parameters<typeof overridesOf>[1]>;
}

function found({ env = {}, files = {}, settings = {} }: Given, withProvider = true): string[] {
  const readFile = (path: string) => {
    if (files[path] === undefined) throw new Error(`ENOENT: ${path}`);
    return files[path];
  };
  const all = { trackingUri: 'https://mlflow.test:8443/x', insecureTls: false, ca: undefined, ...settings };
  return overridesOf({ HOME: home, ...env }, all, readFile, withProvider);
}

const USER = 'MLFLOW_TRACKING_USERNAME';
const PASSWORD = 'MLFLOW_TRACKING_PASSWORD';
const CERTIFICATE = 'MLFLOW_TRACKING_SERVER_CERT_PATH';
const INSECURE = 'MLFLOW_TRACKING_INSECURE_TLS';
const ca = { pem: 'x', path: undefined };

describe('what the SDK would use in place of the credential', () => {
  const FOUND: [what: string, given: Given, text: RegExp][] = [
    [
      'a login in the environment',
      { env: { [USER]: 'u', [PASSWORD]: 'p' } },
      /^MLFLOW_TRACKING_USERNAME and .* remove it$/,
    ],
    ['a login in its file', { files: { [CREDENTIALS]: BOTH } }, /^~\/\.mlflow\/credentials hold a login/],
    [
      'a login in .netrc',
      { files: { [join(home, '.netrc')]: 'machine mlflow.test login u' } },
      /^~\/\.netrc .* for mlflow\.test,/,
    ],
    ['a login in _netrc', { files: { [join(home, '_netrc')]: 'machine\n mlflow.test' } }, /^~\/\.netrc has a login/],
    [
      'a login for every server',
      { files: { [join(home, '.netrc')]: 'machine a login u\ndefault login v' } },
      /^~\/\.netrc/,
    ],
    ['a .netrc elsewhere', { env: { NETRC: '/n' }, files: { '/n': 'machine mlflow.test' } }, /^~\/\.netrc/],
    [
      'a home as Windows names it',
      { env: { HOME: undefined, USERPROFILE: home } as never, files: { [CREDENTIALS]: BOTH } },
      /credentials/,
    ],
    [
      'an HTTP proxy on the way to this machine',
      {
        env: { HTTP_PROXY: 'http://proxy.test', NO_PROXY: 'other.test' },
        settings: { trackingUri: 'http://x.localhost' },
      },
      /^HTTP_PROXY makes the SDK send requests for x\.localhost, .* add x\.localhost to NO_PROXY$/,
    ],
    ['SigV4', { env: { MLFLOW_TRACKING_AWS_SIGV4: 'True' } }, /^MLFLOW_TRACKING_AWS_SIGV4 .* AWS/],
    ['an empty certificate path', { env: { [CERTIFICATE]: '' } }, /^MLFLOW_TRACKING_SERVER_CERT_PATH is set and empty/],
    ['an empty insecure', { env: { [INSECURE]: '' } }, /^MLFLOW_TRACKING_INSECURE_TLS is set and empty/],
    [
      'a certificate in addition to insecure-tls',
      { env: { [CERTIFICATE]: '/ca' }, settings: { insecureTls: true } },
      /accepts only one of them/,
    ],
    ['another provider', { env: { MLFLOW_TRACKING_AUTH: 'aws' } }, /^MLFLOW_TRACKING_AUTH was aws and is replaced$/],
  ];
  for (const [what, given, text] of FOUND) {
    it(`is found: ${what}`, () => {
      const [first, ...more] = found(given);
      assert.match(first ?? '', text);
      assert.deepEqual(more, []);
    });
  }

  const NONE: [what: string, given: Given][] = [
    ['nothing is set', {}],
    ['half a login', { env: { [USER]: 'u' } }],
    ['the other half', { env: { [PASSWORD]: 'p' } }],
    ['half a login in the file', { files: { [CREDENTIALS]: 'mlflow_tracking_username = u' } }],
    [
      'a login for another server',
      { files: { [join(home, '.netrc')]: 'machine mlflow.test.example login mlflow.test' } },
    ],
    ['SigV4 turned off', { env: { MLFLOW_TRACKING_AWS_SIGV4: 'false' } }],
    ['an empty certificate path that is replaced', { env: { [CERTIFICATE]: '' }, settings: { ca } }],
    ['an empty insecure that is replaced', { env: { [INSECURE]: '' }, settings: { insecureTls: true } }],
    ['a certificate', { env: { [CERTIFICATE]: '/ca' } }],
    ...['*', 'localhost', '.localhost', 'x.localhost', 'a, X.test,x.localhost'].map((NO_PROXY): [string, Given] => [
      `an HTTP proxy that NO_PROXY=${NO_PROXY} keeps off this machine`,
      { env: { HTTP_PROXY: 'http://proxy.test', NO_PROXY }, settings: { trackingUri: 'http://x.localhost' } },
    ]),
    [
      'an HTTP proxy to another machine, by TLS',
      { env: { HTTP_PROXY: 'http://proxy.test', HTTPS_PROXY: 'http://p.test' } },
    ],
    ['the provider itself', { env: { MLFLOW_TRACKING_AUTH: 'mlflow-auth' } }],
    ['no home', { env: { HOME: undefined } as never }],
  ];
  for (const [what, given] of NONE) {
    it(`is nothing: ${what}`, () => {
      for (const withProvider of [true, false]) assert.deepEqual(found(given, withProvider), []);
    });
  }

  it('counts always without the provider, and with it only where that is not used', () => {
    for (const given of [{ env: { [USER]: 'u', [PASSWORD]: 'p' } }, { files: { [join(home, '.netrc')]: 'default' } }]) {
      assert.match(found(given).join(), /, where the Python provider is not used/);
      assert.match(found(given, false).join(), /, always: remove it$/);
    }
    assert.match(
      found({ env: { MLFLOW_TRACKING_AUTH: 'aws' } }, false).join(),
      /MLFLOW_TRACKING_AUTH is aws, .*: unset it$/,
    );
  });

  it('is what beats username and password, with basic', () => {
    const settings = { method: 'basic' } as const;
    assert.deepEqual(
      found({ env: { [USER]: 'u', [PASSWORD]: 'p' }, files: { [CREDENTIALS]: BOTH }, settings }, false),
      [],
    );
    const earlier = found({ env: { MLFLOW_TRACKING_AUTH: 'mlflow-auth' }, settings }, false);
    assert.match(earlier.join(), /^MLFLOW_TRACKING_AUTH is mlflow-auth, .*: unset it$/);
    const netrc = found({ files: { [join(home, '.netrc')]: 'default' }, settings }, false);
    assert.match(netrc.join(), /overwrites username and password, always/);
  });

  it('is shown without its secrets', () => {
    const secret = 'hunter2-hunter2';
    const env = { [USER]: secret, [PASSWORD]: secret };
    const files = { [CREDENTIALS]: `${BOTH}${secret}`, [join(home, '.netrc')]: `default password ${secret}` };
    const texts = found({ env, files });
    assert.equal(texts.length, 2);
    assert.ok(!texts.join().includes(secret));
  });
});
