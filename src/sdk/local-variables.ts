// What is exported where a proxy on this machine holds the credential: its address and token, and nothing of the login.

import { withoutSecrets } from '../settings/secret-variables.js';
import type { Env } from '../util/env.js';
import { holdsHeaders, LOGIN_VARIABLES, withoutProvider } from './other-logins.js';
import type { Variable } from './variables.js';

/** A proxy on this machine. */
export interface LocalServer {
  uri: string;
  token: string;
}

/** Hosts that no HTTP proxy may get requests for: the SDK makes no exception for this machine by itself. */
const LOCAL_HOSTS = ['127.0.0.1', 'localhost'];

/** The variables for the SDK. NO_PROXY and no_proxy keep what they hold: some programs read the one, some the other. */
export function localVariables({ uri, token }: LocalServer, workspace: string | undefined, env: Env): Variable[] {
  const hosts = [...new Set([new URL(uri).hostname, ...LOCAL_HOSTS])];
  const exempt = (value: string) => {
    const entries = value.split(',').map((one) => one.trim());
    // Beside other entries it has no meaning for Python and curl.
    if (value.trim() === '*') return '*';
    return [...entries.filter(Boolean), ...hosts.filter((host) => !entries.includes(host))].join(',');
  };
  // Where only one of them is set, it counts for all.
  const [upper, lower] = [env.NO_PROXY || env.no_proxy || '', env.no_proxy || env.NO_PROXY || ''];
  const list = {
    MLFLOW_TRACKING_URI: uri,
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_WORKSPACE: workspace ?? '',
    NO_PROXY: exempt(upper),
    no_proxy: exempt(lower),
  };
  return Object.entries(list).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

/** Of any login, or what the SDK would use in place of the local token. */
const NOT_FOR_THE_COMMAND = [
  ...LOGIN_VARIABLES,
  ...['MLFLOW_TRACKING_AWS_SIGV4', 'MLFLOW_TRACKING_SERVER_CERT_PATH', 'MLFLOW_TRACKING_CLIENT_CERT_PATH'],
  'MLFLOW_TRACKING_INSECURE_TLS',
];

/** The environment of a command that is to use the proxy: without secrets of a login, this one's or an earlier one's. */
export function environmentFor(env: Env, variables: readonly Variable[]): NodeJS.ProcessEnv {
  const { PYTHONPATH, ...others } = withoutSecrets(env, NOT_FOR_THE_COMMAND);
  const python = withoutProvider(PYTHONPATH);
  const kept = Object.entries(others).filter(
    ([name, value]) => !holdsHeaders(name, value, ['token', 'cookie', 'basic']),
  );
  return {
    ...Object.fromEntries(kept),
    ...(python ? { PYTHONPATH: python } : {}),
    ...Object.fromEntries(variables.map(({ name, value }) => [name, value])),
  };
}
