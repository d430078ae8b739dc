// The same bundle under Deno: from disk, and straight from a URL with no more than --allow-net and --allow-env.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import type { Command } from '../../src/cli/command.js';
import { COMMANDS } from '../../src/cli/commands.js';
import { denoFlags, variablesOf } from '../../src/cli/deno-permissions.js';
import { usualCertificate } from '../support/fake/certificates.js';
import { startHttpProxy } from '../support/fake/http-proxy.js';
import { type FakePlatform, startPlatform } from '../support/fake/platform.js';
import { rsaKey, UNSAFE } from '../support/fake/rsa-der.js';
import type { Switches } from '../support/fake/switches.js';
import { denoProgram } from '../support/installed.js';
import { browse } from '../support/person.js';
import { atPlatform, BUNDLE, goodEnv, runProgram, steady, timesAsked } from '../support/program.js';
import { ask, startProxy } from '../support/proxying.js';
import { atTerminal } from '../support/terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-deno-'));
const web = createServer((_, response) =>
  response.setHeader('content-type', 'text/javascript').end(readFileSync(BUNDLE)),
);
let platform: FakePlatform;
let url = '';

before(async () => {
  platform = await startPlatform();
  await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/mlflow-auth/v1/dist/index.js`;
});
after(async () => {
  await platform.close();
  web.closeAllConnections();
  web.close();
  rmSync(folder, { recursive: true });
});

const run = async (permissions: string[], from: string, args: string[], env = goodEnv(platform)) =>
  runProgram(await denoProgram(), ['run', '--no-prompt', '--quiet', ...permissions, from, ...args], {
    ...env,
    DENO_DIR: folder,
    NO_COLOR: '1',
  });

describe('under Deno', () => {
  for (const from of ['disk', 'a URL']) {
    it(`from ${from}, token prints the id token with --allow-net and --allow-env`, async () => {
      const { status, stdout, stderr } = await run(['--allow-net', '--allow-env'], from === 'disk' ? BUNDLE : url, [
        'token',
      ]);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
      assert.doesNotMatch(stderr, /ca-cert alone/);
      assert.match(steady(stderr), /✓ workspace team-a open \(N ms\)/);
    });
  }

  it('a server that wants the length of each body gets it, and reads the password once', async () => {
    const refused: string[] = [];
    const echo: Switches['echo'] = (endpoint, { method, headers }) => {
      if (method !== 'POST' || headers['content-length'] !== undefined) return undefined;
      refused.push(endpoint);
      return { status: 411, body: 'Length Required', headers: { connection: 'close' } };
    };
    await atPlatform({ echo }, async (strict) => {
      const { status, stderr } = await run(['--allow-net', '--allow-env'], BUNDLE, ['token'], goodEnv(strict));
      assert.equal(status, 0, stderr);
      assert.deepEqual(refused, ['login', 'token']);
      assert.equal(timesAsked(strict, 'POST login'), 2);
    });
  });

  it('a password in the Basic scheme is sent once, also where its connection breaks', async () => {
    let sent = 0;
    const mlflow = createServer((request, response) => {
      if (request.headers.authorization) {
        sent++;
        request.socket.destroy();
      } else response.writeHead(401, { 'www-authenticate': 'Basic realm="mlflow"' }).end();
    });
    await new Promise<void>((done) => mlflow.listen(0, '127.0.0.1', done));
    const uri = `http://127.0.0.1:${(mlflow.address() as AddressInfo).port}`;
    const env = { MLFLOW_AUTH_LOGIN: 'basic', MLFLOW_TRACKING_URI: uri, MLFLOW_USERNAME: 'ci', MLFLOW_PASSWORD: 'x' };
    const { status } = await run(['--allow-net', '--allow-env', '--allow-read'], BUNDLE, ['env'], env);
    mlflow.close();
    assert.deepEqual([status, sent], [1, 1]);
  });

  const listed: [name: string, args: string[], files: string[]][] = [
    ['token', ['token'], []],
    ['cookie', ['cookie'], []],
    ['refresh', ['refresh', '--refresh-token-file', join(folder, 'refresh-token')], ['--allow-read', '--allow-write']],
    ['env', ['env', '--dir', join(folder, 'sdk'), '--renew'], ['--allow-read', '--allow-write']],
  ];
  for (const [name, args, files] of listed) {
    it(`${name} works with the variables that docs/cli.md lists for it, and with those alone`, async () => {
      const command = COMMANDS.find((one) => one.name === name) ?? assert.fail();
      const list = (variablesOf(command) ?? []).join(',');
      const { status, stderr } = await run(['--allow-net', `--allow-env=${list}`, ...files], BUNDLE, args);
      assert.equal(status, 0, stderr);
    });
  }

  it('a variable without permission is named, with the permissions that the command needs, and nothing is sent', async () => {
    const command = COMMANDS.find(({ name }) => name === 'token') ?? assert.fail();
    const names = variablesOf(command) ?? [];
    const asked = platform.asked.length;
    let refused = 0;
    for (const name of [
      'GITHUB_ACTIONS',
      'PLATFORM_ADDRESS',
      'MLFLOW_PASSWORD',
      'MLFLOW_AUTH_TIMEOUT',
      'GITHUB_ACTOR',
    ]) {
      const others = names.filter((one) => one !== name);
      const { status, stdout, stderr } = await run(
        ['--allow-net', `--allow-env=${others.join(',')}`],
        BUNDLE,
        ['token'],
        name === 'GITHUB_ACTOR' ? {} : goodEnv(platform),
      );
      assert.deepEqual([status, stdout], [2, ''], name + stderr);
      assert.ok(stderr.includes(`"${name}"`), stderr);
      assert.ok(stderr.includes(`deno run --allow-net --allow-env=${names.join(',')}`), stderr);
      refused++;
    }
    assert.deepEqual([refused, platform.asked.length], [5, asked]);
  });

  it('without arguments and permissions it asks for a command, as elsewhere', async () => {
    const { status, stderr } = await run([], BUNDLE, []);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^No command/);
  });

  it('with --allow-read it reads a CA file', async () => {
    const file = join(folder, 'ca.pem');
    writeFileSync(file, platform.ca);
    const permissions = ['--allow-net', '--allow-env', '--allow-read', '--allow-sys'];
    const { status, stdout, stderr } = await run(permissions, url, ['env'], {
      ...goodEnv(platform),
      PLATFORM_CA: file,
    });
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /ca-cert alone/);
    assert.match(steady(stdout), /^export MLFLOW_TRACKING_URI='https:\/\/localhost:PORT\/clusters\/c1\/mlflow'\n/);
    assert.ok(stdout.includes(`export MLFLOW_TRACKING_SERVER_CERT_PATH='${resolve(file)}'`));
  });

  it('a CA of somebody else is not enough, and an address in a message has no query', async () => {
    const env = { ...goodEnv(platform), PLATFORM_CA: rootCertificates[0] ?? '' };
    for (const HTTPS_PROXY of ['', 'http://127.0.0.1:9']) {
      const { status, stderr } = await run(['--allow-net', '--allow-env'], BUNDLE, ['token'], { ...env, HTTPS_PROXY });
      assert.equal(status, 1);
      assert.match(stderr, /a CA that this machine does not trust/);
      assert.doesNotMatch(stderr, /code_challenge/);
    }
  });

  it('the network can be restricted to the hosts of the login', async () => {
    const { host } = new URL(platform.address);
    const { status, stderr } = await run([`--allow-net=${host}`, '--allow-env'], BUNDLE, ['token']);
    assert.equal(status, 0, stderr);
  });

  it('an HTTP proxy with a login, and insecure-tls, work as under Node', async () => {
    const other = await startPlatform({ host: 'platform.test' });
    const proxy = await startHttpProxy(other.port, 'user:p@ss');
    const permissions = ['--allow-net', '--allow-env'];
    const through = (login: string) => ({ ...goodEnv(other), HTTPS_PROXY: `http://${login}@${proxy.address}` });
    const good = await run(permissions, BUNDLE, ['token'], through('user:p%40ss'));
    const bad = await run(permissions, BUNDLE, ['token'], through('user:wrong'));
    await proxy.close();
    await other.close();
    assert.equal(good.status, 0, good.stderr);
    assert.equal(bad.status, 1);
    assert.match(bad.stderr, /the HTTP proxy requires a username and password/);
    const { PLATFORM_CA: _, ...noCa } = goodEnv(platform);
    const insecure = await run(permissions, BUNDLE, ['token', '--insecure-tls'], noCa);
    assert.equal(insecure.status, 0, insecure.stderr);
  });

  it('a file without --allow-read is reported as a setting that cannot be read', async () => {
    const { status, stderr } = await run(['--allow-net', '--allow-env'], url, ['token'], {
      ...goodEnv(platform),
      PLATFORM_CA: '/ca.pem',
    });
    assert.equal(status, 2);
    assert.match(stderr, /ca-cert: "\/ca\.pem" is neither PEM text nor a readable file: .*--allow-read/);
  });

  it('a server without permission is reported as that', async () => {
    const { status, stderr } = await run(['--allow-net=127.0.0.1:1', '--allow-env'], url, ['token']);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /deno run was started without a required permission/);
  });

  it('an untrusted certificate, a wrong password and wrong usage are reported as under Node', async () => {
    const permissions = ['--allow-net', '--allow-env'];
    const { PLATFORM_CA: _, ...noCa } = goodEnv(platform);
    assert.match((await run(permissions, url, ['token'], noCa)).stderr, /that this machine does not trust/);
    const wrong = await run(permissions, url, ['token'], { ...goodEnv(platform), MLFLOW_PASSWORD: 'wrong password' });
    assert.deepEqual([wrong.status, wrong.stdout], [1, '']);
    assert.match(wrong.stderr, /wrong username or password/);
    assert.equal((await run(permissions, url, ['nope'])).status, 2);
    assert.match((await run(permissions, url, ['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('exec ends as its command does, also where that handles a signal', {
    skip: process.platform === 'win32' && 'Windows has no signals',
  }, async () => {
    const script = `process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000);
      process.kill(process.ppid, 'SIGTERM');`;
    const args = ['exec', '--', process.execPath, '-e', script];
    const { status, stderr } = await run(['--allow-all'], BUNDLE, args, { ...goodEnv(platform), PATH: '/bin' });
    assert.equal(status, 7, stderr);
  });

  it('exec runs its command also where --allow-net names the hosts of the login alone', async () => {
    const { host } = new URL(platform.address);
    const files = ['--allow-env', '--allow-read', '--allow-write', '--allow-run', '--allow-sys'];
    const args = ['exec', '--', process.execPath, '-e', 'process.exitCode = 7'];
    const env = { ...goodEnv(platform), PATH: '/bin' };
    const { status, stderr } = await run([`--allow-net=${host}`, ...files], BUNDLE, args, env);
    assert.equal(status, 7, stderr);
  });

  it('a public key that is not safe gets no password', async () => {
    for (const name of ['65,536 bits', 'an exponent of 1', 'an even modulus', '512 bits']) {
      const body = { ts: '1779940350', pubkey: rsaKey(...(UNSAFE[name] ?? assert.fail(name))) };
      const other = await startPlatform({ canned: { pubkey: { status: 200, body } } });
      const { status, stderr } = await run(['--allow-net', '--allow-env'], BUNDLE, ['token'], goodEnv(other));
      await other.close();
      assert.equal(status, 1, stderr);
      assert.equal(timesAsked(other, 'POST login'), 0, name);
    }
  });

  it('the proxy serves requests of every size, and keeps no download in memory that nobody reads', async () => {
    const size = 100 << 20;
    const block = Buffer.alloc(1 << 16, 'x');
    const server = createTlsServer(usualCertificate(), async (request, response) => {
      let length = 0;
      for await (const chunk of request) length += chunk.length;
      if (!request.url?.endsWith('/large')) return void response.end(String(length));
      response.writeHead(200, { 'content-length': size });
      for (let sent = 0; sent < size && !response.destroyed; sent += block.length)
        if (!response.write(block)) await new Promise((done) => response.once('drain', done).once('close', done));
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { CLUSTER: _, ...env } = goodEnv(platform);
    const uri = `https://localhost:${(server.address() as AddressInfo).port}/mlflow`;
    const permissions = ['--allow-net', '--allow-env', '--allow-read', '--allow-write', '--allow-run', '--allow-sys'];
    const given = { ...env, MLFLOW_TRACKING_URI: uri, MLFLOW_AUTH_VERIFY: 'false', DENO_DIR: folder };
    const proxy = await startProxy(given, [], [await denoProgram(), 'run', '--no-prompt', '--quiet', ...permissions]);
    try {
      for (const length of [0, 3, 1 << 20, 5 << 20])
        assert.equal((await ask(proxy, '/x', { method: 'PUT', body: Buffer.alloc(length) })).body, String(length));
      assert.equal((await ask(proxy, '/large')).body.length, size);
      assert.equal((await ask(proxy, '/x', { headers: { authorization: 'Bearer wrong' } })).status, 401);
      assert.equal((await ask(proxy, '/a/%2e%2e/x')).status, 400);
      const unread = Array.from({ length: 6 }, () => {
        const socket = connect(proxy.port, '127.0.0.1').pause();
        socket.write(
          `GET /large HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\nAuthorization: Bearer ${proxy.token}\r\n\r\n`,
        );
        return socket;
      });
      await sleep(3000);
      if (process.platform === 'linux') {
        const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${proxy.child.pid}/status`, 'utf8')) ?? [];
        assert.ok(Number(kilobytes) / 1024 < 400, `${kilobytes} kB`);
      }
      for (const socket of unread) socket.destroy();
    } finally {
      await proxy.stop();
      server.closeAllConnections();
      server.close();
    }
  });

  it('a person logs in at a terminal, by a code and with the browser', {
    skip: process.platform === 'win32',
  }, async () => {
    const pages = { plain: true, loginApi: false, connectors: [{ id: 'local', type: 'local' }] };
    const permissions = denoFlags(COMMANDS.find(({ name }) => name === 'login') as Command).split(' ');
    const runtime = [await denoProgram(), 'run', '--no-prompt', '--quiet', ...permissions];
    await atPlatform(pages, async ({ address }) => {
      const { PLATFORM_CA: _, ...all } = goodEnv({ ...platform, address });
      const { MLFLOW_USERNAME: __, MLFLOW_PASSWORD: ___, DEX_CLIENT_SECRET: ____, ...others } = all;
      const env = { ...others, DEX_CLIENT_ID: 'mlflow-ci', HOME: folder, DENO_DIR: folder, NO_COLOR: '1' };
      for (const args of [['login'], ['login', '--browser']]) {
        const terminal = atTerminal(args, env, runtime);
        const [, page = ''] = await terminal.shows(/^(?:Open| ) (http:\S+)(?= in a browser|$)/m);
        const [, code = ''] = args.length === 1 ? await terminal.shows(/^ {2}([A-Z]{4}-[A-Z]{4})$/m) : [];
        await browse(code ? `${page}?user_code=${code}` : page);
        const { status, screen } = await terminal.ended;
        assert.equal(status, 0, screen);
        assert.match(screen, /^✓ logged in as ci@example\.com$/m);
        const used = await run(['--allow-net', '--allow-env', '--allow-read', '--allow-write'], BUNDLE, ['token'], env);
        assert.match(used.stdout, /^ey/, used.stderr);
      }
    });
  });
});
