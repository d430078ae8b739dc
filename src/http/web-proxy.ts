// Which web proxy leads to an address: by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as all actions read them.

import { checkBypass } from '@actions/http-client/lib/proxy';
import { UsageError } from '../errors/errors.js';
import { parseUrl } from '../util/url.js';
import { isLoopback } from './loopback.js';

/**
 * The address of the web proxy, or '' for none: what counts as this machine is never reached through one.
 * @throws UsageError that names the variable where its value cannot be used; to go on without it would be silent
 */
export function proxyFor(address: string): string {
  const url = new URL(address);
  if (isLoopback(url.hostname) || checkBypass(url)) return '';
  const names = url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const name = names.find((one) => process.env[one]);
  return name === undefined ? '' : readProxy(name, process.env[name] ?? '');
}

/** Nothing of the value is told: there may be a password in it. */
function readProxy(name: string, value: string): string {
  const url = /^\s*https?:\/\//i.test(value) ? parseUrl(value) : undefined;
  if (url && isDecodable(url.username) && isDecodable(url.password)) return url.href;
  throw new UsageError(
    `${name}: invalid address of a web proxy: expected http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with user and password percent-encoded.`,
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
