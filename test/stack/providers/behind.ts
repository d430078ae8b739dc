// oauth2-proxies of one OpenID provider in front of one MLflow, which has the workspace team-a, on plain http of loopback.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfig } from '../kubernetes.js';
import { freePorts, logOf, startServer, stopAll } from '../processes.js';
import { CLIENT_SECRET, type ProxySettings, startMlflow, toml } from '../stack.js';
import { type Tools, tools } from '../tools.js';

/** The client of the proxies at each provider; its secret is CLIENT_SECRET. */
export const PROXY_CLIENT = 'mlflow';

/** A provider that runs. */
export interface Provider {
  issuer: string;
  tokenEndpoint: string;
  close: () => Promise<void>;
}

/** What stands behind a provider. */
export interface Behind {
  /** Tracking URI of the proxy of that name. */
  proxy: (name: string) => string;
  /** What the proxy of that name has logged. */
  log: (name: string) => string;
  folder: string;
  tools: Tools;
  stop: () => Promise<void>;
}

/**
 * Starts them; what was started, the provider too, is ended when something fails, and by `stop`.
 * @param proxies what is special about each proxy
 * @param kubernetes the API that MLflow asks for rights, by kubernetes-auth, and the variables of that
 */
export async function startBehind(
  provider: Provider,
  proxies: Record<string, ProxySettings>,
  kubernetes?: { address: string; env: Record<string, string> },
): Promise<Behind> {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-provider-'));
  const stop = async () => {
    await stopAll();
    await provider.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const programs = await tools();
    const [mlflowPort = 0, ...ports] = await freePorts(1 + Object.keys(proxies).length);
    const addresses = new Map<string, string>();
    const starting = Object.entries(proxies).map(([name, special], index) => {
      const host = `127.0.0.1:${ports[index]}`;
      addresses.set(name, `http://${host}`);
      const config = join(folder, `${name}.toml`);
      writeFileSync(config, toml({ ...settings(provider.issuer, host, mlflowPort), ...special }));
      return startServer(logName(name), programs['oauth2-proxy'], ['--config', config], `http://${host}/ping`);
    });
    const config = join(folder, 'kubeconfig.json');
    writeFileSync(config, kubeconfig(kubernetes?.address ?? ''));
    const options = { defaultWorkspace: !kubernetes };
    await Promise.all([startMlflow(programs, folder, mlflowPort, config, options, kubernetes?.env), ...starting]);
    const proxy = (name: string) => addresses.get(name) ?? '';
    return { proxy, log: (name) => logOf(logName(name)), folder, tools: programs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const logName = (name: string) => `oauth2-proxy ${name}`;

/** The settings of a proxy that an administrator of any provider makes, and `skip_jwt_bearer_tokens`. */
function settings(issuer: string, host: string, mlflowPort: number): ProxySettings {
  return {
    http_address: host,
    provider: 'oidc',
    oidc_issuer_url: issuer,
    client_id: PROXY_CLIENT,
    client_secret: CLIENT_SECRET,
    redirect_url: `http://${host}/oauth2/callback`,
    scope: 'openid email profile',
    code_challenge_method: 'S256',
    email_domains: ['*'],
    cookie_secret: '0123456789abcdef0123456789abcdef',
    cookie_secure: false,
    skip_provider_button: true,
    skip_jwt_bearer_tokens: true,
    pass_authorization_header: true,
    upstreams: [`http://127.0.0.1:${mlflowPort}/`],
  };
}
