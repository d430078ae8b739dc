// The variables for the SDK: which there are, in which order, and never an empty one.

import assert from 'node:assert/strict';
import { delimiter, join } from 'node:path';
import { describe, it } from 'node:test';
import type { Credential } from '../../../src/login/credential.js';
import { type Parts, variablesFor } from '../../../src/sdk/variables.js';
import type { Settings } from '../../../src/settings/types.js';

const common = { identity: 'i', expiresAt: undefined };
const token: Credential = { method: 'token', token: 't', refreshToken: 'r', ...common };
const cookie: Credential = { method: 'cookie', cookie: 'c=1', ...common };
const python = join('/dir', 'mlflow-auth-python', 'a.whl');
const folder = { credentialFile: '/dir/credential.json', python, certificates: '/dir/ca.pem' };

function variables(some: Partial<Omit<Parts, 'settings'>> = {}, settings: Partial<Settings> = {}) {
  const all = { trackingUri: 'https://mlflow.test', workspace: undefined, insecureTls: false, ...settings } as Settings;
  const rest = { credential: token, folder: undefined, pythonPath: undefined, certificates: undefined, ...some };
  const list = variablesFor({ ...rest, settings: all });
  for (const { name, value } of list) assert.notEqual(value, '', name);
  return list.map(({ name, value }) => `${name}=${value}`);
}

describe('the variables for the SDK', () => {
  it('are the address and the credential, where there is nothing else', () => {
    assert.deepEqual(variables(), ['MLFLOW_TRACKING_URI=https://mlflow.test', 'MLFLOW_TRACKING_TOKEN=t']);
    assert.deepEqual(variables({ credential: cookie }), [
      'MLFLOW_TRACKING_URI=https://mlflow.test',
      'MLFLOW_PROXY_COOKIE=c=1',
    ]);
  });

  it('are username and password with basic, and the certificates alone of the folder', () => {
    const credential: Credential = { method: 'basic', username: 'u', password: 'p w', ...common };
    const certificates = { credentialFile: undefined, python: undefined, certificates: '/dir/ca.pem' };
    assert.deepEqual(variables({ credential, folder: certificates, pythonPath: '/mine' }), [
      'MLFLOW_TRACKING_URI=https://mlflow.test',
      'MLFLOW_TRACKING_USERNAME=u',
      'MLFLOW_TRACKING_PASSWORD=p w',
      'MLFLOW_TRACKING_SERVER_CERT_PATH=/dir/ca.pem',
    ]);
  });

  it('name all of the folder, and hold no refresh token', () => {
    assert.deepEqual(variables({ folder }, { workspace: 'team-a' }), [
      'MLFLOW_TRACKING_URI=https://mlflow.test',
      'MLFLOW_TRACKING_TOKEN=t',
      'MLFLOW_WORKSPACE=team-a',
      'MLFLOW_TRACKING_SERVER_CERT_PATH=/dir/ca.pem',
      'MLFLOW_TRACKING_AUTH=mlflow-auth',
      'MLFLOW_AUTH_CREDENTIAL_FILE=/dir/credential.json',
      `PYTHONPATH=${python}`,
    ]);
  });

  it('take the certificates of the folder before those that were given, and "insecure" is a word', () => {
    const certificate = (some: Partial<Parts>) =>
      variables(some).filter((line) => line.startsWith('MLFLOW_TRACKING_SERVER_CERT_PATH'));
    assert.deepEqual(certificate({ certificates: '/ca.pem' }), ['MLFLOW_TRACKING_SERVER_CERT_PATH=/ca.pem']);
    assert.deepEqual(certificate({ certificates: '/ca.pem', folder }), [
      'MLFLOW_TRACKING_SERVER_CERT_PATH=/dir/ca.pem',
    ]);
    assert.deepEqual(certificate({ folder: { ...folder, certificates: undefined } }), []);
    assert.ok(variables({}, { insecureTls: true }).includes('MLFLOW_TRACKING_INSECURE_TLS=true'));
  });

  it('keep a PYTHONPATH, without the provider of an earlier login and without empty parts', () => {
    const earlier = join('/earlier', 'mlflow-auth-python');
    const wheel = join(earlier, 'mlflow_auth_provider-0.9.0+local-py3-none-any.whl');
    for (const [before, expected] of [
      [
        ['/a', '/b'],
        [python, '/a', '/b'],
      ],
      [
        [earlier, '/a', '', python, wheel],
        [python, '/a'],
      ],
      [['/mlflow-auth-python-mine'], [python, '/mlflow-auth-python-mine']],
      [[''], [python]],
    ] as const) {
      const list = variables({ folder, pythonPath: before.join(delimiter) });
      assert.equal(list.at(-1), `PYTHONPATH=${expected.join(delimiter)}`);
    }
    assert.ok(!variables({ pythonPath: '/a' }).some((line) => line.startsWith('PYTHONPATH')));
  });
});
