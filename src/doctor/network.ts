// The way to one server, layer by layer below HTTP: name, connection, certificate, or the HTTP proxy in between.

import type { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import * as tls from 'node:tls';
import { AuthError, errorMessage } from '../errors/errors.js';
import type { Broken } from '../errors/failure.js';
import { shortName, trustHint } from '../http/certificate-facts.js';
import { lookupFor } from '../http/loopback.js';
import { chainOf, noteShown, shownIn } from '../http/shown-certificate.js';
import { strictFlawsOf } from '../http/strict-certificates.js';
import { trustedRoots } from '../http/trust.js';
import { socketAddress } from '../util/url.js';
import type { Report } from './report.js';

const TIMEOUT_MS = 10_000;

const late = () => Object.assign(new Error(`no response within ${TIMEOUT_MS} ms`), { code: 'ETIMEDOUT' });

const brokenBy = (error: unknown): Broken => ({ text: errorMessage(error) });

/** The server to check, and how it is reached. */
export interface NetworkCheck {
  url: URL;
  /** PEM text of the private CA, trusted in addition to the runtime's own roots. */
  ca: string | undefined;
  insecure: boolean;
  /** The HTTP proxy for the address, or ''. */
  proxy: string;
}

/** Checks name, connection and certificate of one server. @returns whether HTTP can be tried */
export async function checkNetwork(report: Report, { url, ca, insecure, proxy }: NetworkCheck): Promise<boolean> {
  if (proxy) {
    report.add({ layer: 'HTTP proxy', ok: undefined, text: `${url.host} is reached through ${new URL(proxy).host}` });
    return true;
  }
  const { host, port, servername } = socketAddress(url);
  const failed = (what: string) => (error: unknown) => {
    throw new AuthError(
      { request: 'network', tried: { what, address: url.host }, broken: brokenBy(error) },
      { cause: error },
    );
  };
  const addresses = await report.check('network', async () => {
    const ofThisMachine = lookupFor(host).lookup && [{ address: 'this machine itself' }];
    const found = ofThisMachine ?? (await lookup(host, { all: true }).catch(failed('look up')));
    return [`${host} is ${found.map(({ address }) => address).join(', ')}`, found];
  });
  if (!addresses) return false;
  const connected = await report.check('network', async () => {
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host, port, timeout: TIMEOUT_MS, ...lookupFor(host) }, () => {
        socket.destroy();
        resolve();
      });
      socket.on('error', reject).on('timeout', () => socket.destroy(late()));
    }).catch(failed('connect to'));
    return [`port ${port} of ${host} is open`, true];
  });
  if (!connected || url.protocol !== 'https:') return connected === true;
  let strict: string[] = [];
  const secured = await report.check('TLS', async () => {
    const options: tls.ConnectionOptions = { host, port, servername, ...lookupFor(host) };
    const trusted = { ...options, ...(ca ? { ca: trustedRoots(ca) } : {}), rejectUnauthorized: !insecure };
    try {
      const [text, chain] = await handshake(trusted, (socket): [string, X509Certificate[]] => [
        describe(socket),
        chainOf(socket),
      ]);
      strict = strictTexts(chain);
      return [text, true];
    } catch (error) {
      noteShown(error, await handshake({ ...options, rejectUnauthorized: false }, chainOf).catch(() => []));
      const broken = { ...brokenBy(error), shown: shownIn(error) };
      const save = `To save what it sends: openssl s_client -showcerts -connect ${host}:${port} </dev/null`;
      const hint = [trustHint(broken, ca), `${save}.`].filter(Boolean).join(' ');
      throw new AuthError(
        { request: 'network', tried: { what: 'TLS with', address: url.host }, broken, hint },
        { cause: error },
      );
    }
  });
  for (const text of strict) report.add({ layer: 'TLS', ok: undefined, text });
  return secured === true;
}

/** Opens a TLS connection, reads something off it and closes it. */
function handshake<T>(options: tls.ConnectionOptions, read: (socket: tls.TLSSocket) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ ...options, timeout: TIMEOUT_MS }, () => {
      try {
        resolve(read(socket));
      } catch (error) {
        reject(error);
      } finally {
        socket.destroy();
      }
    });
    socket.on('error', reject).on('timeout', () => socket.destroy(late()));
  });
}

function describe(socket: tls.TLSSocket): string {
  const certificate = socket.getPeerCertificate();
  const until = certificate?.valid_to ? `, certificate valid until ${certificate.valid_to}` : '';
  return `${socket.getProtocol() ?? 'TLS'}${until}${socket.authorized ? '' : ', not checked (insecure-tls)'}`;
}

/** What Python 3.13 and later refuse in a chain that is trusted otherwise. */
function strictTexts(chain: readonly X509Certificate[]): string[] {
  return chain.flatMap((certificate, index) => {
    const flaws = strictFlawsOf(certificate, index < chain.length - 1);
    const name = shortName(certificate.subject);
    return flaws.length > 0
      ? [`the certificate of "${name}" has no ${flaws.join(', ')}: Python 3.13 and later refuse it`]
      : [];
  });
}
