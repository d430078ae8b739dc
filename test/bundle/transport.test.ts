// The way to the server, through the built program: certificates, HTTP proxies, time limits.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeAuthority, serverCertificate, testAuthority } from '../support/fake/certificates.js';
import { startHttpProxy } from '../support/fake/http-proxy.js';
import { keyFor } from '../support/fake/keys.js';
import { type StartOptions, startPlatform } from '../support/fake/platform.js';
import { goodEnv, runCommand } from '../support/program.js';
import { sampled } from '../support/sample.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-transport-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs `token` at a platform started for it. */
async function login(
  options: StartOptions,
  change: (env: Record<string, string>, port: number) => Record<string, string> = (env) => env,
) {
  const platform = await startPlatform(options);
  const outcome = await runCommand(['token'], change(goodEnv(platform), platform.port));
  await platform.close();
  return { ...outcome, asked: platform.asked.length };
}

const without = ({ PLATFORM_CA: _, ...env }: Record<string, string>) => env;

const INTERMEDIATE = makeAuthority(keyFor('sign'), { name: 'an intermediate', issuer: testAuthority() });
const leaf = serverCertificate({ issuer: INTERMEDIATE });
const withIntermediate = { ...leaf, cert: leaf.cert + INTERMEDIATE.cert };

describe('a certificate', () => {
  it('of a private CA is trusted when the CA is given as text, as a file, in a bundle, or in base64', async () => {
    const forms = (env: Record<string, string>) => {
      const pem = env.PLATFORM_CA ?? '';
      const file = join(folder, 'ca.pem');
      writeFileSync(file, pem);
      return [
        pem,
        file,
        `# another one\n${serverCertificate().cert}\n# ours\n${pem}`,
        Buffer.from(pem).toString('base64'),
      ];
    };
    for (const index of [0, 1, 2, 3]) {
      const { status, stderr } = await login({}, (env) => ({ ...env, PLATFORM_CA: forms(env)[index] ?? '' }));
      assert.equal(status, 0, stderr);
    }
  });

  const REFUSED: [
    name: string,
    options: StartOptions,
    change: (env: Record<string, string>) => Record<string, string>,
    message: RegExp,
  ][] = [
    [
      'of a CA that is not given',
      {},
      without,
      /; certificate of "mlflow-auth test server", issued by "mlflow-auth test CA", valid from [\d-]{10} to [\d-]{10}, sent alone \(.*that this machine does not trust.*\n.*ca-cert.*insecure-tls/,
    ],
    [
      'that is sent without its intermediate',
      { certificate: serverCertificate({ issuer: INTERMEDIATE }) },
      (env) => env,
      /issued by "an intermediate".*sent alone.*\n.*If "an intermediate" is an intermediate CA, the server must send its certificate/,
    ],
    [
      'under an intermediate that is given without its root',
      { certificate: withIntermediate },
      (env) => ({ ...env, PLATFORM_CA: INTERMEDIATE.cert }),
      /Of ca-cert, "an intermediate" is an intermediate CA: add the certificate of its issuer\. Its chain ends at "mlflow-auth test CA"/,
    ],
    [
      'where ca-cert is that of the server',
      {},
      (env) => ({ ...env, PLATFORM_CA: serverCertificate({ hosts: ['x'] }).cert }),
      /Of ca-cert, "mlflow-auth test server" is the certificate of a server, not of a CA/,
    ],
    [
      'of itself',
      { certificate: serverCertificate({ selfSigned: true }) },
      (env) => env,
      /issued by "mlflow-auth test server".*\n.*The certificate of the server is self-signed/,
    ],
    [
      'without a subject, of an unknown CA',
      { certificate: serverCertificate({ issuer: makeAuthority(keyFor('sign'), { name: 'x' }), nameless: true }) },
      without,
      /issued by "x".*\n.*If "x" is an intermediate CA/,
    ],
    [
      'of a CA that was given, and has a new key since',
      {},
      (env) => ({ ...env, PLATFORM_CA: makeAuthority().cert }),
      /that this machine does not trust.*\n.*the platform may have a new CA/,
    ],
    [
      'that has expired',
      { certificate: serverCertificate({ expired: true }) },
      (env) => env,
      /has expired or is not yet valid/,
    ],
    [
      'of another host',
      { certificate: serverCertificate({ hosts: ['other.test'] }) },
      (env) => env,
      /for another host name/,
    ],
    [
      'where there is no TLS',
      { plain: true },
      (env) => ({ ...env, PLATFORM_ADDRESS: env.PLATFORM_ADDRESS?.replace('http:', 'https:') ?? '' }),
      /does not use TLS at this port/,
    ],
  ];
  for (const [name, options, change, message] of sampled(REFUSED)) {
    it(`${name} is refused, and nothing is sent`, async () => {
      const { status, stdout, stderr, asked } = await login(options, change);
      assert.deepEqual([status, stdout, asked], [1, '', 0], stderr);
      assert.match(stderr, message);
    });
  }

  it('under an intermediate that the server sends is trusted by its root, and the wider trust too', async () => {
    const { status, stderr } = await login({ certificate: withIntermediate });
    assert.equal(status, 0, stderr);
  });

  it('of a CA that Python 3.13 refuses is taken with a warning, as one that has expired is warned of', async () => {
    const ca = makeAuthority(keyFor('sign'), { name: 'a lax CA', lacks: ['keyUsage', 'subjectKeyIdentifier'] });
    const old = makeAuthority(keyFor('sign'), { name: 'an old CA', expired: true });
    const { status, stderr } = await login({ certificate: serverCertificate({ issuer: ca }) }, (env) => ({
      ...env,
      PLATFORM_CA: ca.cert + old.cert,
    }));
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /^! ca-cert: "a lax CA" has no Key Usage, Subject Key Identifier, so Python 3\.13 and later refuse it$/m,
    );
    assert.match(stderr, /^! ca-cert: "an old CA" expired on [\d-]{10}$/m);
  });

  it('that the runtime trusts by NODE_EXTRA_CA_CERTS is passed on to the SDK', async () => {
    const file = join(folder, 'extra.pem');
    writeFileSync(file, testAuthority().cert);
    const platform = await startPlatform({});
    const env = { ...without(goodEnv(platform)), NODE_EXTRA_CA_CERTS: file };
    const given = await runCommand(['env'], env);
    const missing = await runCommand(['token'], { ...env, NODE_EXTRA_CA_CERTS: join(folder, 'none.pem') });
    await platform.close();
    assert.equal(given.status, 0, given.stderr);
    assert.match(given.stderr, /^! ca-cert is not set: the MLflow SDK gets the certificates of NODE_EXTRA_CA_CERTS$/m);
    assert.ok(given.stdout.includes(`MLFLOW_TRACKING_SERVER_CERT_PATH='${file}'`), given.stdout);
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /does not get the certificates of NODE_EXTRA_CA_CERTS: ENOENT/);
  });

  it('is not verified with insecure-tls, with a warning', async () => {
    const { status, stderr } = await login(
      { certificate: serverCertificate({ expired: true, hosts: ['x'] }) },
      (env) => ({
        ...without(env),
        MLFLOW_TRACKING_INSECURE_TLS: 'true',
      }),
    );
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^! insecure-tls: certificates are not verified/);
  });

  it('is not needed on this machine itself', async () => {
    const { status, stderr } = await login({ plain: true }, without);
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /unencrypted/);
  });
});

describe('an HTTP proxy', () => {
  const through =
    (proxy: string, more: Record<string, string> = {}) =>
    (env: Record<string, string>, port: number) => ({
      ...env,
      PLATFORM_ADDRESS: `https://platform.test:${port}`,
      HTTPS_PROXY: proxy,
      ...more,
    });

  /** Runs `token` through an HTTP proxy to the host platform.test, which only the proxy knows. */
  async function proxied(
    login?: string,
    more?: Record<string, string>,
    address = (host: string) => `http://${host}`,
    schemes?: string[],
  ) {
    const platform = await startPlatform({ host: 'platform.test' });
    const proxy = await startHttpProxy(platform.port, login, schemes);
    const outcome = await runCommand(
      ['token'],
      through(address(proxy.address), more)(goodEnv(platform), platform.port),
    );
    await proxy.close();
    await platform.close();
    return {
      ...outcome,
      hosts: new Set(proxy.asked.map(({ host }) => host)),
      times: proxy.asked.length,
      port: platform.port,
    };
  }

  it('of HTTPS_PROXY is used, for the private CA as well, and named', async () => {
    const { status, stderr, hosts, port } = await proxied();
    assert.equal(status, 0, stderr);
    assert.deepEqual([...hosts], [`platform.test:${port}`]);
    assert.match(stderr, /^- using the HTTP proxy 127\.0\.0\.1:\d+$/m);
  });

  it('gets its user and password, decoded, which are not shown', async () => {
    const { status, stderr } = await proxied(
      'us er:p@ss:word/1',
      {},
      (host) => `http://us%20er:p%40ss%3Aword%2F1@${host}`,
    );
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /p@ss|p%40ss/);
  });

  it('carries plain http to another machine when that is allowed by name, with a warning', async () => {
    const platform = await startPlatform({ host: 'platform.test', plain: true });
    const proxy = await startHttpProxy(platform.port);
    const env = { ...without(goodEnv(platform)), HTTP_PROXY: `http://${proxy.address}` };
    const refused = await runCommand(['token'], env);
    const { status, stderr } = await runCommand(['token', '--allow-http'], env);
    await proxy.close();
    await platform.close();
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /would send credentials unencrypted/);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^! allow-http: credentials are sent unencrypted to http:\/\/platform\.test:\d+$/m);
  });

  it('needs no scheme', async () => {
    const { status, stderr, hosts } = await proxied('user:password', {}, (host) => `user:password@${host}`);
    assert.deepEqual([status, hosts.size], [0, 1], stderr);
  });

  const REFUSALS: [name: string, schemes: string[], message: RegExp][] = [
    ['tells no kind of login', [], /Proxy response \(407\) through .*the HTTP proxy requires a username and password/],
    [
      'takes Basic among others',
      ['Negotiate', 'Basic realm="x"'],
      /it takes Negotiate, Basic .*requires a username and/,
    ],
    [
      'takes Negotiate alone',
      ['Negotiate'],
      /it takes Negotiate through .*only schemes that mlflow-auth does not support/,
    ],
    ['takes both in one line', ['Negotiate, NTLM'], /it takes Negotiate, NTLM through .*does not support/],
    ['takes NTLM alone', ['NTLM'], /it takes NTLM through .*only schemes that mlflow-auth does not support/],
    [
      'takes neither',
      ['Negotiate abc==', 'NTLM', 'Digest realm="Basic"'],
      /it takes Negotiate, NTLM, Digest .*not supp/,
    ],
  ];
  for (const [name, schemes, message] of sampled(REFUSALS))
    it(`that refuses the login and ${name} is named as that, and the login is not repeated`, async () => {
      const address = (host: string) => `http://user:wrong-one@${host}`;
      const { status, stderr, times } = await proxied('user:password', {}, address, schemes);
      assert.equal(status, 1);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /trying again/);
      assert.ok(times <= 2, `${times} requests`); // authorize and the public key, at the same time
    });

  it('is not used for hosts of NO_PROXY', async () => {
    for (const NO_PROXY of ['platform.test', '.test', '*.test', '*', 'other, PLATFORM.test']) {
      const { status, stderr, hosts } = await proxied(undefined, { NO_PROXY });
      assert.deepEqual([status, hosts.size], [1, 0], NO_PROXY);
      assert.match(stderr, /cannot resolve the host name/);
    }
  });

  it('is not used for this machine itself', async () => {
    const { status, stderr } = await login({}, (env) => ({ ...env, HTTPS_PROXY: 'http://127.0.0.1:9' }));
    assert.equal(status, 0, stderr);
  });

  for (const host of [
    'localhost',
    'no-such-name.localhost',
    'no-such-name.localhost.',
    '127.0.0.2',
    '[::ffff:127.0.0.1]',
  ])
    it(`sees nothing of a login over plain http at ${host}`, {
      skip: process.platform !== 'linux' && host.startsWith('127') && 'only Linux has all of 127.0.0.0/8',
    }, async () => {
      // On all addresses of the loopback interface, of which there are more than one.
      const platform = await startPlatform({ plain: true, host, listen: host.startsWith('127') ? host : '127.0.0.1' });
      const proxy = await startHttpProxy(platform.port);
      const address = `http://${proxy.address}`;
      const proxies = Object.fromEntries(
        ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [
          [name, address],
          [name.toLowerCase(), address],
        ]),
      );
      const outcomes = [];
      for (const command of ['token', 'cookie'])
        outcomes.push(await runCommand([command], { ...without(goodEnv(platform)), ...proxies }));
      await proxy.close();
      await platform.close();
      for (const { status, stderr } of outcomes) assert.equal(status, 0, stderr);
      assert.deepEqual([proxy.connections(), proxy.asked], [0, []]);
    });

  for (const value of [
    'http://user:s3cr3t%zz@proxy.test:3128',
    'http//proxy.test:3128',
    'socks5://user:s3cr3t@proxy.test',
  ])
    it(`at an invalid address is an error before anything is sent: ${value}`, async () => {
      const platform = await startPlatform({ host: 'platform.test' });
      for (const args of [['token'], ['cookie'], ['doctor']]) {
        const { status, stdout, stderr } = await runCommand(args, { ...goodEnv(platform), HTTPS_PROXY: value });
        assert.notEqual(status, 0);
        assert.match(stdout + stderr, /HTTPS_PROXY: invalid address of an HTTP proxy: expected http:\/\/HOST:PORT/);
        assert.ok(!(stdout + stderr).includes('s3cr3t'));
      }
      await platform.close();
      assert.equal(platform.connections(), 0);
    });
});

describe('time', () => {
  it('of the whole login is limited', async () => {
    const { status, stderr } = await login({ canned: { login: { status: 200, hang: true } } }, (env) => ({
      ...env,
      MLFLOW_AUTH_TIMEOUT: '3',
    }));
    assert.equal(status, 1);
    assert.match(stderr, /Tried: log in as .*\nGot: {3}no response within \d+ ms/);
  });
});
