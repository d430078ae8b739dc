// Which hosts NO_PROXY leaves out: as all actions read it, and in addition "*." suffixes and ranges of addresses (CIDR).

import { BlockList, isIP } from 'node:net';
import { checkBypass } from '@actions/http-client/lib/proxy';
import { UsageError } from '../errors/errors.js';

/**
 * Whether NO_PROXY names the host of an address. A range has only hosts that are given as an IP address: names are not
 * looked up for it.
 * @throws UsageError that names the variable where a range in it is invalid
 */
export function isBypassed(url: URL): boolean {
  if (checkBypass(url)) return true;
  const name = ['no_proxy', 'NO_PROXY'].find((one) => process.env[one]);
  const entries = (process.env[name ?? ''] ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const inRange = rangesOf(entries, name ?? '');
  return (isIP(host) > 0 && inRange.check(host, family(host))) || entries.some((entry) => isUnder(entry, url));
}

/** Whether the host is under the domain of an entry such as `*.example.com` or `*.example.com:8443`. */
function isUnder(entry: string, { protocol, hostname, port }: URL): boolean {
  if (!entry.startsWith('*.')) return false;
  const suffix = entry.slice(1);
  return hostname.endsWith(suffix) || `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`.endsWith(suffix);
}

/** The entries that are IP addresses, in whichever spelling, and ranges of them. */
function rangesOf(entries: readonly string[], name: string): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [, address = '', , prefix] = /^\[?([^[\]/]+)\]?(\/(.*))?$/.exec(entry) ?? [];
    if (!isIP(address)) continue;
    const bits = isIP(address) === 6 ? 128 : 32;
    if (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
      throw new UsageError(`${name}: invalid range ${entry}: expected ADDRESS/BITS, as in 10.0.0.0/8.`);
    list.addSubnet(address, prefix === undefined ? bits : Number(prefix), family(address));
  }
  return list;
}

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
