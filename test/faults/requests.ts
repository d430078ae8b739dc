// The requests of all logins: how each is brought about, and what a user is to read when it goes wrong.

import type { SymptomId } from '../../src/errors/symptoms/all.js';
import { type Endpoint, type Switches, USUAL } from '../support/fake/switches.js';
import type { Kind } from './kinds.js';

export const SUCCESS = 'success';
/** What a run ends with: the id of a row of the table of symptoms, or success. */
export type End = SymptomId | typeof SUCCESS;

/** One row of the fault table. */
export interface Row {
  method: 'token' | 'cookie' | 'keyless' | 'provider' | 'basic';
  /** Name of the request. */
  name: string;
  /** Where it goes; the start of a login has two entrances. */
  endpoints: Endpoint[];
  /** The requests before it, whose answers set it off. */
  after: Endpoint[];
  /** It goes out at the same time as another one, whose connections cannot be told from its own. */
  twin?: true;
  /** Most times that it may be sent. */
  tries: number;
  /** It is sent once more after a 429 that says when. */
  limited?: true;
  /** Posts of the password when it goes wrong. */
  logins: number;
  /** How it ends without a fault; success unless said otherwise. */
  end?: End;
  /** What comes of it, fault or not: the answer is of use, and not needed. */
  always?: End;
  /** How each kind of fault ends, where it is not told by the kind alone. */
  tells: Partial<Record<Kind | 'redirect', End>>;
  platform?: Partial<Switches>;
  inputs?: Record<string, string>;
  /** It carries the password. */
  password?: true;
  /** How single faults end that the kind does not tell. */
  named?: Record<string, End>;
  /** Keyless: the job requests its ID token from GitHub, in place of one that is given. */
  gitHub?: true;
  /** OpenID provider: its issuer is given. */
  issuer?: true;
}

const API: Row['tells'] = {
  busy: 'server-down',
  failed: 'server-error',
  '500': 'server-error',
  text: 'unknown',
  page: 'html-from-api',
  redirect: 'redirected',
};
/** An answer that is none of oauth2-proxy's leaves the proof to MLflow, which is behind the same proxy. */
const USERINFO: Row['tells'] = {
  busy: 'proxy-error',
  failed: 'proxy-error',
  '500': 'proxy-error',
  text: SUCCESS,
  page: SUCCESS,
  redirect: 'proxy-redirected',
};
const MLFLOW: Row['tells'] = {
  busy: 'mlflow-error',
  failed: 'mlflow-error',
  '500': 'mlflow-error',
  text: 'mlflow-login',
  page: 'mlflow-login',
  redirect: 'mlflow-login',
};

/** The discovery document, and the exchange itself. */
const DEX: Row['tells'] = {
  busy: 'dex-unavailable',
  failed: 'dex-unavailable',
  '500': 'dex-unavailable',
  text: 'not-dex',
  page: 'not-dex',
  redirect: 'not-dex',
};
const GITHUB: Row['tells'] = {
  busy: 'ci-token-request',
  failed: 'ci-token-request',
  '500': 'ci-token-request',
  text: 'ci-token-request',
  page: 'ci-token-request',
  redirect: 'ci-token-request',
};

/** The pages of Dex: what is none of them is told as that, and after the password nothing is. */
const PAGE: Row['tells'] = { ...DEX, text: 'not-dex', page: 'not-dex', redirect: 'connector-browser' };
/** Dex itself begins with a page of its own, so a redirect from the first one comes from whoever is at dex-url instead. */
const FIRST_PAGE: Row['tells'] = { ...PAGE, redirect: 'dex-elsewhere' };
const AFTER: Row['tells'] = { ...DEX, text: 'unknown', page: 'unknown', redirect: 'dex-elsewhere' };
const PAGES = {
  platform: { loginApi: false, approval: true, connectors: [{ id: 'local', type: 'local' }] },
  inputs: { login: 'dex' },
};
const LOOP = { '302 to itself': 'dex-steps', '307 to itself': 'dex-steps' } as const;
const GRANT = {
  platform: { grantTypes: [...USUAL.grantTypes, 'password'] },
  inputs: { login: 'password-grant', 'client-id': 'mlflow-ci', 'client-secret': '' },
};
const IMPLICIT = {
  platform: { responseTypes: ['code', 'id_token'] },
  inputs: { login: 'implicit', 'client-secret': '' },
};
/** What goes around a form leaves it a form. */
const FORM = { 'JSON that breaks off': SUCCESS, 'JSON in an array': SUCCESS } as const;
const AGAIN = { '302 to itself': 'wrong-password', '307 to itself': 'wrong-password' } as const;

const token = (row: Omit<Row, 'method'>): Row => ({ method: 'token', ...row });
const cookie = (row: Omit<Row, 'method'>): Row => ({ method: 'cookie', ...row });
const keyless = (row: Omit<Row, 'method' | 'logins'>): Row => ({ method: 'keyless', logins: 0, ...row });

/** A client with a secret at an OpenID provider. */
const provider = (row: Omit<Row, 'method' | 'logins'> & { logins?: number }): Row => ({
  method: 'provider',
  logins: 0,
  platform: { provider: {} },
  ...row,
});
/** What is no discovery document leaves the provider unknown, where nobody has named it. */
const SEARCH: Row['tells'] = {
  busy: 'issuer-unavailable',
  failed: 'issuer-unavailable',
  '500': 'issuer-unavailable',
  text: 'issuer-not-found',
  page: 'issuer-not-found',
  redirect: 'issuer-not-found',
};
const ISSUER: Row['tells'] = { ...SEARCH, text: 'not-an-issuer', page: 'not-an-issuer', redirect: 'not-an-issuer' };
const TOKEN_ENDPOINT: Row['tells'] = {
  busy: 'provider-unavailable',
  failed: 'provider-unavailable',
  '500': 'provider-unavailable',
  text: 'not-a-token-endpoint',
  page: 'not-a-token-endpoint',
  redirect: 'not-a-token-endpoint',
};

/** Username and password of MLflow's basic-auth. */
const basic = (row: Omit<Row, 'method' | 'logins' | 'platform' | 'tells'>): Row => ({
  method: 'basic',
  logins: 0,
  platform: { basicAuth: 'mlflow' },
  tells: MLFLOW,
  ...row,
});

export const ROWS: Row[] = [
  token({ name: 'authorize', endpoints: ['authorize'], after: [], tries: 3, logins: 0, tells: API }),
  token({ name: 'pubkey', endpoints: ['pubkey'], after: [], twin: true, tries: 3, logins: 0, tells: API }),
  token({
    name: 'login',
    endpoints: ['login'],
    after: ['authorize', 'pubkey'],
    tries: 1,
    logins: 1,
    tells: API,
    password: true,
  }),
  token({ name: 'token', endpoints: ['token'], after: ['login'], tries: 1, logins: 1, tells: API }),
  token({ name: 'userinfo', endpoints: ['userinfo'], after: ['token'], tries: 1, logins: 1, tells: USERINFO }),
  token({
    name: 'workspace',
    endpoints: ['workspace'],
    after: ['token'],
    twin: true,
    tries: 1,
    logins: 1,
    tells: MLFLOW,
  }),
  token({
    name: 'experiments',
    endpoints: ['experiments'],
    after: ['token'],
    tries: 1,
    logins: 1,
    tells: MLFLOW,
    inputs: { workspace: '' },
  }),
  token({
    name: 'discovery',
    endpoints: ['discovery'],
    after: ['token'],
    tries: 1,
    logins: 1,
    tells: { ...API, text: 'token-claims', page: 'token-claims', redirect: 'token-claims' },
    platform: { issuer: 'https://primary.test' },
  }),
  token({
    name: 'connectors',
    endpoints: ['connectors'],
    after: ['login'],
    tries: 1,
    logins: 1,
    tells: {},
    always: 'wrong-password',
    inputs: { password: 'wrong password' },
  }),
  token({
    name: 'server-info',
    endpoints: ['server-info'],
    after: ['userinfo', 'workspace'],
    tries: 1,
    logins: 1,
    tells: {},
    always: 'workspace-unknown',
    inputs: { workspace: 'team-x' },
  }),
  token({
    name: 'refresh',
    endpoints: ['token'],
    after: [],
    tries: 2,
    logins: 0,
    tells: API,
    platform: { refreshToken: 'refresh-token-of-before' },
    inputs: { 'refresh-token': 'refresh-token-of-before', username: '', password: '' },
  }),
  token({
    name: 'auth',
    endpoints: ['auth'],
    after: [],
    tries: 16,
    logins: 0,
    tells: FIRST_PAGE,
    named: LOOP,
    ...PAGES,
  }),
  token({
    name: 'connector',
    endpoints: ['connector'],
    after: ['auth'],
    tries: 15,
    logins: 0,
    tells: PAGE,
    named: LOOP,
    ...PAGES,
  }),
  token({
    name: 'form',
    endpoints: ['form'],
    after: ['connector'],
    tries: 15,
    logins: 0,
    tells: PAGE,
    named: { ...LOOP, ...FORM },
    ...PAGES,
  }),
  token({
    name: 'form sent',
    endpoints: ['login'],
    after: ['form'],
    tries: 1,
    logins: 1,
    tells: AFTER,
    named: AGAIN,
    password: true,
    ...PAGES,
  }),
  token({
    name: 'approval',
    endpoints: ['approval'],
    after: ['login'],
    tries: 15,
    logins: 1,
    tells: AFTER,
    named: LOOP,
    ...PAGES,
  }),
  token({ name: 'grants', endpoints: ['discovery'], after: [], twin: true, tries: 3, logins: 0, tells: DEX, ...GRANT }),
  token({
    name: 'password grant',
    endpoints: ['token'],
    after: ['discovery', 'start'],
    tries: 1,
    logins: 1,
    tells: DEX,
    password: true,
    ...GRANT,
  }),
  token({ name: 'response types', endpoints: ['discovery'], after: [], tries: 3, logins: 0, tells: DEX, ...IMPLICIT }),
  token({
    name: 'implicit login',
    endpoints: ['login'],
    after: ['authorize', 'pubkey'],
    tries: 1,
    logins: 1,
    tells: API,
    password: true,
    ...IMPLICIT,
  }),
  cookie({
    name: 'start',
    endpoints: ['start', 'root'],
    after: [],
    tries: 8,
    logins: 0,
    tells: { ...USERINFO, text: 'not-the-proxy', page: 'not-the-proxy' },
  }),
  cookie({ name: 'pubkey', endpoints: ['pubkey'], after: [], twin: true, tries: 3, logins: 0, tells: API }),
  cookie({ name: 'authorize', endpoints: ['authorize'], after: ['start', 'pubkey'], tries: 3, logins: 0, tells: API }),
  cookie({
    name: 'login',
    endpoints: ['login'],
    after: ['authorize', 'pubkey'],
    tries: 1,
    logins: 1,
    tells: API,
    password: true,
  }),
  cookie({
    name: 'callback',
    endpoints: ['callback'],
    after: ['login'],
    tries: 1,
    logins: 1,
    tells: {
      busy: 'proxy-error',
      failed: 'proxy-error',
      '500': 'callback-redeem',
      text: 'callback-unexpected',
      page: 'callback-unexpected',
      redirect: 'callback-cookie',
    },
  }),
  cookie({ name: 'userinfo', endpoints: ['userinfo'], after: ['callback'], tries: 1, logins: 1, tells: USERINFO }),
  cookie({
    name: 'workspace',
    endpoints: ['workspace'],
    after: ['callback'],
    twin: true,
    tries: 1,
    logins: 1,
    tells: MLFLOW,
  }),
  keyless({ name: 'discovery', endpoints: ['discovery'], after: [], twin: true, tries: 3, tells: DEX }),
  keyless({
    name: 'start',
    endpoints: ['start', 'root'],
    after: [],
    twin: true,
    tries: 8,
    tells: { ...USERINFO, text: 'not-the-proxy', page: 'not-the-proxy' },
  }),
  keyless({
    name: 'ID token request',
    endpoints: ['ci'],
    after: ['discovery', 'start'],
    tries: 3,
    tells: GITHUB,
    gitHub: true,
  }),
  keyless({ name: 'exchange', endpoints: ['token'], after: ['discovery', 'start'], tries: 3, tells: DEX }),
  provider({
    name: 'start',
    endpoints: ['start', 'root'],
    after: [],
    tries: 8,
    tells: { ...USERINFO, text: 'not-the-proxy', page: 'not-the-proxy' },
  }),
  provider({ name: 'search', endpoints: ['provider-discovery'], after: ['start'], tries: 3, tells: SEARCH }),
  provider({
    name: 'issuer',
    endpoints: ['provider-discovery'],
    after: [],
    twin: true,
    tries: 3,
    tells: ISSUER,
    issuer: true,
  }),
  provider({
    name: 'grant',
    endpoints: ['provider-token'],
    after: ['provider-discovery'],
    tries: 1,
    limited: true,
    tells: TOKEN_ENDPOINT,
  }),
  basic({ name: 'challenge', endpoints: ['experiments'], after: [], tries: 3 }),
  basic({ name: 'proof', endpoints: ['workspace'], after: ['experiments'], tries: 1 }),
  provider({
    name: 'password',
    endpoints: ['provider-token'],
    after: ['start', 'provider-discovery'],
    issuer: true,
    tries: 1,
    logins: 1,
    tells: TOKEN_ENDPOINT,
    password: true,
    inputs: { login: 'password-grant', username: USUAL.username, password: USUAL.password },
  }),
  provider({
    name: 'refresh',
    endpoints: ['provider-token'],
    after: ['start', 'provider-discovery'],
    issuer: true,
    tries: 1,
    tells: TOKEN_ENDPOINT,
    platform: { provider: { refreshToken: 'refresh-token-of-before' } },
    inputs: { login: 'refresh-token', 'refresh-token': 'refresh-token-of-before' },
  }),
  provider({
    name: 'exchange',
    endpoints: ['provider-token'],
    after: ['provider-discovery'],
    tries: 1,
    limited: true,
    tells: TOKEN_ENDPOINT,
    platform: { provider: { exchanges: 'any' } },
    inputs: { login: 'token-exchange', bearer: 'bearer-token-of-before' },
  }),
];
