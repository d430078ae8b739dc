// What counts as this machine, how its names are resolved, and which HTTP proxy leads to anything else.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, beforeEach, describe, it } from 'node:test';
import { UsageError } from '../../../src/errors/errors.js';
import { openConnector } from '../../../src/http/connect.js';
import { setConnectDefaults } from '../../../src/http/globals.js';
import { proxyFor } from '../../../src/http/http-proxy.js';
import { isLoopback } from '../../../src/http/loopback.js';

const THIS_MACHINE = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'x.localhost',
  'a.b.localhost.',
  '127.0.0.1',
  '127.1',
  '127.255.255.254',
  '2130706433',
  '0x7f.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
];
const OTHERS = [
  'example.com',
  'localhost.example.com',
  'xlocalhost',
  'localhost-x',
  '127.example.com',
  '127.0.0.1.example.com',
  '128.0.0.1',
  '0.0.0.0',
  '[::]',
  '[::2]',
  '[::1:1]',
  '[::ffff:128.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[fe80::1]',
];

describe('this machine', () => {
  for (const host of THIS_MACHINE)
    it(`is ${host}`, () => assert.ok(isLoopback(new URL(`http://${host}:8080/`).hostname)));
  for (const host of OTHERS)
    it(`is not ${host}`, () => assert.ok(!isLoopback(new URL(`http://${host}:8080/`).hostname)));

  for (const address of ['127.0.0.1', '::1'])
    it(`is reached by its names without asking a name server, at ${address}`, async (test) => {
      setConnectDefaults();
      const server = createServer((_, response) => response.end());
      server.listen(0, address).on('error', () => test.skip(`there is no ${address} here`));
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const connector = openConnector({ insecure: false, timeout: 5000, roots: () => [] });
      try {
        for (const hostname of ['localhost', 'no-such-name.localhost', 'no.such.name.localhost.']) {
          const socket = await connector.open({ protocol: 'http:', hostname, port: String(port) });
          // Both addresses are tried, and another server may have the same port at the other one.
          assert.ok(['127.0.0.1', address].includes(socket.remoteAddress ?? ''), socket.remoteAddress);
        }
      } finally {
        connector.close();
        server.close();
      }
    });
});

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
const outside = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
const clear = () => {
  for (const name of NAMES) delete process.env[name];
};

describe('the HTTP proxy', () => {
  beforeEach(clear);
  after(() => {
    clear();
    for (const [name, value] of Object.entries(outside)) if (value !== undefined) process.env[name] = value;
  });

  it('is none for this machine, whatever is set', () => {
    for (const name of NAMES.filter((one) => !/no_proxy/i.test(one))) process.env[name] = 'http://proxy.test:3128';
    for (const host of THIS_MACHINE)
      for (const scheme of ['http', 'https']) assert.equal(proxyFor(`${scheme}://${host}:8080/x`), '', host);
  });

  it('is that of the variable for the scheme, unless NO_PROXY has the host', () => {
    process.env.HTTPS_PROXY = 'http://user:p%40ss@secure.test:3128';
    process.env.http_proxy = 'https://plain.test';
    process.env.NO_PROXY = 'inside.test';
    assert.equal(proxyFor('https://example.com/'), 'http://user:p%40ss@secure.test:3128/');
    assert.equal(proxyFor('http://example.com/'), 'https://plain.test/');
    assert.equal(proxyFor('https://mlflow.inside.test/'), '');
  });

  it('is none where no variable is set', () => assert.equal(proxyFor('https://example.com/'), ''));

  it('may be given without a scheme, which is http', () => {
    const forms = [
      'proxy.test:3128',
      'user:p%40ss@proxy.test:3128',
      '10.0.0.1:3128',
      '[fd00::1]:3128',
      ' proxy.test/ ',
    ];
    for (const form of forms) {
      process.env.HTTPS_PROXY = form;
      assert.equal(proxyFor('https://example.com/'), new URL(`http://${form.trim()}`).href);
    }
  });

  const LEFT_OUT: [entry: string, host: string, other: string][] = [
    ['10.0.0.0/8', '10.255.0.1', '11.0.0.1'],
    ['10.1.2.3', '10.1.2.3', '10.1.2.4'],
    ['192.168.4.0/22', '192.168.7.255', '192.168.8.0'],
    ['0.0.0.0/0', '203.0.113.9', '[fd00::1]'],
    ['fd00::/8', '[fd12:3456::1]', '[fe80::1]'],
    ['[fd00::]/8', '[fd12:3456::1]', '10.0.0.1'],
    ['fd00:0::0001', '[fd00::1]', '[fd00::2]'],
    ['*.corp.test', 'mlflow.corp.test', 'corp.test.evil.test'],
    ['*.corp.test:8443', 'mlflow.corp.test:8443', 'mlflow.corp.test:443'],
    ['*.Corp.test', 'a.b.corp.test', 'notcorp.test'],
  ];
  for (const [entry, host, other] of LEFT_OUT)
    it(`is none for ${host} with ${entry} in NO_PROXY`, () => {
      process.env.HTTPS_PROXY = 'http://proxy.test:3128';
      for (const name of ['NO_PROXY', 'no_proxy']) {
        process.env[name] = `x.test, ${entry} ,y.test`;
        assert.equal(proxyFor(`https://${host}/`), '');
        assert.notEqual(proxyFor(`https://${other}/`), '');
        delete process.env[name];
      }
    });

  it('is an error where a range in NO_PROXY is invalid', () => {
    process.env.HTTPS_PROXY = 'http://proxy.test:3128';
    for (const entry of ['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/x', '10.0.0.0/-1', 'fd00::/129', '10.0.0.0/255.0.0.0']) {
      process.env.NO_PROXY = entry;
      assert.throws(() => proxyFor('https://example.com/'), {
        name: 'UsageError',
        message: /^NO_PROXY: invalid range /,
      });
    }
  });

  const INVALID = [
    'http://user:s3cr3t%zz@proxy.test:3128',
    'http://us%er:s3cr3t@proxy.test:3128',
    'http://user:s3cr3t%E0%A4%A@proxy.test',
    '//proxy.test:3128',
    'socks5://user:s3cr3t@proxy.test:1080',
    'http://',
    'http:///',
    'http://user:s3cr3t@proxy.test:99999',
    'http://user:s3cr3t@pro xy.test',
    'http//proxy.test',
    's3cr3t',
    ' ',
  ];
  for (const value of INVALID)
    it(`is an error that names its variable for ${JSON.stringify(value)}`, () => {
      for (const [name, address] of [
        ['HTTPS_PROXY', 'https://example.com/'],
        ['https_proxy', 'https://example.com/'],
        ['HTTP_PROXY', 'http://example.com/'],
      ] as const) {
        clear();
        process.env[name] = value;
        assert.throws(
          () => proxyFor(address),
          (error: Error) => {
            assert.ok(error instanceof UsageError);
            assert.ok(error.message.startsWith(`${name}: invalid address of an HTTP proxy`), error.message);
            assert.ok(!error.message.includes('s3cr3t'));
            return true;
          },
        );
      }
    });
});
