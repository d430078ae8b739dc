// Addresses as servers and users write them, and where they lead.

import { isIP } from 'node:net';

/**
 * The address, or undefined when the text is none.
 * Not by URL.canParse: once optimised, Node 20 reads Latin-1 in it as UTF-8, and calls good what URL then refuses.
 */
export function parseUrl(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** What a socket needs to know of an address: an IPv6 host has no brackets there, and an IP no server name (RFC 6066, 3). */
export function socketAddress({ protocol, hostname, port }: Pick<URL, 'protocol' | 'hostname' | 'port'>) {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(port) || (protocol === 'https:' ? 443 : 80), servername: isIP(host) ? '' : host };
}
