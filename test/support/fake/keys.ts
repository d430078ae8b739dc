// The RSA keys of the fake platform: made anew for each run of the tests, since making one takes longer than a login.

import { createPrivateKey, generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** Private keys by use and size. scripts/test.ts makes the usual ones for all the processes that it starts. */
const kept = new Map<string, KeyObject>(
  Object.entries<string>(JSON.parse(process.env.TEST_KEYS ?? '{}')).map(([name, pem]) => [name, createPrivateKey(pem)]),
);

export type Use = 'authority' | 'server' | 'login' | 'sign';
const USES: Use[] = ['authority', 'server', 'login', 'sign'];

/** The private key for a use, the same each time. */
export function keyFor(use: Use, bits = 2048): KeyObject {
  const name = `${use} ${bits}`;
  const key = kept.get(name) ?? generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
  kept.set(name, key);
  return key;
}

/** Makes a key ahead, while this process does other things: a large one takes so long that a client would give up. */
export async function makeReady(use: Use, bits: number): Promise<void> {
  const name = `${use} ${bits}`;
  if (kept.has(name)) return;
  const { privateKey } = await generate('rsa', { modulusLength: bits });
  if (!kept.has(name)) kept.set(name, privateKey);
}

/** The usual keys, as other processes read them from TEST_KEYS. */
export async function usualKeys(): Promise<string> {
  await Promise.all(USES.map((use) => makeReady(use, 2048)));
  const pem = (use: Use) => keyFor(use).export({ type: 'pkcs8', format: 'pem' });
  return JSON.stringify(Object.fromEntries(USES.map((use) => [`${use} 2048`, pem(use)])));
}
