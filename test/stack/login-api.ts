// The vendor's JSON login API in front of a real Dex: it drives Dex's own login pages and answers in JSON.

import { decryptPkcs1, publicKeyPem } from '../support/fake/dex.js';

interface JsonAnswer {
  status: number;
  body: unknown;
}

/** Failed logins of an account after which the vendor asks for a captcha. */
const CAPTCHA_AFTER = 3;

/** @param dex address of Dex itself, with its path @param issuer as the world knows it */
export function loginApi(dex: string, issuer: string) {
  const failed = new Map<string, number>();
  const ask = (path: string, init: RequestInit = {}) => fetch(`${dex}${path}`, { redirect: 'manual', ...init });

  /** `GET /dex/api/v1/authorize?QUERY`: begins a login at the local connector, the query passed on byte for byte. */
  const authorize = async (query: string): Promise<JsonAnswer> => {
    // Upstream Dex cannot enforce PKCE; the vendor's does, in these words.
    if (!query.includes('code_challenge=') && !query.includes('response_type=id_token'))
      return problem(400, 'PKCE code_challenge is required for this client');
    const answer = await ask(`/auth/local?${query}`);
    const location = new URL(answer.headers.get('location') ?? '/', issuer);
    if (answer.status === 302 && location.pathname.endsWith('/auth/local/login')) {
      return { status: 200, body: { req: location.searchParams.get('state') } };
    }
    const error = location.searchParams.get('error');
    if (error) return problem(400, `${error}: ${location.searchParams.get('error_description')}`);
    return problem(answer.status, textOf(await answer.text()));
  };

  const pubkey = (): JsonAnswer => {
    const pem = publicKeyPem();
    const ts = String(Math.floor(Date.now() / 1000));
    return { status: 200, body: { ts, pubkey: pem, pubkey_encode: Buffer.from(pem).toString('base64') } };
  };

  /** `POST /dex/api/v1/authorize/local?req=REQ` */
  const login = async (req: string, body: string): Promise<JsonAnswer> => {
    const { account, password } = JSON.parse(body);
    const failures = failed.get(account) ?? 0;
    if (failures >= CAPTCHA_AFTER)
      return { status: 500, body: { reason: 'CaptchaError', message: 'captcha required' } };
    const { password: plain } = JSON.parse(decryptPkcs1(Buffer.from(password, 'base64')));
    const form = (values: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(values) });
    let path = `/auth/local/login?back=&state=${encodeURIComponent(req)}`;
    let answer = await ask(path, form({ login: account, password: plain }));
    for (let hops = 0; hops < 10; hops++) {
      if (answer.status === 401) failed.set(account, failures + 1);
      if (answer.status === 401) return problem(500, 'Internal error occurred: failed to authenticate');
      const location = new URL(answer.headers.get('location') ?? '', `${issuer}${path}`);
      if (answer.status < 300 || answer.status > 399) return problem(answer.status, textOf(await answer.text()));
      if (!location.href.startsWith(`${issuer}/`))
        return { status: 200, body: { redirect_url: location.href, session_state: '' } };
      path = location.href.slice(issuer.length);
      const approval = location.pathname.endsWith('/approval');
      answer = await ask(path, approval ? form({ req, approval: 'approve' }) : {});
    }
    return problem(500, 'too many redirects');
  };

  return { authorize, pubkey, login };
}

function problem(code: number, message: string): JsonAnswer {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'InternalError', message, code },
  };
}

/** The sentence on one of Dex's error pages. */
function textOf(page: string): string {
  return /<p>\s*([^<]+?)\s*<\/p>/.exec(page)?.[1] ?? 'unknown error';
}
