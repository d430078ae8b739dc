// The ideal for Node and for Deno: the runtime's own RSA, and its own fetch.

import { constants, publicEncrypt } from 'node:crypto';
import { login } from './ideal.js';

const encrypt = (key: string, text: string) =>
  publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text)).toString('base64');

process.stdout.write(await login(process.argv.slice(2), process.env, encrypt));
