// Keycloak with its store in memory, and a realm with the clients and users of the tests, which its admin API makes.

import { type CiSystem, startCi } from '../stack/ci-issuer.js';
import { freePorts, startServer, stopServer } from '../stack/processes.js';
import { type Behind, PROXY_CLIENT, type Provider, startBehind } from '../stack/providers/behind.js';
import { admin, clientJwk, post } from '../stack/providers/requests.js';
import { CI_JOB, CLIENT_SECRET, PASSWORD, type ProxySettings } from '../stack/stack.js';
import { getKeycloak } from '../stack/tools.js';

const ADMIN = 'admin';
/** Of each user; no word that a message could hold. */
export const USER_PASSWORD = 'Xv9-of-each-user';

/** Tokens for the proxy: the mapper without which Keycloak names no audience. */
const AUDIENCE = mapper('oidc-audience-mapper', { 'included.client.audience': PROXY_CLIENT });
/** To exchange its own tokens, a client must be in their audience. */
const OWN_AUDIENCE = mapper('oidc-audience-mapper', { 'included.client.audience': 'ci-exchange' });
const GROUPS = mapper('oidc-group-membership-mapper', { 'claim.name': 'groups', 'full.path': 'false' });

/** Without the scope email: a service account has no address, and its claim email_verified is false. */
const SCOPES = ['basic', 'profile', 'roles'];
const SERVICE = { serviceAccountsEnabled: true, defaultClientScopes: SCOPES, protocolMappers: [AUDIENCE] };

const CLIENTS: Record<string, Record<string, unknown>> = {
  [PROXY_CLIENT]: { standardFlowEnabled: true, redirectUris: ['*'] },
  ci: SERVICE,
  /** As Keycloak makes it, and a mapper. */
  'ci-default': { serviceAccountsEnabled: true, protocolMappers: [AUDIENCE] },
  'ci-no-mapper': { ...SERVICE, protocolMappers: [] },
  'ci-no-service': {},
  'ci-disabled': { ...SERVICE, enabled: false },
  'ci-short': { ...SERVICE, attributes: { 'access.token.lifespan': '20' } },
  'ci-grouped': { ...SERVICE, protocolMappers: [AUDIENCE, GROUPS] },
  'ci-exchange': {
    ...SERVICE,
    protocolMappers: [AUDIENCE, OWN_AUDIENCE],
    attributes: { 'standard.token.exchange.enabled': 'true' },
  },
  'ci-federated': {
    ...SERVICE,
    clientAuthenticatorType: 'federated-jwt',
    attributes: { 'jwt.credential.issuer': 'ci', 'jwt.credential.sub': CI_JOB },
  },
  'ci-federated-short': {
    ...SERVICE,
    clientAuthenticatorType: 'federated-jwt',
    attributes: {
      'jwt.credential.issuer': 'ci',
      'jwt.credential.sub': `${CI_JOB}:short`,
      'access.token.lifespan': '20',
    },
  },
  'ci-password': { directAccessGrantsEnabled: true, protocolMappers: [AUDIENCE] },
  'ci-public-short': {
    publicClient: true,
    directAccessGrantsEnabled: true,
    protocolMappers: [AUDIENCE],
    attributes: { 'access.token.lifespan': '20' },
  },
  'ci-public-no-password': { publicClient: true, protocolMappers: [AUDIENCE] },
  'ci-public': {
    publicClient: true,
    directAccessGrantsEnabled: true,
    protocolMappers: [AUDIENCE],
    attributes: { 'oauth2.device.authorization.grant.enabled': 'true' },
  },
};

/** Clients of people: public ones, whose redirects go to any port of this machine (RFC 8252, 7.3). */
const PERSON = {
  publicClient: true,
  standardFlowEnabled: true,
  redirectUris: ['http://127.0.0.1/mlflow-auth'],
  protocolMappers: [AUDIENCE],
};
const PERSONS: Record<string, Record<string, unknown>> = {
  person: { ...PERSON, attributes: { 'oauth2.device.authorization.grant.enabled': 'true' } },
  'person-no-device': PERSON,
  'person-no-mapper': {
    ...PERSON,
    protocolMappers: [],
    attributes: { 'oauth2.device.authorization.grant.enabled': 'true' },
  },
};

const user = (username: string, more: Record<string, unknown> = {}) => ({
  username,
  email: `${username}@example.com`,
  emailVerified: true,
  enabled: true,
  firstName: 'A',
  lastName: 'B',
  credentials: [{ type: 'password', value: USER_PASSWORD, temporary: false }],
  ...more,
});

/** The import of a realm gives users no role, in contrast to the console. */
const ROLES = { realmRoles: ['default-roles-ml'] };

const USERS = [
  user('ann'),
  user('bob', ROLES),
  user('unverified', { emailVerified: false }),
  user('todo', { requiredActions: ['UPDATE_PASSWORD'] }),
  user('disabled', { enabled: false }),
  user('locked'),
];

function mapper(protocolMapper: string, config: Record<string, string>) {
  const claims = { 'access.token.claim': 'true', 'id.token.claim': 'true', ...config };
  return { name: JSON.stringify(config), protocol: 'openid-connect', protocolMapper, config: claims };
}

export interface Keycloak extends Provider {
  /** Changes settings of the realm. */
  change: (settings: Record<string, unknown>) => Promise<void>;
}

/** Starts it. @param ci the CI system whose tokens are client assertions of `ci-federated` */
async function startKeycloak(ci: CiSystem): Promise<Keycloak> {
  const folder = await getKeycloak();
  const [port = 0] = await freePorts(1);
  const address = `http://127.0.0.1:${port}`;
  const args = ['start-dev', '--db=dev-mem', `--http-port=${port}`, '--http-host=127.0.0.1'];
  const env = {
    KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN,
    KC_BOOTSTRAP_ADMIN_PASSWORD: PASSWORD,
    JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx512m',
  };
  const features = '--features=client-auth-federated';
  const program = `${folder}/bin/kc.sh`;
  // It builds itself at its first start, which takes a slow machine minutes.
  const child = await startServer('keycloak', program, [...args, features], `${address}/realms/master`, env, 300);
  const master = `${address}/realms/master/protocol/openid-connect/token`;
  const login = { grant_type: 'password', client_id: 'admin-cli', username: ADMIN, password: PASSWORD };
  const asAdmin = async (method: string, path: string, body: unknown) => {
    const { access_token } = (await post(master, login)).body;
    await admin(method, `${address}/admin/realms${path}`, body, { authorization: `Bearer ${access_token}` });
  };
  await asAdmin('POST', '', realm(ci));
  const issuer = `${address}/realms/ml`;
  const tokenEndpoint = `${issuer}/protocol/openid-connect/token`;
  const change: Keycloak['change'] = (settings) => asAdmin('PUT', '/ml', settings);
  return { issuer, tokenEndpoint, change, close: () => stopServer(child) };
}

/** Keycloak, the CI system that it trusts, and what stands behind it. */
export interface AtKeycloak {
  ci: CiSystem;
  keycloak: Keycloak;
  behind: Behind;
  stop: () => Promise<void>;
}

/** Starts them all; what was started is ended when something fails, and by `stop`. @param proxies what is special about each proxy */
export async function startAtKeycloak(proxies: Record<string, ProxySettings>): Promise<AtKeycloak> {
  const ci = await startCi();
  try {
    const keycloak = await startKeycloak(ci);
    const behind = await startBehind(keycloak, proxies);
    const stop = async () => {
      await behind.stop();
      await ci.close();
    };
    return { ci, keycloak, behind, stop };
  } catch (error) {
    await ci.close();
    throw error;
  }
}

function realm(ci: CiSystem) {
  const usual = { secret: CLIENT_SECRET, publicClient: false, standardFlowEnabled: false };
  const key = { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys: [clientJwk()] }) };
  return {
    realm: 'ml',
    enabled: true,
    bruteForceProtected: true,
    failureFactor: 3,
    // The tests are quick.
    quickLoginCheckMilliSeconds: 0,
    clients: [
      ...Object.entries({ ...CLIENTS, ...PERSONS }).map(([clientId, own]) => ({ clientId, ...usual, ...own })),
      { ...usual, ...SERVICE, clientId: 'ci-key', clientAuthenticatorType: 'client-jwt', attributes: key },
    ],
    users: [
      ...USERS,
      {
        username: 'service-account-ci-grouped',
        enabled: true,
        serviceAccountClientId: 'ci-grouped',
        groups: ['team-a'],
      },
    ],
    groups: [{ name: 'team-a' }],
    identityProviders: [
      {
        alias: 'ci',
        providerId: 'oidc',
        enabled: true,
        hideOnLogin: true,
        config: {
          issuer: ci.issuer,
          jwksUrl: `${ci.issuer}/jwks`,
          useJwksUrl: 'true',
          validateSignature: 'true',
          supportsClientAssertions: 'true',
          clientId: 'unused',
          clientSecret: 'unused',
          authorizationUrl: `${ci.issuer}/unused`,
          tokenUrl: `${ci.issuer}/unused`,
        },
      },
    ],
  };
}
