// The whole real stack on one machine: edge, Dex, one oauth2-proxy for each cluster, MLflow with kubernetes-auth.

import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testAuthority } from '../support/fake/certificates.js';
import { type CiSystem, ciConnectors, startCi } from './ci-issuer.js';
import { type Edge, startEdge } from './edge.js';
import { kubeconfig, startKubernetes } from './kubernetes.js';
import { freePorts, startServer, stopAll, stopServer } from './processes.js';
import { type Tools, tools } from './tools.js';

/** "password", bcrypt with cost 10. */
const HASH = '$2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W';
export const PASSWORD = 'password';
/** Random, as real ones nearly are. */
const groups = (count: number) => Array.from({ length: count }, () => randomBytes(16).toString('hex'));
/** Needs every kind of encoding on its way. */
export const CLIENT_SECRET = 'a+b/c%=&x';

/** A job of the CI system on its main branch, and one that runs in a pod, as Dex names them. */
export const CI_JOB = 'repo:org/repo:ref:refs/heads/main';
const SERVICE_ACCOUNT = 'system:serviceaccount:team-a:trainer';
/** The audience whose tokens Kubernetes does not take. */
export const UNTRUSTED = 'not-for-kubernetes';

/** Settings of an oauth2-proxy that differ from the usual ones, in its own names and in TOML's syntax. */
export type ProxySettings = Record<string, string | number | boolean | string[] | undefined>;

/** What may differ from the usual stack beside the proxies. */
export interface Options {
  /** Life of an ID token, in Dex's notation. */
  idTokens?: string;
  /** Whether there is the vendor's login API in front of Dex. */
  loginApi?: boolean;
  /** Grants that Dex allows, if not all. */
  grantTypes?: string[];
  /** The connector of password grants, and the response types that Dex allows. */
  passwordConnector?: string;
  responseTypes?: string[];
  /** Workspaces in MLflow's own store, one of them its default, and no kubernetes-auth; otherwise namespaces, and no default. */
  defaultWorkspace?: boolean;
}

export interface Stack {
  address: string;
  /** While on, each code is redeemed before its owner can do it. */
  thief: { on: boolean };
  /** Requests for tokens so far, by kind. */
  grants: { code: number; refresh: number; exchange: number };
  /** Requests that carried a password so far. */
  logins: { count: number };
  /** So many of the next requests for tokens are answered with 500, before they reach Dex. */
  tokenErrors: { next: number };
  /** Where codes went at the edge so far: path of each request with a code, and the names of its cookies. */
  codes: { path: string; cookies: string[] }[];
  /** Ends Dex and starts it again, which, with its storage in memory, gives it new keys. */
  restartDex: () => Promise<void>;
  /** Ends MLflow, and starts it again after so many milliseconds; its data stay. */
  restartMlflow: (pause: number) => Promise<void>;
  /** Address of the oauth2-proxy of a cluster without the edge, as within the cluster: plain http. */
  inCluster: (cluster: string) => string;
  folder: string;
  caFile: string;
  tools: Tools;
  /** Environment of a login as ci@example.com in team-a on cluster c1. */
  env: Record<string, string>;
  /** The CI system whose ID tokens Dex exchanges, and the environment of a job of it, which has no secret. */
  ci: CiSystem;
  keyless: Record<string, string>;
  stop: () => Promise<void>;
}

/** Starts it all; what was started is ended again when something fails. @param proxies what is special about the oauth2-proxy of each cluster @param special the same, with the CI system known */
export async function startStack(
  proxies: Record<string, ProxySettings> = { c1: {} },
  options: Options = {},
  special: (ci: CiSystem) => Record<string, ProxySettings> = () => ({}),
): Promise<Stack> {
  const programs = await tools();
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-stack-'));
  const closing = [stopAll, async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const close of closing.splice(0)) await close();
  };
  try {
    const clusters = new Map<string, number>();
    const ci = await startCi();
    closing.push(ci.close);
    const all = { ...proxies, ...special(ci) };
    const parts = await startAll(programs, folder, all, clusters, ci, options, (close) => closing.push(close));
    const { address, ...rest } = parts;
    const caFile = join(folder, 'ca.pem');
    const env = {
      PLATFORM_ADDRESS: address,
      CLUSTER: 'c1',
      MLFLOW_WORKSPACE: 'team-a',
      MLFLOW_USERNAME: 'ci@example.com',
      MLFLOW_PASSWORD: PASSWORD,
      DEX_CLIENT_ID: 'alauda-auth',
      DEX_CLIENT_SECRET: CLIENT_SECRET,
      PLATFORM_CA: caFile,
    };
    const { MLFLOW_USERNAME: _, MLFLOW_PASSWORD: __, DEX_CLIENT_SECRET: ___, ...others } = env;
    const keyless = { ...others, DEX_CLIENT_ID: 'mlflow-ci', DEX_CONNECTOR: 'github-actions' };
    const inCluster = (cluster: string) => `http://127.0.0.1:${clusters.get(cluster)}`;
    return { address, ...rest, inCluster, folder, caFile, tools: programs, env, ci, keyless, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  programs: Tools,
  folder: string,
  proxies: Record<string, ProxySettings>,
  clusters: Map<string, number>,
  ci: CiSystem,
  options: Options,
  atEnd: (close: () => Promise<void>) => void,
): Promise<Pick<Stack, 'address' | 'restartDex' | 'restartMlflow' | Exclude<keyof Edge, 'close'>>> {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const accounts = ['ci@example.com', 'big@example.com', 'huge@example.com', CI_JOB, SERVICE_ACCOUNT];
  const kubernetes = await startKubernetes({ 'team-a': accounts, 'team-b': [] }, ({ aud }) => aud !== UNTRUSTED);
  atEnd(kubernetes.close);
  const names = Object.keys(proxies);
  const [port = 0, dexPort = 0, mlflowPort = 0, ...own] = await freePorts(3 + names.length);
  for (const [index, name] of names.entries()) clusters.set(name, own[index] ?? 0);
  const address = `https://localhost:${port}`;
  const caFile = file('ca.pem', testAuthority().cert);
  const edge = await startEdge(port, dexPort, clusters, options.loginApi);
  atEnd(edge.close);

  const dexConfig = file('dex.json', JSON.stringify(dex(address, dexPort, names, ci.issuer, options)));
  const startDex = () =>
    startServer('dex', programs.dex, ['serve', dexConfig], `http://127.0.0.1:${dexPort}/dex/healthz`);
  let dexProcess = await startDex();
  const restartDex = async () => {
    await stopServer(dexProcess);
    dexProcess = await startDex();
  };
  const config = file('kubeconfig.json', kubeconfig(kubernetes.address));
  const startServerOfMlflow = () => startMlflow(programs, folder, mlflowPort, config, options);
  let mlflowProcess: ChildProcess | undefined;
  const restartMlflow = async (pause: number) => {
    if (mlflowProcess) await stopServer(mlflowProcess);
    await sleep(pause);
    mlflowProcess = await startServerOfMlflow();
  };
  await Promise.all([
    restartMlflow(0),
    ...Object.entries(proxies).map(([name, special]) => {
      const own = clusters.get(name) ?? 0;
      const config = file(`${name}.toml`, toml({ ...oauth2Proxy(address, name, own, mlflowPort, caFile), ...special }));
      const args = ['--config', config];
      return startServer(`oauth2-proxy ${name}`, programs['oauth2-proxy'], args, `http://127.0.0.1:${own}/ping`);
    }),
  ]);
  const { close: _, ...counts } = edge;
  return { address, ...counts, restartDex, restartMlflow };
}

function dex(address: string, port: number, clusters: string[], ci: string, options: Options) {
  const { idTokens = '24h', grantTypes, passwordConnector, responseTypes } = options;
  const redirectURIs = [
    `${address}/oauth2/callback`,
    ...clusters.map((name) => `${address}/clusters/${name}/mlflow/oauth2/callback`),
  ];
  const account = (name: string, userID: string, groups: string[] = []) => ({
    groups,
    email: `${name}@example.com`,
    hash: HASH,
    username: name,
    userID,
  });
  return {
    issuer: `${address}/dex`,
    storage: { type: 'memory' },
    web: { http: `127.0.0.1:${port}` },
    oauth2: { skipApprovalScreen: true, grantTypes, passwordConnector, responseTypes },
    expiry: { idTokens },
    staticClients: [
      { id: 'alauda-auth', name: 'MLflow', secret: CLIENT_SECRET, redirectURIs, trustedPeers: ['mlflow-ci'] },
      { id: 'mlflow-ci', name: 'MLflow CI', public: true },
      { id: 'mlflow-lone', name: 'Not trusted', public: true },
      { id: 'another-client', name: 'Another', secret: CLIENT_SECRET, redirectURIs },
    ],
    connectors: ciConnectors(ci),
    enablePasswordDB: true,
    staticPasswords: [
      account('ci', '08a8684b-db88-4b73-90a9-3cd1661f5466'),
      // 12 kB of cookies. MLflow's own server takes 16 kB for sure.
      account('big', '18a8684b-db88-4b73-90a9-3cd1661f5466', groups(60)),
      // 15 kB of token.
      account('huge', '28a8684b-db88-4b73-90a9-3cd1661f5466', groups(300)),
    ],
  };
}

function oauth2Proxy(
  address: string,
  cluster: string,
  port: number,
  mlflowPort: number,
  caFile: string,
): ProxySettings {
  return {
    http_address: `127.0.0.1:${port}`,
    provider: 'oidc',
    oidc_issuer_url: `${address}/dex`,
    provider_ca_files: [caFile],
    client_id: 'alauda-auth',
    client_secret: CLIENT_SECRET,
    redirect_url: `${address}/clusters/${cluster}/mlflow/oauth2/callback`,
    scope: 'openid email profile groups offline_access',
    code_challenge_method: 'S256',
    approval_prompt: 'auto',
    email_domains: ['*'],
    cookie_secret: '0123456789abcdef0123456789abcdef',
    skip_provider_button: true,
    skip_jwt_bearer_tokens: true,
    pass_authorization_header: true,
    upstreams: [`http://127.0.0.1:${mlflowPort}/`],
  };
}

/** JSON's strings, numbers, booleans and lists are TOML's too. */
export function toml(settings: ProxySettings): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
    .join('');
}

/** Starts MLflow, with its data in `folder`. @param config a kubeconfig, for kubernetes-auth @param own variables */
export async function startMlflow(
  programs: Tools,
  folder: string,
  port: number,
  config: string,
  { defaultWorkspace = false }: Options,
  own: Record<string, string> = {},
): Promise<ChildProcess> {
  const args = [
    ['server', '--host', '127.0.0.1', '--port', String(port)],
    [
      '--backend-store-uri',
      `sqlite:///${join(folder, 'mlflow.db')}`,
      '--artifacts-destination',
      join(folder, 'artifacts'),
    ],
    ['--enable-workspaces'],
    defaultWorkspace ? [] : ['--workspace-store-uri', 'kubernetes://', '--app-name', 'kubernetes-auth'],
    ['--workers', '1', '--allowed-hosts', '*'],
  ].flat();
  const env = { KUBECONFIG: config, MLFLOW_K8S_AUTH_USERNAME_CLAIM: 'email', MLFLOW_K8S_NAMESPACE: 'kubeflow' };
  // Its workers for jobs take part in nothing here, and sixteen seconds of two cores.
  Object.assign(env, { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' }, own);
  const address = `http://127.0.0.1:${port}`;
  const child = await startServer('mlflow', programs.mlflow, args, `${address}/health`, env);
  if (!defaultWorkspace) return child;
  const body = JSON.stringify({ name: 'team-a' });
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${address}/api/3.0/mlflow/workspaces`, { method: 'POST', headers, body });
  if (status !== 201) throw new Error(`MLflow answers ${status} to a new workspace`);
  return child;
}
