// The proxy in front of the real Dex, oauth2-proxy and MLflow: clients of several languages and ages, both methods, and
// what happens when credentials are short-lived, or a server goes away.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pythonWithMlflow } from '../support/installed.js';
import { formsOf } from '../support/leaks.js';
import { pythonExporter } from '../support/otlp.js';
import { runCommand, runProgram } from '../support/program.js';
import { ask, withProxy } from '../support/proxying.js';
import { runWorkflow } from './act.js';
import { quiet } from './run-python.js';
import { PASSWORD, type Stack, startStack } from './stack.js';

/** What an administrator may have set, with which each answer carries the real ID token. */
const SHOWING = { set_xauthrequest: true, pass_access_token: true, set_authorization_header: true };

let stack: Stack;
before(async () => {
  stack = await startStack({ c1: {}, showing: SHOWING });
});
after(() => stack?.stop());

const METHODS = ['token', 'cookie'];
const proxyRun = (command: string[], env: Record<string, string> = {}) =>
  runCommand(['proxy', '--', ...command], { ...stack.env, ...quiet(stack), ...env });

describe('clients of the proxy on the real stack', () => {
  for (const method of METHODS)
    for (const version of ['2.9.2', '3.17'])
      it(`Python ${version}, ${method} method: runs, metrics, 30 MB up and down, in the workspace of the login`, async () => {
        const python = version === '3.17' ? stack.tools.python : await pythonWithMlflow(version);
        const env = { MLFLOW_AUTH_METHOD: method, HTTP_PROXY: 'http://127.0.0.1:9', ALL_PROXY: 'http://127.0.0.1:9' };
        const { status, stdout, stderr } = await proxyRun([python, 'test/stack/python/proxy_job.py', '30'], env);
        assert.equal(status, 0, stderr);
        assert.match(stdout, /^steps: 20 same: True uri: http:\/\/127\.0\.0\.1:\d+$/m);
        const run = /run: ([0-9a-f]{32})$/m.exec(stdout)?.[1] ?? assert.fail(stdout);
        const seen = await proxyRun([stack.tools.python, 'test/stack/python/read_run.py', run]);
        assert.equal(JSON.parse(seen.stdout).owner, 'ci@example.com', seen.stderr);
      });

  it('the stock SDK with 200 MB, a registered model, and everything else of it', async () => {
    const large = await proxyRun([stack.tools.python, 'test/stack/python/proxy_job.py', '200']);
    assert.match(large.stdout, /same: True/, large.stderr);
    const model = await proxyRun([stack.tools.python, 'test/stack/python/register_model.py']);
    assert.match(model.stdout, /^version: \d+ predicts: 4\.0$/m, model.stderr);
  });

  it('a login in netrc beats the token, and the SDK shows why; the token in the path is not beaten', async () => {
    const netrc = join(stack.folder, 'netrc');
    writeFileSync(netrc, 'machine 127.0.0.1\nlogin someone\npassword else\n', { mode: 0o600 });
    const job = [stack.tools.python, 'test/stack/python/proxy_job.py', '1'];
    const env = { ...stack.env, ...quiet(stack), NETRC: netrc };
    const beaten = await runCommand(['proxy', '--', ...job], env);
    assert.notEqual(beaten.status, 0);
    assert.match(beaten.stderr, /UNAUTHENTICATED.*mlflow-auth proxy: a username and password were sent .*~\/\.netrc/);
    const { status, stderr } = await runCommand(['proxy', '--path-token', '--', ...job], env);
    assert.equal(status, 0, stderr);
  });

  for (const method of METHODS)
    it(`curl and an OTLP exporter, ${method} method; a wrong token is no success`, async () => {
      await withProxy({ ...stack.env, MLFLOW_AUTH_METHOD: method }, async ({ uri, token }) => {
        const header = `Authorization: Bearer ${token}`;
        const curl = (path: string, ...more: string[]) =>
          runProgram('curl', ['-sS', '-o', '-', '-w', '\n%{http_code}', '-H', header, ...more, `${uri}${path}`], {
            PATH: process.env.PATH ?? '',
          });
        assert.match((await curl('/api/3.0/mlflow/server-info')).stdout, /"workspaces_enabled": ?true[\s\S]*\n200$/);
        assert.match((await curl('/')).stdout, /<html[\s\S]*\n200$/i);
        const experiment = await curl(
          '/api/2.0/mlflow/experiments/create',
          '-H',
          'Content-Type: application/json',
          '-d',
          `{"name": "otlp-${method}"}`,
        );
        const id = /"experiment_id": ?"(\w+)"/.exec(experiment.stdout)?.[1] ?? assert.fail(experiment.stdout);
        const python = await pythonExporter();
        const script = `
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
spans = []
class Keep:
    def on_start(self, span, parent_context=None): pass
    def on_end(self, span): spans.append(span)
    def shutdown(self): pass
    def force_flush(self, timeout_millis=0): return True
    def _on_ending(self, span): pass
provider = TracerProvider()
provider.add_span_processor(Keep())
provider.get_tracer("t").start_span("s").end()
print(OTLPSpanExporter().export(spans))
`;
        const exported = (bearer: string) =>
          runProgram(python, ['-c', script], {
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${uri}/v1/traces`,
            OTEL_EXPORTER_OTLP_TRACES_HEADERS: `authorization=Bearer%20${bearer},x-mlflow-experiment-id=${id}`,
          });
        const good = await exported(token);
        assert.match(good.stdout, /SUCCESS/, good.stderr);
        assert.match((await exported('wrong')).stdout, /FAILURE/);
      });
    });

  for (const method of METHODS)
    it(`no answer shows the ${method} where oauth2-proxy puts the ID token into each`, async () => {
      await withProxy({ ...stack.env, CLUSTER: 'showing', MLFLOW_AUTH_METHOD: method }, async (proxy) => {
        const paths = [
          '/',
          '/api/3.0/mlflow/server-info',
          '/api/2.0/mlflow/experiments/get?experiment_id=99',
          '/health',
          '/static-files/none',
          '/api/2.0/mlflow-artifacts/artifacts?path=',
          '/ajax-api/2.0/mlflow/experiments/search',
          '/ping',
          '/oauth2/userinfo',
          '/%6fauth2/auth',
          '/robots.txt',
        ];
        for (const path of paths)
          for (const way of ['GET', 'POST', 'OPTIONS', 'HEAD']) {
            const { status, rawHeaders, body } = await ask(proxy, path, { method: way });
            const all = `${rawHeaders.join('\n')}\n${body}`;
            assert.ok(status > 0 && !/ey[\w-]{8,}\.ey[\w-]{8,}\./.test(all), `${way} ${path}: ${all}`);
            assert.ok(
              !/^(authorization|x-auth-request-.*|gap-auth|set-cookie)$/im.test(rawHeaders.join('\n')),
              `${way} ${path}`,
            );
          }
      });
    });
});

describe('a server that goes away behind the proxy', () => {
  it('in the middle of uploads and metrics loses nothing', async () => {
    const marks = mkdtempSync(join(stack.folder, 'marks-'));
    const job = (megabytes: string) =>
      proxyRun([stack.tools.python, 'test/stack/python/proxy_job.py', megabytes], { MARKS: marks });
    const proxies = [job('200'), job('200'), job('30')];
    // Each leaves one when its upload begins; before that, the SDK waits for 3 s for the workspaces of the server.
    while (readdirSync(marks).length < proxies.length) await sleep(50);
    await stack.restartMlflow(4000);
    for (const { status, stdout, stderr } of await Promise.all(proxies)) {
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^steps: 20 same: True/m);
    }
  });
});

describe('the proxy in a real workflow', () => {
  it('serves the steps, is ended by the post step, and the credential is in nothing that anybody can read', async () => {
    const { status, log, left } = await runWorkflow(stack, 'test/stack/workflows/proxy.yml');
    assert.equal(status, 0, log);
    assert.match(log, /run: [0-9a-f]{32}/);
    assert.match(log, /token \*\*\* and \*\*\*/);
    assert.match(log, /at http:\/\/127\.0\.0\.1:\d+/);
    assert.match(log, /"workspaces_enabled": ?true/);
    assert.match(
      log,
      /The proxy has ended: requests: [1-9]\d*, .*, failed: 0, runs are at: https:\/\/localhost:\d+\/clusters\/c1\/mlflow\./,
    );
    assert.deepEqual(left, []);
    const files = readdirSync(stack.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(stack.folder, name))
      .filter(
        (path) =>
          /home-/.test(path) && statSync(path, { throwIfNoEntry: false })?.isFile() && statSync(path).size < 1 << 22,
      );
    const seen = [
      log,
      ...files.filter((path) => !/\/(secrets|act)$|\.git\//.test(path)).map((path) => readFileSync(path, 'latin1')),
    ];
    assert.ok(
      files.some((path) => path.endsWith('environment.txt')) && files.some((path) => path.endsWith('processes.txt')),
      files.join('\n'),
    );
    const jwt = /ey[\w-]{8,}\.ey[\w-]{8,}\.[\w-]{8,}/;
    for (const text of seen) {
      assert.ok(!jwt.test(text), jwt.exec(text)?.[0]);
      for (const [word = ''] of text.matchAll(/[A-Za-z0-9+/]{200,}={0,2}/g))
        for (const shift of [0, 1, 2, 3])
          assert.ok(!jwt.test(Buffer.from(word.slice(shift), 'base64').toString('latin1')));
    }
    assert.ok(formsOf([PASSWORD]).length > 0);
  });
});

describe('short-lived credentials behind the proxy', () => {
  it('eight processes for 60 s with tokens of 20 s lose nothing, with a stock SDK', async () => {
    const short = await startStack({ c1: {} }, { idTokens: '20s' });
    try {
      const env = { ...short.env, ...quiet(short) };
      const run = (...command: string[]) => runCommand(['proxy', '--', short.tools.python, ...command], env);
      const { status, stdout, stderr } = await run('test/stack/python/workers.py', '60');
      assert.equal(status, 0, stderr);
      const id = /^run: ([0-9a-f]{32})$/m.exec(stdout)?.[1] ?? assert.fail(stdout);
      const said = /^metrics: (\d+) artifacts: (\d+)$/m.exec(stdout) ?? assert.fail(stdout);
      const counted = await run('test/stack/python/count_run.py', id);
      assert.equal(counted.stdout.trim(), said[0], counted.stderr);
      assert.equal(short.logins.count, 2);
      assert.match(stderr, /renewals: [3-9], .*failed: 0$/m);
      console.log(said[0], /^proxy: .*$/m.exec(stderr)?.[0]);
    } finally {
      await short.stop();
    }
  });
});
