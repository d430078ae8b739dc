// What counts as this machine, to which plain http may go: it is reached directly, by no HTTP proxy and no name server.

import { isIP, type LookupFunction } from 'node:net';

/** IPv4 loopback addresses within IPv6 (RFC 4291, 2.5.5.2), as URL writes them. */
const MAPPED = /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/;

/**
 * Whether a host is this machine itself: localhost and its subdomains (RFC 6761, 6.3), 127.0.0.0/8 and ::1. Not 0.0.0.0
 * and ::, which lead to other places on other systems.
 * @param host in the form that URL gives it
 */
export function isLoopback(host: string): boolean {
  return isLoopbackName(host) || host === '[::1]' || MAPPED.test(host) || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether it is a name that leads to this machine by definition. */
export const isLoopbackName = (host: string): boolean => /^(.+\.)?localhost\.?$/i.test(host);

/** Options for a socket to a host: the names of this machine are not looked up, since whoever answers could be anyone. */
export function lookupFor(host: string): { lookup?: LookupFunction } {
  return isLoopbackName(host) ? { lookup: lookUpLoopback } : {};
}

const lookUpLoopback: LookupFunction = (_host, { all, family }, done) => {
  const both = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  if (all) done(null, both);
  else if (family === 6) done(null, '::1', 6);
  else done(null, '127.0.0.1', 4);
};
