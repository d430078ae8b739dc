// Reads the addresses and times that the flags of the command proxy name.

import { UsageError } from '../errors/errors.js';
import { isLoopback } from '../http/loopback.js';
import type { Address } from '../proxy/server.js';

/** Any free port of this machine alone. */
const DEFAULT: Address = { host: '127.0.0.1', port: 0 };

/** @throws UsageError for an invalid address, or one that other machines reach without --allow-remote */
export function listenAddress(given: string | undefined, allowRemote: boolean): Address {
  const address = given === undefined ? DEFAULT : parseAddress('listen', given);
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  if (!isLoopback(host) && !allowRemote)
    throw new UsageError(`--listen ${given}: other machines reach this address. Add --allow-remote to allow that.`);
  return address;
}

/** `HOST:PORT`, with an IPv6 address in brackets. @throws UsageError that names the flag */
export function parseAddress(flag: string, given: string): Address {
  const [, bracketed, plain, digits = ''] = /^(?:\[([\da-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(given) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(digits) > 65_535)
    throw new UsageError(`invalid --${flag} ${given}: expected HOST:PORT, as in 127.0.0.1:5000.`);
  return { host, port: Number(digits) };
}

/** @returns seconds; undefined where no limit is given @throws UsageError */
export function lifeLimit(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(given))
    throw new UsageError(`invalid --max-life ${given}: expected seconds from 1 to 9999999.`);
  return Number(given);
}
