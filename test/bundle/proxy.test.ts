// The command proxy through the built program: what goes up to the server, what comes down, and what a command gets.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROWS } from '../../src/settings/table.js';
import { serverCertificate } from '../support/fake/certificates.js';
import { startHttpProxy } from '../support/fake/http-proxy.js';
import type { FakePlatform } from '../support/fake/platform.js';
import { type Switches, USUAL } from '../support/fake/switches.js';
import { formsOf, secretsOf } from '../support/leaks.js';
import { BUNDLE, goodEnv, runCommand, timesAsked } from '../support/program.js';
import { ask, type RunningProxy, startProxy, withProxy } from '../support/proxying.js';
import { at, grants, root } from '../support/renewing.js';
import { startUpstream, type TestUpstream } from '../support/upstream.js';

/** A login at a platform, for another server behind it. */
const envFor = (platform: FakePlatform, { uri }: Pick<TestUpstream, 'uri'>, more: Record<string, string> = {}) => {
  const { CLUSTER: _, ...env } = goodEnv(platform);
  return { ...env, MLFLOW_TRACKING_URI: uri, MLFLOW_AUTH_VERIFY: 'false', ...more };
};

/** Runs a test with a proxy in front of a server of the test's own. */
async function between(
  handle: Parameters<typeof startUpstream>[0],
  test: (proxy: RunningProxy, upstream: TestUpstream, platform: FakePlatform) => Promise<void>,
  { flags = [], env = {}, switches = {} }: { flags?: string[]; env?: Record<string, string>; switches?: object } = {},
): Promise<void> {
  const upstream = await startUpstream(handle);
  try {
    await at(switches, (platform) =>
      withProxy(envFor(platform, upstream, env), (proxy) => test(proxy, upstream, platform), flags),
    );
  } finally {
    await upstream.close();
  }
}

const tokenOf = (headers: { authorization?: string | undefined }) =>
  headers.authorization?.replace('Bearer ', '') ?? '';
/** The refused credential, as oauth2-proxy answers to a client that takes JSON. */
const REJECTED = { status: 401, headers: { 'content-type': 'application/json' }, body: '{}' };

describe('what the proxy sends up', () => {
  it('the credential, the Host of the server, the workspace and Accept, and nothing of the client that a server trusts', async () => {
    await between(undefined, async (proxy, { arrived, port }) => {
      const sent = {
        'user-agent': 'mlflow-python-client/2.9.2',
        accept: 'text/event-stream',
        cookie: 'a=b',
        origin: 'https://evil.example',
        referer: `${proxy.uri}/x`,
        'x-forwarded-for': '10.0.0.1',
        'x-forwarded-email': 'root@example.com',
        'x-auth-request-email': 'root@example.com',
        'x-real-ip': '10.0.0.1',
        forwarded: 'for=10.0.0.1',
        te: 'trailers',
        'x-hop': 'of this connection',
        connection: 'keep-alive, x-hop',
        'x-kept': ['one', 'two'],
      };
      const { status } = await ask(proxy, '/api/2.0/x?q=%2e%2e/a%20b&r=//', { headers: sent });
      assert.equal(status, 200);
      const [{ url, headers, rawHeaders } = assert.fail()] = arrived;
      assert.equal(url, '/clusters/c1/mlflow/api/2.0/x?q=%2e%2e/a%20b&r=//');
      const { authorization, ...others } = headers;
      assert.match(authorization ?? '', /^Bearer ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
      assert.deepEqual(others, {
        host: `127.0.0.1:${port}`,
        'user-agent': 'mlflow-python-client/2.9.2',
        accept: 'text/event-stream, application/json',
        'x-mlflow-workspace': 'team-a',
        'x-kept': 'one, two',
        connection: 'keep-alive',
      });
      assert.equal(rawHeaders.filter((one) => one === 'x-kept').length, 2);
      assert.ok(!JSON.stringify(rawHeaders).includes(proxy.token));
    });
  });

  it('the workspace and the Accept of the client where it has them, also where Connection names them', async () => {
    await between(undefined, async (proxy, { arrived }) => {
      const accept = 'application/json, */*';
      await ask(proxy, '/x', { headers: { 'x-mlflow-workspace': 'team-b', accept } });
      await ask(proxy, '/x', { headers: { 'x-mlflow-workspace': 'team-b', connection: 'x-mlflow-workspace' } });
      assert.deepEqual(
        arrived.map(({ headers }) => [headers['x-mlflow-workspace'], headers.accept]),
        [
          ['team-b', accept],
          ['team-a', '*/*, application/json'],
        ],
      );
    });
  });

  it('bodies as they are: none, small, chunked, large, and after Expect: 100-continue', async () => {
    await between(undefined, async (proxy, { arrived }) => {
      const large = Buffer.alloc(3 << 20, 'x');
      const bodies = ['', 'a=1', 'x'.repeat(1 << 20), large];
      for (const body of bodies) await ask(proxy, '/x', { method: 'PUT', body });
      for (const body of bodies)
        await ask(proxy, '/x', { method: 'POST', body, headers: { 'transfer-encoding': 'chunked' } });
      const going = request({
        ...{ host: '127.0.0.1', port: proxy.port, path: '/x', method: 'PUT' },
        headers: { authorization: `Bearer ${proxy.token}`, expect: '100-continue', 'content-length': large.length },
      });
      going.flushHeaders();
      await once(going, 'continue');
      going.end(large);
      const [{ statusCode }] = await once(going, 'response');
      assert.equal(statusCode, 200);
      assert.deepEqual(
        arrived.map(({ body }) => body.length),
        [...bodies, ...bodies, large].map((body) => body.length),
      );
      assert.ok(arrived.every(({ headers }) => headers.expect === undefined));
    });
  });

  it('the cookie, with the cookie method', async () => {
    await at({ chunks: 2 }, async (platform) => {
      await withProxy({ ...goodEnv(platform), MLFLOW_AUTH_METHOD: 'cookie' }, async (proxy) => {
        const { status } = await ask(proxy, '/api/2.0/mlflow/experiments/search', { headers: { cookie: 'mine=1' } });
        const { headers } = platform.asked.at(-1)?.request ?? assert.fail();
        assert.deepEqual([status, headers.authorization], [200, undefined]);
        assert.match(headers.cookie ?? '', /^_oauth2_proxy_0=\S+; _oauth2_proxy_1=\S+$/);
      });
    });
  });
});

describe('what the proxy sends down', () => {
  it('everything but the credential, whatever header an oauth2-proxy puts it in, and cookies', async () => {
    let token = '';
    await between(
      ({ headers }, response) => {
        token = tokenOf(headers);
        const named = ['Authorization', 'X-Auth-Request-Access-Token', 'X-Auth-Request-Email', 'GAP-Auth', 'X-Other'];
        for (const name of named) response.setHeader(name, `Bearer ${token}`);
        response.setHeader('Set-Cookie', ['_oauth2_proxy=x', 'b=c']);
        response.setHeader('X-Kept', ['one', 'two']).setHeader('Content-Type', 'text/plain').end('body');
      },
      async (proxy) => {
        const { status, headers, rawHeaders, body } = await ask(proxy, '/x');
        assert.deepEqual([status, body], [200, 'body']);
        const { date: _, ...others } = headers;
        assert.deepEqual(others, {
          'x-kept': 'one, two',
          'content-type': 'text/plain',
          'content-length': '4',
          connection: 'keep-alive',
          'keep-alive': 'timeout=65',
        });
        assert.ok(token && !JSON.stringify(rawHeaders).includes(token));
      },
    );
  });

  it('redirects below the tracking URI as paths of its own, and others as they are meant', async () => {
    const targets: [location: string, local: string][] = [
      ['/clusters/c1/mlflow/a?b#c', '/a?b#c'],
      ['http://HOST/clusters/c1/mlflow', '/'],
      ['https://HOST/clusters/c1/mlflow/a/', '/a/'],
      ['b', '/x/b'],
      ['/elsewhere', 'http://HOST/elsewhere'],
      ['https://bucket.example/key?sig=1', 'https://bucket.example/key?sig=1'],
    ];
    let next = '';
    for (const flags of [[], ['--path-token']]) {
      await between(
        ({ headers }, response) =>
          void response.writeHead(307, { location: next.replace('HOST', headers.host ?? '') }).end(),
        async (proxy, { port }) => {
          const prefix = flags.length > 0 ? `/t/${proxy.token}` : '';
          for (const [location, local] of targets) {
            next = location;
            const { headers } = await ask(proxy, `${prefix}/x/a`, {
              headers: { authorization: 'Bearer x'.repeat(flags.length) || `Bearer ${proxy.token}` },
            });
            const expected = local.startsWith('/') ? prefix + local : local.replace('HOST', `127.0.0.1:${port}`);
            assert.equal(headers.location, expected, location);
          }
        },
        { flags },
      );
    }
  });

  it('answers of every kind: no body, 304, HEAD, ranges, a large download, events as they come', async () => {
    const large = Buffer.alloc(20 << 20, 'y');
    await between(
      ({ url }, response) => {
        if (url.endsWith('/204')) return void response.writeHead(204).end();
        if (url.endsWith('/304')) return void response.writeHead(304, { etag: '"1"' }).end();
        if (url.endsWith('/206')) return void response.writeHead(206, { 'content-range': 'bytes 0-1/9' }).end('yy');
        if (url.endsWith('/large')) return void response.writeHead(200, { 'content-length': large.length }).end(large);
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
        setTimeout(() => response.end('data: 2\n\n'), 500);
      },
      async (proxy) => {
        assert.equal((await ask(proxy, '/204')).status, 204);
        assert.equal((await ask(proxy, '/304')).headers.etag, '"1"');
        assert.equal((await ask(proxy, '/206')).headers['content-range'], 'bytes 0-1/9');
        assert.equal((await ask(proxy, '/large')).body.length, large.length);
        assert.equal((await ask(proxy, '/large', { method: 'HEAD' })).headers['content-length'], String(large.length));
        const going = request({
          ...{ host: '127.0.0.1', port: proxy.port, path: '/events' },
          headers: { authorization: `Bearer ${proxy.token}` },
        }).end();
        const [answer] = await once(going, 'response');
        assert.equal(String((await once(answer, 'data'))[0]), 'data: 1\n\n');
        assert.equal(String((await once(answer, 'data'))[0]), 'data: 2\n\n');
      },
    );
  });
});

describe('a credential that the server rejects', () => {
  const rejections: [name: string, write: Parameters<typeof startUpstream>[0]][] = [
    ['401', (_, response) => void response.writeHead(REJECTED.status, REJECTED.headers).end(REJECTED.body)],
    [
      'a redirect to the start of a login',
      (_, response) => void response.writeHead(302, { location: '/oauth2/start?rd=%2F' }).end(),
    ],
    [
      'a redirect to Dex',
      (_, response) => void response.writeHead(302, { location: 'https://p.example/dex/auth?client_id=a' }).end(),
    ],
    [
      'a sign-in page',
      (_, response) => void response.writeHead(403, { 'content-type': 'text/html' }).end('<html><form>'),
    ],
    [
      '"Forbidden" of oauth2-proxy',
      (_, response) => void response.writeHead(403, { 'content-type': 'text/plain' }).end('Forbidden\n'),
    ],
  ];
  for (const [name, reject] of rejections) {
    it(`as ${name} is renewed once for all requests, and these are sent again`, async () => {
      const old = new Set<string>();
      await between(
        (request, response, socket) => {
          const token = tokenOf(request.headers);
          if (old.size === 0) old.add(token);
          if (old.has(token)) return reject?.(request, response, socket);
          response.setHeader('content-type', 'application/json').end(JSON.stringify({ got: request.body.toString() }));
        },
        async (proxy, _, platform) => {
          const bodies = Array.from({ length: 20 }, (_, index) => `metric ${index}`);
          const answers = await Promise.all(bodies.map((body) => ask(proxy, '/log', { method: 'POST', body })));
          assert.deepEqual(
            answers.map(({ status, body }) => [status, JSON.parse(body).got]),
            bodies.map((body) => [200, body]),
          );
          assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 1]);
        },
      );
    });
  }

  it('is not renewed where MLflow itself forbids something', async () => {
    const answers = [
      [403, 'application/json', '{"error_code": "PERMISSION_DENIED", "message": "no"}'],
      [403, 'text/plain', 'Cross-origin request blocked'],
      [404, 'text/html', '<html>'],
      [302, 'text/plain', ''],
    ] as const;
    let at = 0;
    await between(
      (_, response) => {
        const [status, type, body] = answers[at++] ?? assert.fail();
        response
          .writeHead(status, { 'content-type': type, ...(status === 302 ? { location: '/clusters/c1/mlflow/x' } : {}) })
          .end(body);
      },
      async (proxy, _, platform) => {
        for (const [status, , body] of answers) {
          const got = await ask(proxy, '/x');
          assert.deepEqual([got.status, got.body], [status, body]);
        }
        assert.equal(grants(platform), 0);
      },
    );
  });

  it('also right after its renewal fails with a 401 that the SDK shows, after one renewal', async () => {
    await between(
      (_, response) => void response.writeHead(REJECTED.status, REJECTED.headers).end(REJECTED.body),
      async (proxy, _, platform) => {
        for (let time = 0; time < 3; time++) {
          const { status, body } = await ask(proxy, '/x');
          const { error_code, message } = JSON.parse(body);
          assert.deepEqual([status, error_code], [401, 'UNAUTHENTICATED']);
          assert.match(
            message,
            /^mlflow-auth proxy: the (server rejects the credential|credential of the proxy was rejected)/,
          );
        }
        assert.deepEqual([timesAsked(platform, 'POST login'), grants(platform)], [1, 1]);
      },
    );
  });

  it('and cannot be renewed, as the password is refused, is never renewed again', async () => {
    let wrong = false;
    const refusal = { status: 500, body: { message: 'Internal error occurred: failed to authenticate' } };
    const echo: Switches['echo'] = (endpoint) => (wrong && endpoint === 'login' ? refusal : undefined);
    await between(
      (_, response) => void response.writeHead(REJECTED.status, REJECTED.headers).end(REJECTED.body),
      async (proxy, _, platform) => {
        wrong = true;
        const answers = [await ask(proxy, '/x'), await ask(proxy, '/x')];
        for (const { status, body } of answers) {
          assert.equal(status, 401);
          assert.match(JSON.parse(body).message, /could not be renewed: [\s\S]*failed to authenticate/);
          for (const form of formsOf([USUAL.password])) assert.ok(!body.includes(form));
        }
        assert.equal((await ask(proxy, '/healthz')).status, 503);
        assert.equal(timesAsked(platform, 'POST login'), 2);
      },
      { switches: { givesRefreshTokens: false, echo } },
    );
  });

  it('under an upload that is too large to be kept makes the client send it again', async () => {
    const old = new Set<string>();
    const large = Buffer.alloc(3 << 20, 'z');
    await between(
      ({ headers, body }, response) => {
        const token = tokenOf(headers);
        if (old.size === 0) old.add(token);
        if (old.has(token)) return void response.writeHead(REJECTED.status, REJECTED.headers).end();
        response.end(String(body.length));
      },
      async (proxy) => {
        const first = await ask(proxy, '/artifact', { method: 'PUT', body: large });
        assert.deepEqual([first.status, first.headers['retry-after']], [503, '1']);
        const second = await ask(proxy, '/artifact', { method: 'PUT', body: large });
        assert.deepEqual([second.status, second.body], [200, String(large.length)]);
      },
    );
  });

  it('is renewed before it expires, without a rejection', async () => {
    await between(
      undefined,
      async (proxy, { arrived }) => {
        while (new Set(arrived.map(({ headers }) => tokenOf(headers))).size < 3) {
          assert.equal((await ask(proxy, '/x')).status, 200);
          await sleep(200);
        }
        for (const { headers } of arrived) {
          const { exp } = JSON.parse(Buffer.from(tokenOf(headers).split('.')[1] ?? '', 'base64url').toString());
          assert.ok(exp > 0);
        }
      },
      { switches: { tokenLife: 11 } },
    );
  });
});

describe('a server that is away', () => {
  it('for a moment is waited for, whatever the request', async () => {
    const upstream = await startUpstream();
    const { port } = upstream;
    await at({}, (platform) =>
      withProxy(envFor(platform, upstream), async (proxy) => {
        assert.equal((await ask(proxy, '/x')).status, 200);
        await upstream.close();
        const large = Buffer.alloc(3 << 20, 'x');
        const waiting = ['', 'small', large].map((body) => ask(proxy, '/x', { method: 'POST', body }));
        await sleep(1500);
        const again = await startUpstream(undefined, port);
        try {
          assert.deepEqual(
            (await Promise.all(waiting)).map(({ status }) => status),
            [200, 200, 200],
          );
          assert.deepEqual(
            again.arrived.map(({ body }) => body.length).sort((a, b) => a - b),
            [0, 5, large.length],
          );
        } finally {
          await again.close();
        }
      }),
    );
  });

  it('behind an edge that answers 502 and 503 is waited for, and what MLflow itself answers is passed on', async () => {
    let times = 0;
    await between(
      ({ url }, response) => {
        if (url.endsWith('/own'))
          return void response.writeHead(503, { 'content-type': 'application/json' }).end('{"error_code": "X"}');
        times++;
        if (times <= 2)
          return void response.writeHead(times === 1 ? 502 : 503, { 'content-type': 'text/html' }).end('<html>');
        response.end('back');
      },
      async (proxy) => {
        assert.equal((await ask(proxy, '/x', { method: 'POST', body: 'a' })).body, 'back');
        assert.equal((await ask(proxy, '/own')).body, '{"error_code": "X"}');
      },
    );
  });

  it('with each connection that was used before, is asked once more over another one', async () => {
    await between(
      ({ before, body }, response, socket) => {
        if (before > 0 && before % 3 === 0) return void socket.resetAndDestroy();
        response.end(body);
      },
      async (proxy) => {
        for (let round = 0; round < 40; round++) {
          const body = `body ${round}`;
          const { status, body: got } = await ask(proxy, '/x', { method: round % 2 ? 'POST' : 'PUT', body });
          assert.deepEqual([status, got], [200, body]);
        }
      },
    );
  });

  it('as its certificate is not trusted is not waited for, and the SDK gets the reason', async () => {
    await at({}, async (platform) => {
      await at({ certificate: serverCertificate({ selfSigned: true }) }, async (other) => {
        const env = envFor(platform, { uri: `${other.address}/clusters/c1/mlflow` });
        await withProxy(env, async (proxy) => {
          const { status, body } = await ask(proxy, '/x');
          const { error_code, message } = JSON.parse(body);
          assert.deepEqual([status, error_code], [403, 'TEMPORARILY_UNAVAILABLE']);
          assert.match(message, /^mlflow-auth proxy: the MLflow server cannot be reached: .*certificate/);
          assert.deepEqual(other.asked, []);
        });
      });
    });
  });

  it('behind an HTTP proxy is reached through it, with its login, and a refusal of it is told', async () => {
    await at({ host: 'platform.test' }, async (platform) => {
      const way = await startHttpProxy(platform.port, 'user:pass word');
      try {
        const env = { ...goodEnv(platform), HTTPS_PROXY: `http://user:pass%20word@${way.address}` };
        await withProxy(env, async (proxy) => {
          const path = '/api/2.0/mlflow/experiments/search';
          assert.equal((await ask(proxy, path)).status, 200);
          assert.ok(way.asked.every(({ host }) => host === `platform.test:${platform.port}`));
          const before = way.asked.length;
          await Promise.all(Array.from({ length: 3 }, () => ask(proxy, path)));
          assert.ok(way.asked.length > before || before > 1);
          assert.ok(!proxy.stderr().includes('pass word'), proxy.stderr());
        });
      } finally {
        await way.close();
      }
    });
  });
});

describe('the command of the proxy', () => {
  const run = (platform: FakePlatform, script: string, env: Record<string, string> = {}, flags: string[] = []) =>
    runCommand(['proxy', ...flags, '--', process.execPath, '-e', script], { ...goodEnv(platform), ...env });

  it('gets the local address and token, and nothing of any login', async () => {
    await at({}, async (platform) => {
      const secrets = ROWS.filter(({ secret }) => secret).flatMap(({ env }) =>
        env.flatMap((name) => [name, `${name}_FILE`]),
      );
      const given = {
        MLFLOW_TRACKING_USERNAME: 'u',
        MLFLOW_TRACKING_PASSWORD: 'p',
        MLFLOW_TRACKING_AUTH: 'mlflow-auth',
        MLFLOW_TRACKING_SERVER_CERT_PATH: '/no/ca.pem',
        MLFLOW_PROXY_COOKIE: 'a=b',
        MLFLOW_AUTH_CREDENTIAL_FILE: '/no/credential.json',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20x',
        PYTHONPATH: '/other:/x/python/mlflow_auth_provider-1.0.0-py3-none-any.whl',
        NO_PROXY: 'internal.example',
      };
      const { status, stdout, stderr } = await run(platform, 'console.log(JSON.stringify(process.env))', given);
      assert.equal(status, 0, stderr);
      const env = JSON.parse(stdout);
      assert.match(env.MLFLOW_TRACKING_URI, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.match(env.MLFLOW_TRACKING_TOKEN, /^[\w-]{43}$/);
      assert.equal(env.MLFLOW_WORKSPACE, 'team-a');
      assert.deepEqual([env.NO_PROXY, env.no_proxy], Array(2).fill('internal.example,127.0.0.1,localhost'));
      const gone = [...secrets, ...Object.keys(given)].filter((name) => !['PYTHONPATH', 'NO_PROXY'].includes(name));
      for (const name of gone) assert.equal(env[name], undefined, name);
      for (const form of formsOf(
        secretsOf(platform, { password: USUAL.password, 'client-secret': USUAL.clientSecret }),
      ))
        assert.ok(!`${stdout}${stderr}`.includes(form), form);
      assert.match(stderr, /^proxy: requests: 0, /m);
    });
  });

  it('reaches MLflow, and its exit code and signals are passed on', async () => {
    await at({}, async (platform) => {
      const script = `
        const headers = { authorization: 'Bearer ' + process.env.MLFLOW_TRACKING_TOKEN };
        fetch(process.env.MLFLOW_TRACKING_URI + '/api/2.0/mlflow/experiments/search', { headers })
          .then(async (answer) => { console.log(answer.status, await answer.text()); process.exitCode = 7; });`;
      const { status, stdout, stderr } = await run(platform, script);
      assert.deepEqual([status, stdout], [7, '200 {}\n'], stderr);
      assert.match(
        stderr,
        /^proxy: requests: 1, uploaded: 0\.0 kB, downloaded: 0\.0 kB, renewals: 0, sent again: 0, refused: 0, failed: 0$/m,
      );
      const args = ['proxy', '--', process.execPath, '-e', 'setInterval(() => {}, 1000); console.log("up")'];
      const child = spawn(process.execPath, [BUNDLE, ...args], {
        env: { PATH: process.env.PATH, ...goodEnv(platform) },
      });
      child.stdout.once('data', () => child.kill('SIGTERM'));
      assert.equal((await once(child, 'exit'))[0], 128 + 15);
    });
  });

  it('is not run after a login that fails, and not found before one', async () => {
    await at({}, async (platform) => {
      const failed = await run(platform, 'console.log("run")', {}, ['--workspace', 'team-b']);
      assert.deepEqual([failed.status, failed.stdout], [1, '']);
      platform.asked.splice(0);
      const { status } = await runCommand(['proxy', '--', 'no-such-program'], goodEnv(platform));
      assert.deepEqual([status, platform.asked], [127, []]);
    });
  });

  it('is warned of a login that would win over the token', async () => {
    await at({}, async (platform) => {
      const home = mkdtempSync(join(root, 'home-'));
      writeFileSync(join(home, '.netrc'), 'machine 127.0.0.1 login u password p\n');
      const { stderr } = await run(platform, '', { HOME: home });
      assert.match(stderr, /^! ~\/\.netrc has a login for 127\.0\.0\.1, which overwrites a token/m);
    });
  });
});

describe('the proxy without a command', () => {
  it('prints the variables, serves until SIGTERM, and says what it served', async () => {
    await at({}, async (platform) => {
      const proxy = await startProxy(goodEnv(platform));
      assert.deepEqual(Object.keys(proxy.variables).sort(), [
        'MLFLOW_TRACKING_TOKEN',
        'MLFLOW_TRACKING_URI',
        'MLFLOW_WORKSPACE',
        'NO_PROXY',
        'no_proxy',
      ]);
      await ask(proxy, '/api/2.0/mlflow/experiments/search');
      await ask(proxy, '/x', { headers: { authorization: 'Bearer wrong' } });
      assert.equal(await proxy.stop(), 0);
      assert.match(proxy.stderr(), /^the proxy ends: SIGTERM$/m);
      assert.match(proxy.stderr(), /^proxy: requests: 1, .*, refused: 1, failed: 0$/m);
      for (const form of formsOf(secretsOf(platform, { password: USUAL.password })))
        assert.ok(!`${proxy.stdout()}${proxy.stderr()}`.includes(form), form);
    });
  });

  it('lets an upload that runs end after SIGTERM, and no new request in', async () => {
    await between(
      ({ body }, response) => void response.end(String(body.length)),
      async (proxy) => {
        const length = 2 << 20;
        const going = request({
          ...{ host: '127.0.0.1', port: proxy.port, path: '/x', method: 'PUT' },
          headers: { authorization: `Bearer ${proxy.token}`, 'content-length': length },
        });
        going.write(Buffer.alloc(length / 2));
        await sleep(300);
        proxy.child.kill('SIGTERM');
        while (!proxy.stderr().includes('the proxy ends')) await sleep(20);
        await assert.rejects(ask(proxy, '/x'), /ECONNREFUSED/);
        going.end(Buffer.alloc(length / 2));
        const [answer] = await once(going, 'response');
        assert.equal(answer.statusCode, 200);
        assert.equal(String((await once(answer, 'data'))[0]), String(length));
        assert.equal(await proxy.stop(), 0);
      },
    );
  });

  it('ends with its parent, also where that has ended during the login', async () => {
    let arrived: () => void = () => {};
    const login = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let go: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    const beforeAnswer = async (endpoint: string | undefined) => {
      if (endpoint !== 'login') return;
      arrived();
      await gone;
    };
    await at({ before: beforeAnswer }, async (platform) => {
      const env = { PATH: process.env.PATH ?? '', ...goodEnv(platform) };
      const script = `
        const { spawn } = require('node:child_process');
        spawn(process.execPath, [${JSON.stringify(BUNDLE)}, 'proxy', '--format', 'json'], { stdio: ['ignore', 'ignore', 'inherit'] });
        setInterval(() => {}, 1000);`;
      const parent = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      let told = '';
      parent.stderr.setEncoding('utf8').on('data', (text) => (told += text));
      await login;
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      go();
      await once(parent, 'close');
      assert.match(told, /^the proxy ends: process \d+, which started it, has ended$/m);
    });
  });

  it('ends with its parent, and at the limit of its life', async () => {
    await at({}, async (platform) => {
      const env = { PATH: process.env.PATH ?? '', ...goodEnv(platform) };
      const script = `
        const { spawn } = require('node:child_process');
        const child = spawn(process.execPath, [${JSON.stringify(BUNDLE)}, 'proxy', '--format', 'json'], { stdio: ['ignore', 'pipe', 'inherit'] });
        child.stdout.on('data', () => process.exit());`;
      const parent = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      let told = '';
      parent.stderr.setEncoding('utf8').on('data', (text) => (told += text));
      await once(parent, 'close');
      assert.match(told, /^the proxy ends: process \d+, which started it, has ended$/m);
      const limited = await startProxy(goodEnv(platform), ['--max-life', '1']);
      if (limited.child.exitCode === null) await once(limited.child, 'exit');
      assert.match(limited.stderr(), /^the proxy ends: the limit of its life$/m);
    });
  });

  it('listens where it is told to, beyond this machine only where that is allowed, and is healthy there', async () => {
    await at({}, async (platform) => {
      for (const [flags, told] of [
        [['--listen', '0.0.0.0:0'], /other machines reach this address\. Add --allow-remote/],
        [['--listen', 'nowhere'], /invalid --listen nowhere: expected HOST:PORT/],
        [['--listen', '127.0.0.1:99999'], /invalid --listen/],
        [['--max-life', '0'], /invalid --max-life 0/],
      ] as const) {
        const { status, stderr } = await runCommand(['proxy', ...flags], goodEnv(platform));
        assert.equal(status, 2);
        assert.match(stderr, told);
      }
      assert.deepEqual(platform.asked, []);
      const proxy = await startProxy(goodEnv(platform), [
        '--listen',
        '0.0.0.0:0',
        '--allow-remote',
        '--health-listen',
        '127.0.0.1:0',
      ]);
      const anyName = await ask(proxy, '/api/2.0/mlflow/experiments/search', {
        headers: { host: 'mlflow.team-a.svc:80' },
      });
      assert.equal(anyName.status, 200);
      assert.deepEqual((await ask(proxy, '/healthz', { headers: { authorization: '' } })).body, 'ok\n');
      assert.equal(await proxy.stop(), 0);
      assert.match(proxy.stderr(), /^! allow-remote: the token of the proxy is sent unencrypted$/m);
    });
  });

  it('with --path-token has it in the address, which is enough, and which no netrc can beat', async () => {
    await at({}, async (platform) => {
      await withProxy(
        goodEnv(platform),
        async (proxy) => {
          assert.equal(new URL(proxy.uri).pathname, `/t/${proxy.token}`);
          const login = `Basic ${Buffer.from('netrc:wrong').toString('base64')}`;
          const path = `/t/${proxy.token}/api/2.0/mlflow/experiments/search`;
          for (const authorization of [login, 'Bearer wrong'])
            assert.equal((await ask(proxy, path, { headers: { authorization } })).status, 200);
          assert.equal((await ask(proxy, `/t/wrong/x`, { headers: { authorization: login } })).status, 401);
          assert.ok(platform.asked.every(({ request }) => !request.url.href.includes(proxy.token)));
        },
        ['--path-token'],
      );
    });
  });

  it('tells a runner to mask the local token, and nobody the credential', async () => {
    await at({}, async (platform) => {
      const output = join(root, 'proxy-output');
      writeFileSync(output, '');
      const env = { ...goodEnv(platform), GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: output };
      const proxy = await startProxy(env);
      await proxy.stop();
      assert.deepEqual(
        [...proxy.stderr().matchAll(/^::add-mask::(.*)$/gm)].map(([, value]) => value),
        [proxy.token],
      );
    });
  });
});
