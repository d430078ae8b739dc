// The least program that does the same requests: no checks, no messages, nothing but the runtime's own fetch and RSA.

import { constants, publicEncrypt } from 'node:crypto';

/** Logs in by the token method and returns the ID token. */
async function login(env: Record<string, string | undefined>): Promise<string> {
  const { PLATFORM_ADDRESS: platform, MLFLOW_USERNAME: account, MLFLOW_PASSWORD: password = '' } = env;
  const api = `${platform}/dex/api/v1/authorize`;
  const json = (address: string, init?: RequestInit) => fetch(address, init).then((answer) => answer.json());

  const key = json(`${platform}/dex/pubkey`);
  const verifier = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    client_id: env.DEX_CLIENT_ID ?? '',
    redirect_uri: `${platform}/oauth2/callback`,
    response_type: 'code',
    scope: 'openid email groups',
    state: 'state',
    code_challenge: Buffer.from(hash).toString('base64url'),
    code_challenge_method: 'S256',
  });
  const [{ req }, { ts, pubkey }] = await Promise.all([json(`${api}?${query}`), key]);
  const text = Buffer.from(JSON.stringify({ ts, password }));
  const encrypted = publicEncrypt({ key: pubkey, padding: constants.RSA_PKCS1_PADDING }, text).toString('base64');
  const { redirect_url } = await json(`${api}/local?req=${encodeURIComponent(req)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, password: encrypted }),
  });
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: new URL(redirect_url).searchParams.get('code') ?? '',
    redirect_uri: `${platform}/oauth2/callback`,
    code_verifier: verifier,
    client_id: env.DEX_CLIENT_ID ?? '',
    client_secret: env.DEX_CLIENT_SECRET ?? '',
  });
  return (await json(`${platform}/dex/token`, { method: 'POST', body })).id_token;
}

process.stdout.write(await login(process.env));
