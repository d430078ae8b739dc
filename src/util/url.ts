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

/** What stands in front of the last "@" may be a user and a password, even where the text is no good address. */
const LOGIN = /^([a-z][a-z\d+.-]*:\/\/)?([\s\S]*)(?:@|%40)/i;

/** Whether it has such a login: an "@" that is not only that of an e-mail address. */
function loginIn(text: string): [scheme: string, login: string, whole: string] | undefined {
  const [whole, scheme = '', login = ''] = LOGIN.exec(text) ?? [];
  return whole !== undefined && (scheme || /[:/?#]/.test(login)) ? [scheme, login, whole] : undefined;
}

/** The address as it may be shown: without its user and password, and without its query, which may hold a key. */
export function withoutLogin(text: string): string {
  const [scheme, , whole] = loginIn(text) ?? [];
  const shown =
    whole === undefined ? text : `${scheme}***@${text.slice(whole.length).replace(/[?#&=;][\s\S]*/, '?***')}`;
  const authority = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(text)?.[1];
  if (authority === undefined) return shown;
  // Where a port is no number, the "@" and the host may have been forgotten.
  if (whole === undefined && /^[^[]*:\D/.test(authority))
    return `${text.slice(0, text.indexOf(':', text.indexOf('//')))}:***`;
  if (whole === undefined && authority.startsWith('[') && !/^\[[\da-f:.]*\](:\d*)?$/i.test(authority))
    return `${text.slice(0, text.indexOf('//'))}//***`;
  return shown.replace(/[?#][\s\S]*/, '?***');
}

/** The password in an address, as it is written and as it is meant; none where there is none. */
export function passwordsIn(text: string): string[] {
  const password = /:([\s\S]*)/.exec(loginIn(text)?.[1] ?? '')?.[1];
  if (!password) return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
