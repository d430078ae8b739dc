// What is exported for a proxy on this machine, and what a command must not get.

import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { describe, it } from 'node:test';
import { environmentFor, localVariables } from '../../../src/sdk/local-variables.js';

const server = { uri: 'http://127.0.0.1:5000', token: 'local' };
const of = (env: Record<string, string>) =>
  Object.fromEntries(localVariables(server, undefined, env).map(({ name, value }) => [name, value]));

describe('the variables of a local proxy', () => {
  const CASES: [env: Record<string, string>, upper: string, lower: string][] = [
    [{}, '127.0.0.1,localhost', '127.0.0.1,localhost'],
    [{ NO_PROXY: 'a, b ,' }, 'a,b,127.0.0.1,localhost', 'a,b,127.0.0.1,localhost'],
    [{ no_proxy: 'a' }, 'a,127.0.0.1,localhost', 'a,127.0.0.1,localhost'],
    [{ NO_PROXY: 'a', no_proxy: 'b' }, 'a,127.0.0.1,localhost', 'b,127.0.0.1,localhost'],
    [{ NO_PROXY: 'localhost,127.0.0.1' }, 'localhost,127.0.0.1', 'localhost,127.0.0.1'],
    [{ NO_PROXY: '*' }, '*', '*'],
  ];
  for (const [env, upper, lower] of CASES)
    it(`keep ${JSON.stringify(env)} and add this machine`, () => {
      const { NO_PROXY, no_proxy } = of(env);
      assert.deepEqual([NO_PROXY, no_proxy], [upper, lower]);
    });

  it('name no workspace where there is none', () => assert.ok(!('MLFLOW_WORKSPACE' in of({}))));
});

describe('the environment of a command', () => {
  it('keeps headers of exporters without a login, and PYTHONPATH without the auth provider', () => {
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=b, Cookie=c',
      PYTHONPATH: ['/one', '', '/two'].join(delimiter),
    };
    assert.deepEqual(environmentFor(env, [{ name: 'A', value: 'b' }]), {
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=1',
      PYTHONPATH: ['/one', '', '/two'].join(delimiter),
      A: 'b',
    });
  });
});
