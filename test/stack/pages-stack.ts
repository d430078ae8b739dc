// Upstream Dex and oauth2-proxy behind one plain front, as small installations and Kubeflow have them: without a login API.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, startServer, stopAll } from './processes.js';
import { CLIENT_SECRET, type ProxySettings, toml } from './stack.js';
import { tools } from './tools.js';

/** No word that messages have, since they are masked. */
export const PASSWORD = 'account-secret';
/** Its bcrypt hash with cost 10. */
const HASH = '$2b$10$ySHNaZQVgFg3w.ZMAG8QQe.ocltv5yFto6kQYSSloOHOvSof4sylK';

export interface PagesOptions {
  /** Path of the issuer, with its slash in front; '' for none. */
  path?: string;
  /** Given the callback of Dex, which it compares with that of a connector. */
  connectors?: (callback: string) => Record<string, unknown>[];
  /** Whether accounts of Dex's own exist. */
  local?: boolean;
  skipApproval?: boolean;
  /** A folder with a theme of one's own. */
  theme?: string;
  /** An issuer that nobody reaches by its address, as within a cluster. */
  hiddenIssuer?: boolean;
  proxy?: ProxySettings;
  /** More of the section oauth2 of Dex. */
  oauth2?: Record<string, unknown>;
}

export interface PagesStack {
  /** Of the front, with both behind it. */
  address: string;
  /** Of Dex as it is reached. */
  dexUrl: string;
  folder: string;
  /** Posts of a password so far. */
  posts: () => number;
  stop: () => Promise<void>;
}

export async function startPages(options: PagesOptions = {}): Promise<PagesStack> {
  const {
    path = '/dex',
    connectors = () => [],
    local = true,
    skipApproval = true,
    theme,
    hiddenIssuer = false,
  } = options;
  const programs = await tools();
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-pages-'));
  const [dexPort = 0, proxyPort = 0] = await freePorts(2);
  let posts = 0;
  const front = createServer((incoming, response) => {
    const raw = incoming.url ?? '/';
    const toDex = path === '' ? !raw.startsWith('/oauth2/') && raw !== '/' : raw.startsWith(`${path}/`);
    if (incoming.method === 'POST' && raw.includes('/login')) posts++;
    const { method, headers } = incoming;
    const onward = httpRequest(
      { host: '127.0.0.1', port: toDex ? dexPort : proxyPort, path: raw, method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.headersSent || response.writeHead(502).end());
    // The password grant carries one, too.
    if (raw.endsWith('/token'))
      incoming.once('data', (body: Buffer) => {
        if (`${body}`.includes('grant_type=password')) posts++;
      });
    incoming.pipe(onward);
  });
  const stop = async () => {
    front.closeAllConnections();
    front.close();
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
    const address = `http://127.0.0.1:${(front.address() as { port: number }).port}`;
    const issuer = hiddenIssuer ? `http://dex.auth.svc.cluster.local:5556${path}` : `${address}${path}`;
    const config = {
      issuer,
      storage: { type: 'memory' },
      web: { http: `127.0.0.1:${dexPort}` },
      oauth2: { skipApprovalScreen: skipApproval, ...options.oauth2 },
      ...(theme ? { frontend: { dir: theme } } : {}),
      staticClients: [
        {
          id: 'alauda-auth',
          name: 'MLflow',
          secret: CLIENT_SECRET,
          redirectURIs: [`${address}/oauth2/callback`, '/oauth2/callback'],
          trustedPeers: ['mlflow-cli'],
        },
        { id: 'mlflow-cli', name: 'MLflow command line', public: true },
      ],
      connectors: connectors(`${issuer}/callback`),
      enablePasswordDB: local,
      staticPasswords: local ? [{ email: 'ci@example.com', hash: HASH, username: 'ci', userID: '1' }] : [],
    };
    writeFileSync(join(folder, 'dex.json'), JSON.stringify(config));
    const dexAddress = `http://127.0.0.1:${dexPort}${path}`;
    await startServer('dex', programs.dex, ['serve', join(folder, 'dex.json')], `${dexAddress}/healthz`);
    const discovered = { oidc_issuer_url: issuer, redirect_url: `${address}/oauth2/callback` };
    // common/oauth2-proxy of kubeflow/manifests.
    const kubeflow = {
      oidc_issuer_url: issuer,
      skip_oidc_discovery: true,
      login_url: `${path}/auth`,
      redeem_url: `${dexAddress}/token`,
      oidc_jwks_url: `${dexAddress}/keys`,
      redirect_url: '/oauth2/callback',
      relative_redirect_url: true,
      prompt: 'none',
      cookie_name: 'oauth2_proxy_kubeflow',
      skip_provider_button: false,
    };
    const settings: ProxySettings = {
      http_address: `127.0.0.1:${proxyPort}`,
      provider: 'oidc',
      client_id: 'alauda-auth',
      client_secret: CLIENT_SECRET,
      scope: 'openid email profile groups',
      code_challenge_method: 'S256',
      email_domains: ['*'],
      cookie_secret: '0123456789abcdef0123456789abcdef',
      cookie_secure: false,
      skip_provider_button: true,
      skip_jwt_bearer_tokens: true,
      upstreams: ['static://200'],
      ...(hiddenIssuer ? kubeflow : discovered),
      ...options.proxy,
    };
    writeFileSync(join(folder, 'proxy.toml'), toml(settings));
    const args = ['--config', join(folder, 'proxy.toml')];
    await startServer('oauth2-proxy', programs['oauth2-proxy'], args, `http://127.0.0.1:${proxyPort}/ping`);
    return { address, dexUrl: `${address}${path}`, folder, posts: () => posts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
