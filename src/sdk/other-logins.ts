// Which variables hold a credential of which method, so that a command gets none of a login that is not its own.

import { delimiter } from 'node:path';
import type { Method } from '../settings/types.js';
import type { Env } from '../util/env.js';
import { isOurs } from './variables.js';

/**
 * What a login exports, and for which methods. The SDK, or the auth provider in it, would use those of another method in place
 * of the credential: username and password before a token, a provider before both.
 */
const OF_METHODS: Readonly<Record<string, readonly Method[]>> = {
  MLFLOW_TRACKING_TOKEN: ['token'],
  MLFLOW_PROXY_COOKIE: ['cookie'],
  MLFLOW_TRACKING_USERNAME: ['basic'],
  MLFLOW_TRACKING_PASSWORD: ['basic'],
  MLFLOW_TRACKING_AUTH: ['token', 'cookie'],
  MLFLOW_AUTH_CREDENTIAL_FILE: ['token', 'cookie'],
  MLFLOW_AUTH_DIR: ['token', 'cookie'],
};

/** Names of all of them. */
export const LOGIN_VARIABLES: readonly string[] = Object.keys(OF_METHODS);

/** Headers of OTLP exporters, in which `env --otlp` puts a credential. */
const OTLP_HEADERS = /^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$/;
/** The credential in such a variable, by its method. */
const IN_HEADERS: Readonly<Record<Method, RegExp>> = {
  token: /(^|,)\s*authorization\s*=\s*(?!Basic\b)/i,
  basic: /(^|,)\s*authorization\s*=\s*Basic\b/i,
  cookie: /(^|,)\s*cookie\s*=/i,
};

/** Whether it holds headers of OTLP exporters with a credential of one of these methods. */
export const holdsHeaders = (name: string, value: string | undefined, methods: readonly Method[]): boolean =>
  OTLP_HEADERS.test(name) && methods.some((method) => IN_HEADERS[method].test(value ?? ''));

/** PYTHONPATH without the auth provider of an earlier login; undefined where nothing is left. */
export function withoutProvider(pythonPath: string | undefined): string | undefined {
  const others = (pythonPath ?? '').split(delimiter).filter((path) => !isOurs(path));
  return others.join('') ? others.join(delimiter) : undefined;
}

const METHODS: readonly Method[] = ['token', 'cookie', 'basic'];

/**
 * The environment for a credential of this method: without what logins of other methods exported, or somebody set by hand.
 * @returns with the names of what is gone
 */
export function withoutOtherLogins(env: Env, method: Method): { env: Env; removed: string[] } {
  const others = METHODS.filter((one) => one !== method);
  const removed = Object.entries(env)
    .filter(([name, value]) => OF_METHODS[name]?.includes(method) === false || holdsHeaders(name, value, others))
    .map(([name]) => name);
  const kept: Env = Object.fromEntries(Object.entries(env).filter(([name]) => !removed.includes(name)));
  const python = method === 'basic' ? withoutProvider(kept.PYTHONPATH) : kept.PYTHONPATH;
  if (python !== kept.PYTHONPATH) removed.push('PYTHONPATH (the auth provider)');
  const { PYTHONPATH: _, ...rest } = kept;
  return { env: python ? { ...rest, PYTHONPATH: python } : rest, removed };
}
