// The way to one server, layer by layer below HTTP: name, connection, certificate, or the web proxy in between.

import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import * as tls from 'node:tls';
import { AuthError, errorMessage } from '../errors/errors.js';
import type { Broken } from '../errors/failure.js';
import { lookupFor } from '../http/loopback.js';
import { socketAddress } from '../util/url.js';
import type { Report } from './report.js';

const TIMEOUT_MS = 10_000;

const late = () => Object.assign(new Error(`no response within ${TIMEOUT_MS} ms`), { code: 'ETIMEDOUT' });

const brokenBy = (error: unknown): Broken => ({ text: errorMessage(error) });

/** The server to check, and how it is reached. */
export interface NetworkCheck {
  url: URL;
  /** PEM texts of all trusted roots; undefined for the runtime's own. */
  ca: string[] | undefined;
  insecure: boolean;
  /** The web proxy for the address, or ''. */
  proxy: string;
}

/** Checks name, connection and certificate of one server. @returns whether HTTP can be tried */
export async function checkNetwork(report: Report, { url, ca, insecure, proxy }: NetworkCheck): Promise<boolean> {
  if (proxy) {
    report.add({ layer: 'web proxy', ok: undefined, text: `${url.host} is reached through ${new URL(proxy).host}` });
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
  const secured = await report.check('TLS', async () => {
    const options: tls.ConnectionOptions = { host, port, servername, ...lookupFor(host) };
    const trusted = { ...options, ...(ca ? { ca } : {}), rejectUnauthorized: !insecure };
    try {
      return [await handshake(trusted, describe), true];
    } catch (error) {
      const chain = await handshake({ ...options, rejectUnauthorized: false }, issuers).catch(() => '');
      const save = `To save what it sends: openssl s_client -showcerts -connect ${host}:${port} </dev/null`;
      const hint = chain ? `Its chain ends at "${chain}". ${save}.` : `${save}.`;
      throw new AuthError(
        { request: 'network', tried: { what: 'TLS with', address: url.host }, broken: brokenBy(error), hint },
        { cause: error },
      );
    }
  });
  return secured === true;
}

/** Opens a TLS connection, reads something off it and closes it. */
function handshake(options: tls.ConnectionOptions, read: (socket: tls.TLSSocket) => string): Promise<string> {
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

/** The name of the CA at the end of the chain that was sent. */
function issuers(socket: tls.TLSSocket): string {
  let certificate = socket.getPeerCertificate(true);
  for (let hops = 0; hops < 10; hops++) {
    const next = certificate.issuerCertificate;
    if (!next || next === certificate || next.fingerprint256 === certificate.fingerprint256) break;
    certificate = next;
  }
  const { CN, O } = certificate.issuer ?? {};
  return String(CN ?? O ?? '');
}
