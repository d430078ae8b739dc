// MLflow as it takes logins itself, on plain http of loopback: with its own basic-auth, or with mlflow-oidc-auth.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, startServer } from './processes.js';
import { tools } from './tools.js';

/** The administrator, and an account that may use the default workspace alone. */
export const ADMIN = { username: 'admin', password: 'admin password of the tests' };
export const ACCOUNT = { username: 'ci@example.com', password: 'pass "quoted" \\ 100% $x' };
/** MLflow takes it for the REST API alone. */
export const NOT_ASCII = { username: 'größer@example.com', password: 'größer \u{1F511} than ASCII' };

async function startMlflow(app: string, folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const [port = 0] = await freePorts(1);
  const address = `http://127.0.0.1:${port}`;
  const store = ['--backend-store-uri', `sqlite:///${join(folder, `${app}.db`)}`];
  const artifacts = ['--artifacts-destination', join(folder, `${app}-artifacts`)];
  const listen = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  const { mlflow } = await tools();
  const args = ['server', '--app-name', app, ...listen, ...store, ...artifacts, '--enable-workspaces'];
  const quiet = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' };
  await startServer(app, mlflow, args, `${address}/health`, { ...quiet, ...env });
  return address;
}

/** MLflow with the accounts above and the workspace team-a. @returns its tracking URI */
export async function startBasicAuth(folder: string): Promise<string> {
  const config = join(folder, 'basic_auth.ini');
  const lines = {
    default_permission: 'MANAGE',
    grant_default_workspace_access: 'true',
    database_uri: `sqlite:///${join(folder, 'accounts.db')}`,
    admin_username: ADMIN.username,
    admin_password: ADMIN.password,
    authorization_function: 'mlflow.server.auth:authenticate_request_basic_auth',
  };
  const text = Object.entries(lines).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(config, `[mlflow]\n${text.join('')}`);
  const env = { MLFLOW_AUTH_CONFIG_PATH: config, MLFLOW_FLASK_SERVER_SECRET_KEY: 'of the tests' };
  const address = await startMlflow('basic-auth', folder, env);
  const login = Buffer.from(`${ADMIN.username}:${ADMIN.password}`).toString('base64');
  const headers = { authorization: `Basic ${login}`, 'content-type': 'application/json' };
  for (const [path, body] of [
    ['/api/2.0/mlflow/users/create', ACCOUNT],
    ['/api/2.0/mlflow/users/create', NOT_ASCII],
    ['/api/3.0/mlflow/workspaces', { name: 'team-a' }],
  ] as const) {
    const { status } = await fetch(address + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (status !== 200 && status !== 201) throw new Error(`MLflow answers ${status} at ${path}`);
  }
  return address;
}

/** mlflow-oidc-auth, which lets in whom a token of the issuer for the audience mlflow has in the group team-a. */
export const startOidcAuth = (folder: string, issuer: string): Promise<string> =>
  startMlflow('oidc-auth', folder, {
    OIDC_DISCOVERY_URL: `${issuer}/.well-known/openid-configuration`,
    OIDC_CLIENT_ID: 'mlflow',
    OIDC_CLIENT_SECRET: 'of the tests',
    OIDC_REDIRECT_URI: 'http://127.0.0.1/callback',
    OIDC_USERS_DB_URI: `sqlite:///${join(folder, 'oidc-users.db')}`,
    OIDC_AUDIENCE: 'mlflow',
    OIDC_ISSUER: issuer,
    OIDC_GROUP_NAME: 'team-a',
    OIDC_PROVISION_ON_BEARER_AUTH: 'true',
    OIDC_WORKSPACE_DEFAULT_PERMISSION: 'MANAGE',
    MLFLOW_ENABLE_WORKSPACES: 'true',
    DEFAULT_MLFLOW_PERMISSION: 'MANAGE',
    SECRET_KEY: '0123456789abcdef0123456789abcdef',
  });
