// The least program that does the same requests: no checks, no messages, nothing but the runtime's own fetch.

/** Encrypts with RSAES-PKCS1-v1_5 and returns base64. */
type Encrypt = (pem: string, text: string) => string | Promise<string>;

/** Logs in by the token or the cookie method and returns the credential. */
export async function login(args: string[], env: Record<string, string | undefined>, encrypt: Encrypt) {
  const { PLATFORM_ADDRESS: platform, MLFLOW_USERNAME: account, MLFLOW_PASSWORD: password = '' } = env;
  const tracking = `${platform}/clusters/${env.CLUSTER}/mlflow`;
  const api = `${platform}/dex/api/v1/authorize`;
  const [method, verify] = args;
  const json = (address: string, init?: RequestInit) => fetch(address, init).then((answer) => answer.json());

  const key = json(`${platform}/dex/pubkey`);
  let cookies = '';
  let query: string | undefined;
  const verifier = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  if (method === 'token') {
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    query = `${new URLSearchParams({
      client_id: env.DEX_CLIENT_ID ?? '',
      redirect_uri: `${platform}/oauth2/callback`,
      response_type: 'code',
      scope: 'openid email groups',
      state: 'state',
      code_challenge: Buffer.from(hash).toString('base64url'),
      code_challenge_method: 'S256',
    })}`;
  } else {
    const start = await fetch(`${tracking}/oauth2/start?rd=%2F`, { redirect: 'manual' });
    await start.arrayBuffer();
    cookies = cookiesOf(start);
    query = start.headers.get('location')?.split('?')[1];
  }
  const [{ req }, { ts, pubkey }] = await Promise.all([json(`${api}?${query}`), key]);
  const { redirect_url } = await json(`${api}/local?req=${encodeURIComponent(req)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, password: await encrypt(pubkey, JSON.stringify({ ts, password })) }),
  });
  const headers: Record<string, string> = { accept: 'application/json' };
  let credential: string;
  if (method === 'token') {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code: new URL(redirect_url).searchParams.get('code') ?? '',
      redirect_uri: `${platform}/oauth2/callback`,
      code_verifier: verifier,
      client_id: env.DEX_CLIENT_ID ?? '',
      client_secret: env.DEX_CLIENT_SECRET ?? '',
    });
    credential = (await json(`${platform}/dex/token`, { method: 'POST', body })).id_token;
    headers.authorization = `Bearer ${credential}`;
  } else {
    const end = await fetch(redirect_url, { redirect: 'manual', headers: { cookie: cookies } });
    await end.arrayBuffer();
    credential = cookiesOf(end);
    headers.cookie = credential;
  }
  if (verify) {
    const workspace = `${tracking}/api/3.0/mlflow/workspaces/${env.MLFLOW_WORKSPACE}`;
    await Promise.all([json(`${tracking}/oauth2/userinfo`, { headers }), json(workspace, { headers })]);
  }
  return credential;
}

function cookiesOf({ headers }: Response): string {
  const pairs = headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  return pairs.filter((pair) => !/^[^=]*=$/.test(pair)).join('; ');
}
