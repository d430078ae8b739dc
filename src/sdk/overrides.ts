// Finds what would keep the MLflow SDK from using the credential that it is given (mlflow/utils/credentials.py, rest_utils.py).

import { join } from 'node:path';
import { isLoopback } from '../http/loopback.js';
import type { Settings } from '../settings/types.js';
import type { Env } from '../util/env.js';

/** What the SDK is to reach, and with what. */
type Target = Pick<Settings, 'trackingUri' | 'insecureTls' | 'ca'> & Partial<Pick<Settings, 'method'>>;

/**
 * Says in a sentence each what else the SDK would listen to.
 * @param readFile of a text file; may throw
 * @param withProvider whether the Python provider is handed over, which wins over all but SigV4
 */
export function overridesOf(
  env: Env,
  { trackingUri, insecureTls, ca, method = 'token' }: Target,
  readFile: (path: string) => string,
  withProvider: boolean,
): string[] {
  const home = env.HOME ?? env.USERPROFILE ?? '';
  const read = (path: string) => {
    try {
      return path ? readFile(path) : '';
    } catch {
      return '';
    }
  };
  const found: string[] = [];
  const basic = method === 'basic';
  const elsewhere = withProvider ? 'where the Python provider is not used (python -I, other SDKs)' : 'always';
  // Username and password of the environment win over those of the file.
  const credentials = basic ? '' : read(home && join(home, '.mlflow', 'credentials'));
  const file = /mlflow_tracking_username/.test(credentials) && /mlflow_tracking_password/.test(credentials);
  if ((!basic && env.MLFLOW_TRACKING_USERNAME && env.MLFLOW_TRACKING_PASSWORD) || file) {
    const where = file ? '~/.mlflow/credentials' : 'MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD';
    found.push(`${where} hold a login that the SDK sends instead of this credential, ${elsewhere}: remove it`);
  }
  const { hostname } = new URL(trackingUri);
  const netrc = [env.NETRC, home && join(home, '.netrc'), home && join(home, '_netrc')].map((path) => read(path ?? ''));
  const words = netrc.join('\n').split(/\s+/);
  if (words.some((word, index) => word === 'default' || (word === 'machine' && words[index + 1] === hostname))) {
    found.push(
      `~/.netrc has a login for ${hostname}, which overwrites ${basic ? 'username and password' : 'a token'}, ${elsewhere}: remove it`,
    );
  }
  if (/^(true|1)$/i.test(env.MLFLOW_TRACKING_AWS_SIGV4 ?? '')) {
    found.push(
      'MLFLOW_TRACKING_AWS_SIGV4 makes the SDK sign requests for AWS instead of sending this credential: unset it',
    );
  }
  if (env.MLFLOW_TRACKING_SERVER_CERT_PATH === '' && !ca)
    found.push('MLFLOW_TRACKING_SERVER_CERT_PATH is set and empty, so the SDK does not verify certificates: unset it');
  if (env.MLFLOW_TRACKING_INSECURE_TLS === '' && !insecureTls)
    found.push('MLFLOW_TRACKING_INSECURE_TLS is set and empty, so the SDK fails: unset it, or set it to false');
  if (env.MLFLOW_TRACKING_SERVER_CERT_PATH && insecureTls) {
    found.push(
      'MLFLOW_TRACKING_SERVER_CERT_PATH is set in addition to insecure-tls, but the SDK accepts only one of them: unset it',
    );
  }
  const auth = env.MLFLOW_TRACKING_AUTH;
  if (auth && (basic || auth !== 'mlflow-auth')) {
    found.push(
      withProvider
        ? `MLFLOW_TRACKING_AUTH was ${auth} and is replaced`
        : `MLFLOW_TRACKING_AUTH is ${auth}, whose provider may overwrite this credential: unset it`,
    );
  }
  const proxy = proxyOnTheWay(env, trackingUri);
  if (proxy) {
    found.push(
      `${proxy} makes the SDK send requests for ${hostname}, including the credential, unencrypted to that HTTP proxy: add ${hostname} to NO_PROXY`,
    );
  }
  return found;
}

/**
 * The variable of the HTTP proxy through which Python's requests reaches plain http at this machine: it makes no exception
 * for it, where this program does.
 */
function proxyOnTheWay(env: Env, trackingUri: string): string | undefined {
  const { protocol, hostname } = new URL(trackingUri);
  if (protocol !== 'http:' || !isLoopback(hostname)) return undefined;
  const entries = (env.no_proxy ?? env.NO_PROXY ?? '').split(',').map((one) => one.trim().replace(/^\./, ''));
  const excepted = entries.some((one) => one === '*' || hostname === one || (one && hostname.endsWith(`.${one}`)));
  const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];
  return excepted ? undefined : names.find((name) => env[name]);
}
