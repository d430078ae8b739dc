// The fake platform: one TLS server on loopback with a login API, oauth2-proxy and MLflow, that counts what it is asked.

import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basicAuth } from './basic-auth.js';
import { type Certificate, testAuthority, usualCertificate } from './certificates.js';
import { requestCiToken } from './ci.js';
import { FakeDex } from './dex.js';
import { FakeDexPages } from './dex-pages.js';
import { makeReady } from './keys.js';
import { FakeMlflow } from './mlflow.js';
import { FakeOauth2Proxy } from './oauth2-proxy.js';
import { providerDiscovery, providerToken } from './provider.js';
import { providerGrants } from './provider-grants.js';
import { ProviderPeople } from './provider-people.js';
import { type Endpoint, type Switches, USUAL } from './switches.js';

/** A request as the fake sees it. */
export interface Asked {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An answer: an object is sent as JSON, a text as it is. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string | string[]>;
  hang?: boolean;
}

const ROUTES: [method: string, path: RegExp, endpoint: Endpoint][] = [
  ['GET', /^\/dex\/api\/v1\/authorize$/, 'authorize'],
  ['GET', /^\/dex\/pubkey$/, 'pubkey'],
  ['POST', /^\/dex\/api\/v1\/authorize\/[^/]+$/, 'login'],
  ['GET', /^\/dex\/api\/v1\/connectors$/, 'connectors'],
  ['GET', /^\/dex\/auth$/, 'auth'],
  ['GET', /^\/dex\/auth\/[^/]+$/, 'connector'],
  ['GET', /^\/dex\/auth\/[^/]+\/login$/, 'form'],
  ['POST', /^\/dex\/auth\/[^/]+\/login$/, 'login'],
  ['GET', /^\/dex\/approval$/, 'approval'],
  ['POST', /^\/dex\/approval$/, 'approval'],
  ['POST', /^\/dex\/token$/, 'token'],
  ['POST', /^\/dex\/device\/code$/, 'device-code'],
  ['GET', /^\/dex\/device$/, 'device-page'],
  ['POST', /^\/dex\/device\/auth\/verify_code$/, 'device-verify'],
  ['GET', /^\/dex\/device\/callback$/, 'device-callback'],
  ['POST', /^\/dex\/revoke$/, 'revoke'],
  ['GET', /^\/dex\/\.well-known\/openid-configuration$/, 'discovery'],
  ['GET', /^\/realms\/ml\/\.well-known\/openid-configuration$/, 'provider-discovery'],
  ['POST', /^\/realms\/ml\/protocol\/openid-connect\/token$/, 'provider-token'],
  ['GET', /^\/realms\/ml\/protocol\/openid-connect\/auth$/, 'provider-auth'],
  ['POST', /^\/realms\/ml\/protocol\/openid-connect\/auth$/, 'provider-auth'],
  ['POST', /^\/realms\/ml\/protocol\/openid-connect\/auth\/device$/, 'provider-device'],
  ['POST', /^\/realms\/ml\/protocol\/openid-connect\/revoke$/, 'provider-revoke'],
  ['GET', /^\/realms\/ml\/device$/, 'provider-page'],
  ['POST', /^\/realms\/ml\/device$/, 'provider-page'],
  ['GET', /^\/_ci\/request$/, 'ci'],
  ['GET', /^\/clusters\/c1\/mlflow\/oauth2\/userinfo$/, 'userinfo'],
  ['GET', /^\/clusters\/c1\/mlflow\/oauth2\/start$/, 'start'],
  ['GET', /^\/clusters\/c1\/mlflow\/oauth2\/callback$/, 'callback'],
  ['GET', /^\/clusters\/c1\/mlflow\/$/, 'root'],
  ['GET', /^\/clusters\/c1\/mlflow\/api\/3\.0\/mlflow\/workspaces\/[^/]+$/, 'workspace'],
  ['GET', /^\/clusters\/c1\/mlflow\/api\/3\.0\/mlflow\/server-info$/, 'server-info'],
  ['GET', /^\/clusters\/c1\/mlflow\/api\/2\.0\/mlflow\/experiments\/search$/, 'experiments'],
];

export interface FakePlatform extends Pick<Answers, 'asked'> {
  /** Origin, as https://localhost:PORT. */
  address: string;
  port: number;
  /** The CA to trust, as PEM text. */
  ca: string;
  /** TCP connections that were opened. */
  connections: () => number;
  close: () => Promise<void>;
}

export interface StartOptions extends Partial<Switches> {
  /** Plain http in place of TLS. */
  plain?: boolean;
  certificate?: Certificate;
  host?: string;
  /** Address to listen at, in place of 127.0.0.1. */
  listen?: string;
  /** Answers wait for this. */
  before?: (endpoint: Endpoint | undefined) => Promise<void> | void;
  /** Told of the number of connections at each new one. */
  onConnection?: (count: number) => void;
}

/** What a platform answers to a request, without a network. */
export interface Answers {
  /** All that was asked, in order: `GET authorize`, … */
  asked: { endpoint: string; request: Asked }[];
  answer: (request: Asked) => Answer;
}

/** The endpoint that a request is for, if it is for any. */
export function endpointOf(method: string | undefined, path: string): Endpoint | undefined {
  return ROUTES.find(([known, pattern]) => known === method && pattern.test(path))?.[2];
}

/** A platform that behaves as usual but for the given switches. */
export function makePlatform(given: Partial<Switches> = {}): Answers {
  const switches: Switches = { ...USUAL, ...(given.basicAuth ? { openToAll: true } : {}), ...given };
  const asked: Answers['asked'] = [];
  const dex = new FakeDex(switches);
  const pages = new FakeDexPages(switches, dex);
  const proxy = new FakeOauth2Proxy(switches, dex);
  const mlflow = new FakeMlflow(switches, proxy);
  const people = new ProviderPeople(switches);
  const grants = providerGrants(switches, people);
  const usual: Record<Endpoint, (request: Asked) => Answer> = {
    authorize: (request) => dex.authorize(request),
    pubkey: () => dex.pubkey(),
    login: (request) => (request.url.pathname.startsWith('/dex/auth/') ? pages : dex).login(request),
    auth: (request) => pages.auth(request),
    connector: (request) => pages.connector(request),
    form: (request) => pages.form(request),
    approval: (request) => pages.approval(request),
    connectors: () => dex.connectors(),
    token: (request) => dex.token(request),
    'device-code': (request) => dex.device.code(request),
    'device-page': (request) => dex.device.page(request),
    'device-verify': (request) => dex.device.verify(request),
    'device-callback': (request) => dex.device.callback(request),
    revoke: (request) => dex.revoke(request),
    discovery: (request) => dex.discovery(request),
    'provider-discovery': (request) => providerDiscovery(request, switches),
    'provider-token': (request) => providerToken(request, switches, grants),
    'provider-auth': (request) => people.auth(request),
    'provider-device': (request) => people.device(request),
    'provider-page': (request) => people.page(request),
    'provider-revoke': (request) => people.revoke(request),
    ci: requestCiToken,
    userinfo: (request) => proxy.userinfo(request),
    start: (request) => proxy.start(request),
    callback: (request) => proxy.callback(request),
    root: (request) => mlflow.root(request),
    workspace: (request) => mlflow.workspace(request),
    'server-info': (request) => mlflow.serverInfo(request),
    experiments: (request) => mlflow.experiments(request),
  };
  const answered = new Map<Endpoint, number>();

  const answer = (request: Asked): Answer => {
    const endpoint = endpointOf(request.method, request.url.pathname);
    asked.push({ endpoint: `${request.method} ${endpoint ?? request.url.pathname}`, request });
    const noApi = !switches.loginApi && /^\/dex\/(api\/|pubkey)/.test(request.url.pathname);
    if (noApi)
      return { status: 404, body: '404 page not found\n', headers: { 'content-type': 'text/plain; charset=utf-8' } };
    if (!endpoint)
      return {
        status: 200,
        body: '<!doctype html><html><title>Console</title></html>',
        headers: { 'content-type': 'text/html' },
      };
    const canned = switches.echo?.(endpoint, request) ?? switches.canned[endpoint];
    const times = answered.get(endpoint) ?? 0;
    answered.set(endpoint, times + 1);
    const answer =
      canned && times < (canned.times ?? Infinity)
        ? { body: '', ...canned }
        : (basicAuth(endpoint, request, switches) ?? usual[endpoint](request));
    const cookies = switches.cookies[endpoint];
    return cookies ? { ...answer, headers: { ...answer.headers, 'set-cookie': cookies } } : answer;
  };
  return { asked, answer };
}

/** Sends an answer. */
export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Milliseconds that an idle connection is kept: making a large key may keep this process from looking at it for a while. */
export const PATIENCE = 600_000;

/** Starts a platform that behaves as usual but for the given switches. */
export async function startPlatform(options: StartOptions = {}): Promise<FakePlatform> {
  const {
    plain = false,
    certificate,
    host = 'localhost',
    listen = '127.0.0.1',
    before,
    onConnection,
    ...given
  } = options;
  await makeReady('login', given.keyBits ?? USUAL.keyBits);
  const { asked, answer } = makePlatform(given);

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const scheme = plain ? 'http' : 'https';
    const url = new URL(incoming.url ?? '/', `${scheme}://${incoming.headers.host}`);
    const answered = answer({
      method: incoming.method ?? '',
      url,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    });
    await before?.(endpointOf(incoming.method, url.pathname));
    if (!answered.hang) send(response, answered);
  };

  const limits = { maxHeaderSize: 1 << 20, keepAliveTimeout: PATIENCE };
  const server = plain
    ? createHttpServer(limits, handle)
    : createServer({ ...limits, ...(certificate ?? usualCertificate()) }, handle);
  let connections = 0;
  server.on('connection', () => {
    connections++;
    onConnection?.(connections);
  });
  await new Promise<void>((resolve) => server.listen(0, listen, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `${plain ? 'http' : 'https'}://${host}:${port}`,
    port,
    ca: testAuthority().cert,
    asked,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
