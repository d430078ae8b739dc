// Clients other than MLflow's Python SDK, as docs/clients.md says: the Java client, and OTLP exporters.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { exportSpan, LANGUAGES } from '../support/otlp.js';
import { runCommand } from '../support/program.js';
import { withProxy } from '../support/proxying.js';
import { javaClient } from './java.js';
import { python } from './run-python.js';
import { type Options, type Stack, startStack } from './stack.js';

const HEADERS = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';

/** A stack for the tests of a group. */
function stackFor(options: Options): () => Stack {
  let stack: Stack | undefined;
  before(async () => {
    stack = await startStack({ c1: {} }, options);
  });
  after(() => stack?.stop());
  return () => stack ?? assert.fail('it did not start');
}

async function handedOver(stack: Stack, flags: string[]): Promise<Record<string, string>> {
  const { status, stdout, stderr } = await runCommand(['env', '--format', 'json', ...flags], stack.env);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

describe('at a server with a default workspace', () => {
  const stack = stackFor({ defaultWorkspace: true });

  it('the Java client writes to it, with the token', async () => {
    const { status, stdout, stderr } = await javaClient(stack(), await handedOver(stack(), []));
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^found: 1\nmetric: 0\.5\nartifacts: mlflow-artifacts:\/workspaces\/default\//m);
  });
});

describe('at a server without a default workspace', () => {
  const stack = stackFor({});

  it('the Java client is refused, since it names no workspace', async () => {
    const { status, stderr } = await javaClient(stack(), await handedOver(stack(), []));
    assert.equal(status, 1);
    assert.match(stderr, /statusCode=400.*Workspace context is required/s);
  });

  for (const method of ['token', 'cookie'])
    for (const stock of [true, false])
      it(`the Java client${stock ? ' without a token' : ''} writes to the workspace of the proxy's login, ${method} method`, async () => {
        const env = { ...stack().env, MLFLOW_AUTH_METHOD: method };
        const work = async ({ variables }: { variables: Record<string, string> }) => {
          const { status, stdout, stderr } = await javaClient(stack(), variables, stock);
          assert.equal(status, 0, stderr);
          assert.match(stdout, /^found: 1\nmetric: 0\.5\nartifacts: mlflow-artifacts:\/workspaces\/team-a\//m);
        };
        await withProxy(env, work, stock ? ['--path-token'] : []);
      });

  it('each OTLP exporter stores its span, with the token and with the cookie', async () => {
    const sdk = await handedOver(stack(), []);
    const created = await python(stack(), sdk, ['-c', 'import mlflow; print(mlflow.create_experiment("otlp"))']);
    const [experiment = assert.fail(created.stderr)] = /^\d+$/m.exec(created.stdout) ?? [];
    for (const method of ['token', 'cookie']) {
      const variables = await handedOver(stack(), ['--otlp', '--method', method]);
      const headers = `${variables[HEADERS]},x-mlflow-experiment-id=${experiment}`;
      for (const language of LANGUAGES) {
        const { success, output } = await exportSpan(language, { ...variables, [HEADERS]: headers });
        assert.ok(success, output);
      }
    }
    const { stdout, stderr } = await python(stack(), sdk, ['find_traces.py', experiment]);
    const [, spans] = /^spans: (.*)$/m.exec(stdout) ?? assert.fail(stderr);
    assert.deepEqual(JSON.parse(spans ?? ''), ['from Node', 'from Node', 'from Python', 'from Python']);
  });

  it('each OTLP exporter reports an invalid token as a failure', async () => {
    const { [HEADERS]: headers = '', ...variables } = await handedOver(stack(), ['--otlp']);
    const invalid = headers.replace(/(authorization=[^,]*?)[^,]{8}(?=,)/i, '$1AAAAAAAA');
    assert.notEqual(invalid, headers);
    for (const language of LANGUAGES) {
      const { success, output } = await exportSpan(language, { ...variables, [HEADERS]: invalid });
      assert.ok(!success && /401|Unauthorized/.test(output), output);
    }
  });
});
