// Loaded into Node before the program: one more name is this machine's, until a file says that names fail or hang.

import dns from 'node:dns';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const usual = dns.lookup as (...given: unknown[]) => void;

/** The arguments vary; the host comes first and the callback last. */
function lookup(...given: unknown[]): void {
  const file = process.env.FAULT_FILE ?? '';
  if (!existsSync(file)) {
    const [host, ...rest] = given;
    usual(host === process.env.FAULT_HOST ? '127.0.0.1' : host, ...rest);
    return;
  }
  writeFileSync(`${file}.struck`, '');
  if (readFileSync(file, 'utf8') === 'hang') return;
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${given[0]}`), { code: 'ENOTFOUND' });
  setImmediate(given.at(-1) as (error: Error) => void, error);
}

Object.assign(dns, { lookup });
