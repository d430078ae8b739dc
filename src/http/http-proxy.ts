// Which HTTP proxy leads to an address: by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as all actions read them.

import { UsageError } from '../errors/errors.js';
import { parseUrl } from '../util/url.js';
import { isLoopback } from './loopback.js';
import { isBypassed } from './no-proxy.js';

/** The variables that decide it. */
export const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'];

/** In addition, what names an HTTP proxy to Deno, though to no action. */
export const DENO_PROXY_VARIABLES = ['ALL_PROXY', 'all_proxy'];

/**
 * The address of the HTTP proxy, or '' for none: what counts as this machine is never reached through one.
 * @throws UsageError that names the variable where its value cannot be used; to go on without it would be silent
 */
export function proxyFor(address: string): string {
  const url = new URL(address);
  if (isLoopback(url.hostname)) return '';
  const names = url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const name = names.find((one) => process.env[one]);
  return name === undefined || isBypassed(url) ? '' : readProxy(name, process.env[name] ?? '');
}

/** `HOST:PORT` and `USER:PASSWORD@HOST:PORT`, which are common; a name alone could be anything. */
const WITHOUT_SCHEME = /^(?:[^\s/]*@)?[^\s/@]*[.:][^\s/@]+\/?$/;

/** The message contains nothing of the value: there may be a password in it. */
function readProxy(name: string, value: string): string {
  const address = WITHOUT_SCHEME.test(value.trim()) ? `http://${value.trim()}` : value;
  const url = /^\s*https?:\/\//i.test(address) ? parseUrl(address) : undefined;
  if (url && isDecodable(url.username) && isDecodable(url.password)) return url.href;
  throw new UsageError(
    `${name}: invalid address of an HTTP proxy: expected http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with user and password percent-encoded.`,
  );
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
