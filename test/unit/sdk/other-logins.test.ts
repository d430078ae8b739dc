// What an environment holds of logins of other methods, and that a command gets nothing of it.

import assert from 'node:assert/strict';
import { delimiter, join } from 'node:path';
import { describe, it } from 'node:test';
import { environmentFor } from '../../../src/sdk/local-variables.js';
import { withoutOtherLogins } from '../../../src/sdk/other-logins.js';
import type { Method } from '../../../src/settings/types.js';

const TOKEN = {
  MLFLOW_TRACKING_TOKEN: 't',
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20t,accept=application%2Fjson',
};
const COOKIE = { MLFLOW_PROXY_COOKIE: 'c=1', OTEL_EXPORTER_OTLP_HEADERS: 'x-mlflow-workspace=a, Cookie=c%3D1' };
const FOLDER = { MLFLOW_TRACKING_AUTH: 'mlflow-auth', MLFLOW_AUTH_CREDENTIAL_FILE: '/c', MLFLOW_AUTH_DIR: '/' };
const BASIC = {
  MLFLOW_TRACKING_USERNAME: 'u',
  MLFLOW_TRACKING_PASSWORD: 'p',
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'authorization=Basic%20dTpw',
};
const EARLIER = { ...TOKEN, ...COOKIE, ...FOLDER, ...BASIC };
const OTHERS = {
  PATH: '/bin',
  MLFLOW_TRACKING_URI: 'u',
  MLFLOW_WORKSPACE: 'team-a',
  OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'api-key=1',
};
const WHEEL = join('/dir', 'mlflow-auth-python', 'a.whl');

describe('the environment for a credential', () => {
  const OWN: Record<Method, Record<string, string>> = {
    token: { ...TOKEN, ...FOLDER },
    cookie: { ...COOKIE, ...FOLDER },
    basic: BASIC,
  };
  for (const [method, own] of Object.entries(OWN))
    it(`of ${method} has nothing of the other methods, and all else, and names what is gone`, () => {
      const { env, removed } = withoutOtherLogins({ ...OTHERS, ...EARLIER, PYTHONPATH: '/mine' }, method as Method);
      assert.deepEqual(env, { ...OTHERS, ...own, PYTHONPATH: '/mine' });
      assert.deepEqual(
        removed.toSorted(),
        Object.keys(EARLIER)
          .filter((name) => !(name in own))
          .toSorted(),
      );
    });

  it('has no auth provider with basic', () => {
    const paths = [WHEEL, '/mine'].join(delimiter);
    assert.equal(withoutOtherLogins({ PYTHONPATH: paths }, 'basic').env.PYTHONPATH, '/mine');
    assert.equal('PYTHONPATH' in withoutOtherLogins({ PYTHONPATH: WHEEL }, 'basic').env, false);
    assert.deepEqual(withoutOtherLogins({ PYTHONPATH: paths }, 'token').removed, []);
  });

  it('of a proxy on this machine has nothing of any', () =>
    assert.deepEqual(environmentFor({ ...OTHERS, ...EARLIER, PYTHONPATH: WHEEL }, []), OTHERS));
});
