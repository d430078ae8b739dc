// The fake's oauth2-proxy: login start, callback with csrf and session cookies, userinfo, and the guard of what is behind it.

import { createHash, randomBytes } from 'node:crypto';
import { ciIssuer } from './ci.js';
import type { FakeDex } from './dex.js';
import type { Answer, Asked } from './platform.js';
import { issuerAt } from './provider.js';
import type { Switches } from './switches.js';

/** A whole Set-Cookie may have 4000 bytes; the session fills its chunks up to about that. */
const CHUNK = 3800;
const HTML = { 'content-type': 'text/html; charset=utf-8' };

export class FakeOauth2Proxy {
  readonly #switches: Switches;
  readonly #dex: FakeDex;
  /** PKCE verifiers by csrf cookie, owners by session cookie. */
  readonly #logins = new Map<string, { state: string; verifier: string; redirectUri: string }>();
  readonly #sessions = new Map<string, string>();

  constructor(switches: Switches, dex: FakeDex) {
    this.#switches = switches;
    this.#dex = dex;
  }

  /** `GET /oauth2/start` */
  start({ url }: Asked): Answer {
    const verifier = randomBytes(32).toString('base64url');
    const nonce = randomBytes(32).toString('base64url');
    const { authService, encodeState } = this.#switches;
    const state = authService ? nonce : encodeState ? Buffer.from(`${nonce}:/`).toString('base64url') : `${nonce}:/`;
    const { publicAddress, publicHost, dexHost, provider } = this.#switches;
    const redirectUri = `${publicAddress ?? atHost(url, publicHost)}/clusters/c1/mlflow/oauth2/callback`;
    const query = new URLSearchParams({
      approval_prompt: 'auto',
      client_id: this.#switches.proxyClientId,
      ...(this.#switches.proxyWithoutPkce || authService
        ? {}
        : { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' }),
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email profile groups',
      state,
    });
    // AuthService's state is the value of its cookie (state.go).
    const csrf = authService ? state : `csrf-${randomBytes(24).toString('base64')}|${Date.now()}|sig=`;
    this.#logins.set(csrf, { state, verifier, redirectUri });
    const perRequest = this.#switches.csrfPerRequest ? `_${nonce.slice(0, 8)}` : '';
    const name = authService ? 'oidc_state_csrf' : `${this.#switches.cookieName}${perRequest}_csrf`;
    const issuer = this.#switches.relativeLocation ? '/dex' : this.#dex.issuer(atHost(url, dexHost));
    const cookie = `${name}=${csrf}; Path=/; Max-Age=900; HttpOnly; Secure`;
    return {
      status: 302,
      body: '<a href="…">Found</a>.',
      headers: {
        location: `${provider ? `${issuerAt(atHost(url, dexHost))}/protocol/openid-connect` : issuer}/auth?${query}`,
        'set-cookie': [cookie],
      },
    };
  }

  /** `GET /oauth2/callback`: the checks of oauthproxy.go in their order, as far as a client can fail them. */
  callback(asked: Asked): Answer {
    const { searchParams } = asked.url;
    const csrf = [...cookiesIn(asked)].find(([name]) => name.endsWith('_csrf'));
    const login = csrf && this.#logins.get(csrf[1]);
    if (!csrf || !login) return errorPage(403, 'Login Failed: Unable to find a valid CSRF token. Please try again.');
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code: searchParams.get('code') ?? '',
      redirect_uri: login.redirectUri,
      code_verifier: login.verifier,
      client_id: this.#switches.clientId,
      client_secret: this.#switches.clientSecret,
    });
    const tokens = this.#dex.token({ ...asked, headers: {}, body: form.toString() });
    if (tokens.status !== 200)
      return errorPage(500, 'Oops! Something went wrong. For more information contact your server administrator.');
    this.#logins.delete(csrf[1]);
    if (login.state !== searchParams.get('state')) {
      return errorPage(403, 'Login Failed: Unable to find a valid CSRF token. Please try again.');
    }
    return {
      status: 302,
      body: '',
      headers: { location: '/', 'set-cookie': [...this.#deletions(csrf[0]), ...this.#session()] },
    };
  }

  #deletions(csrf: string): string[] {
    const gone = [csrf, ...(this.#switches.deletesStaleCookie ? [this.#switches.cookieName] : [])];
    return gone.map((name) => `${name}=; Path=/; Max-Age=0; HttpOnly; Secure`);
  }

  #session(): string[] {
    const { chunks, cookieLife, cookieName, username } = this.#switches;
    if (chunks === 0) return [];
    const start = `${randomBytes(30).toString('base64')}==|${Math.floor(Date.now() / 1000)}|`;
    const value =
      start +
      randomBytes(CHUNK * chunks)
        .toString('base64url')
        .slice(0, Math.max(43, CHUNK * chunks - start.length));
    this.#sessions.set(value, username);
    const names = chunks === 1 ? [cookieName] : Array.from({ length: chunks }, (_, index) => `${cookieName}_${index}`);
    const parts =
      chunks === 1 ? [value.slice(0, 200)] : names.map((_, index) => value.slice(index * CHUNK, (index + 1) * CHUNK));
    this.#sessions.set(parts.join(''), username);
    // Not in order, as nothing promises one.
    return names
      .map((name, index) => `${name}=${parts[index]}; Path=/; Max-Age=${cookieLife}; HttpOnly; Secure`)
      .reverse();
  }

  /** Who calls, by bearer token (pkg/middleware/jwt_session.go; the signature is not looked at) or by cookie. */
  caller(asked: Asked): string | undefined {
    return this.#bearer(asked) ?? this.#cookie(asked);
  }

  #bearer({ url, headers }: Asked): string | undefined {
    const [, token] = /^Bearer (ey[\w-]*\.ey[\w-]*\.[\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    if (!token || !this.#switches.skipJwtBearerTokens) return undefined;
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const good = [claims.aud].flat().includes(this.#switches.proxyClientId) && claims.exp * 1000 > Date.now();
    if (this.#switches.provider && claims.iss === issuerAt(url.origin))
      return good && claims.email_verified !== false ? (claims.email ?? claims.sub) : undefined;
    // `--extra-jwt-issuers`: the CI's own tokens, by their audience; the user is then the subject.
    if (good || !this.#switches.extraJwtIssuers)
      return good && claims.iss === this.#dex.issuer(url.origin) ? claims.email : undefined;
    return claims.iss === ciIssuer(url.origin) && claims.aud === 'mlflow' && claims.exp * 1000 > Date.now()
      ? claims.sub
      : undefined;
  }

  /** The single cookie wins over the chunks, which are read up to the first gap (pkg/sessions/cookie/session_store.go). */
  #cookie(asked: Asked): string | undefined {
    const { cookieName, forgetsSessions } = this.#switches;
    const cookies = cookiesIn(asked);
    let value = cookies.get(cookieName) ?? '';
    for (let index = 0; value.length === index * CHUNK && cookies.has(`${cookieName}_${index}`); index++) {
      value += cookies.get(`${cookieName}_${index}`);
    }
    return forgetsSessions ? undefined : this.#sessions.get(value);
  }

  /** The answer to a bearer token that it rejects, without a login to fall back to, at each path. */
  #forbidden({ headers }: Asked): Answer | undefined {
    const { skipJwtBearerTokens, bearerTokenLoginFallback } = this.#switches;
    if (!skipJwtBearerTokens || bearerTokenLoginFallback || !headers.authorization) return undefined;
    return { status: 403, body: 'Forbidden\n', headers: TEXT };
  }

  /** `GET /oauth2/userinfo` */
  userinfo(asked: Asked): Answer {
    const email = this.caller(asked);
    // It has no such page: MLflow answers, or the login begins.
    if (this.#switches.authService) return email ? { status: 404, body: { detail: 'Not Found' } } : this.start(asked);
    const refused = this.#forbidden(asked) ?? { status: 401, body: 'Unauthorized\n', headers: TEXT };
    return email
      ? {
          status: 200,
          body: { user: 'CgNjaRIFbG9jYWw', email: this.#switches.changesText(email), groups: ['one', 'two'] },
        }
      : refused;
  }

  /** What is asked of the server behind it (oauthproxy.go, Proxy). */
  guarded(asked: Asked, answer: () => Answer): Answer {
    if (this.#switches.openToAll || this.caller(asked)) return answer();
    const forbidden = this.#forbidden(asked);
    if (forbidden) return forbidden;
    if (/(^|,)\s*application\/json\s*(,|$)/.test(asked.headers.accept ?? '')) return { status: 401, body: {} };
    if (!this.#switches.providerButton) return this.start(asked);
    const form =
      '<form method="GET" action="/oauth2/start"><input type="hidden" name="rd" value="/"><button>Sign in with OpenID Connect</button></form>';
    return { status: 403, body: `<!DOCTYPE html><html><title>Sign In</title>${form}</html>`, headers: HTML };
  }
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/** The origin of an address, or the same at another host. */
function atHost({ protocol, port, origin }: URL, host: string | undefined): string {
  return host === undefined ? origin : `${protocol}//${host}:${port}`;
}

function cookiesIn({ headers }: Asked): Map<string, string> {
  const pairs = (headers.cookie ?? '').split('; ').filter(Boolean);
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** The error page (pkg/app/pagewriter/error.html). */
export function errorPage(status: number, message: string): Answer {
  const title = { 403: 'Forbidden', 500: 'Internal Server Error' }[status];
  const more = `<p class="card-header-title">More Info</p><div class="content">\n ${message}\n</div>`;
  const id = '<div class="content">Request ID: 3f2c1a90-1111-2222-3333-0123456789ab</div>';
  return {
    status,
    body: `<!DOCTYPE html><html><head><title>${status} ${title}</title></head><body>${more}${id}</body></html>`,
    headers: HTML,
  };
}
