// The fake's Dex with the vendor's JSON login API: authorize, public key, login, token, as facts of real ones have it.

import { constants, createHash, createPublicKey, privateDecrypt } from 'node:crypto';
import { DEVICE_GRANT, FakeDevice } from './device.js';
import { signJwt } from './jwt.js';
import { keyFor } from './keys.js';
import type { Answer, Asked } from './platform.js';
import type { Switches } from './switches.js';
import { exchange, GRANT } from './token-exchange.js';

/** The redirect URI of the device flow (server/deviceflowhandlers.go). */
const DEVICE_CALLBACK = '/device/callback';

/** One login that was begun, and later its code. */
interface Pending {
  query: URLSearchParams;
  used: boolean;
}

export class FakeDex {
  readonly #switches: Switches;
  readonly #logins = new Map<string, Pending>();
  readonly #codes = new Map<string, Pending>();
  readonly #stamps = new Set<string>();
  #refreshToken: string | undefined;
  #formerRefreshToken: string | undefined;
  /** Claims of the last login's tokens that differ by its client; a refresh keeps them. */
  #audience: Record<string, unknown> = {};
  #count = 0;

  readonly device: FakeDevice;

  constructor(switches: Switches) {
    this.#switches = switches;
    this.device = new FakeDevice(switches, this);
    this.#refreshToken = switches.refreshToken;
  }

  /** `GET /dex/api/v1/authorize` */
  authorize({ url }: Asked): Answer {
    const query = url.searchParams;
    const problem = this.refuses(query, url.origin);
    if (problem) return problem;
    const req = `${this.#switches.req}${++this.#count}`;
    this.#logins.set(req, { query, used: false });
    return { status: 200, body: { req: this.#switches.changesText(req) } };
  }

  /** What is wrong with an authorization request. */
  refuses(query: URLSearchParams, origin: string): Answer | undefined {
    const { publicClients, trustedPeers, clientId } = this.#switches;
    const client = query.get('client_id') ?? '';
    const isPublic = publicClients.includes(client);
    const uri = query.get('redirect_uri') ?? '';
    const registered = isPublic
      ? /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/.test(uri) || uri === DEVICE_CALLBACK
      : this.#switches.redirectUris.some((one) => new URL(one, origin).href === uri);
    if (client !== clientId && !isPublic) return status(404, 'NotFound', 'Invalid client_id.');
    const peer = /audience:server:client_id:\S+/.exec(query.get('scope') ?? '')?.[0];
    if (peer && isPublic && !trustedPeers.includes(client))
      return status(400, 'BadRequest', `invalid_scope: Client can't request scope(s) ["${peer}"]`);
    if (!this.#switches.anyRedirectUri && !registered) return status(400, 'BadRequest', 'Unregistered redirect_uri.');
    const type = query.get('response_type') ?? '';
    if (!this.#switches.responseTypes.includes(type))
      return status(400, 'BadRequest', `unsupported_response_type: Unsupported response type "${type}"`);
    if (type === 'id_token') {
      if (query.get('nonce')) return undefined;
      return status(400, 'BadRequest', "invalid_request: Response type 'id_token' requires a 'nonce' value.");
    }
    if (this.#switches.authService) return undefined;
    const hasPkce = query.get('code_challenge_method') === 'S256' && query.get('code_challenge');
    if (uri !== DEVICE_CALLBACK && !hasPkce) {
      return status(400, 'BadRequest', 'PKCE code_challenge is required for this client');
    }
    return undefined;
  }

  /** `GET /dex/pubkey` */
  pubkey(): Answer {
    const seconds = `${Math.floor(Date.now() / 1000)}${String(++this.#count).padStart(9, '0')}`;
    const ts = this.#switches.ts === 'nanoseconds' ? seconds : seconds.slice(0, 13);
    this.#stamps.add(this.#switches.ts === 'string' ? JSON.stringify(ts) : ts);
    const raw = this.#switches.ts === 'string' ? JSON.stringify(this.#switches.changesText(ts)) : ts;
    return { status: 200, body: `{"ts": ${raw}, ${JSON.stringify(this.#publicKey()).slice(1)}` };
  }

  #publicKey(): Record<string, string> {
    const publicKey = createPublicKey(keyFor('login', this.#switches.keyBits));
    const pem = (type: 'spki' | 'pkcs1') => publicKey.export({ type, format: 'pem' }).toString();
    const bare = (type: 'spki' | 'pkcs1') => publicKey.export({ type, format: 'der' }).toString('base64');
    switch (this.#switches.keyForm) {
      case 'spki':
        return { pubkey: pem('spki'), pubkey_encode: Buffer.from(pem('spki')).toString('base64') };
      case 'pkcs1':
        return { pubkey: pem('pkcs1') };
      case 'bare-spki':
        return { pubkey: bare('spki') };
      case 'bare-pkcs1':
        return { pubkey: bare('pkcs1') };
      case 'one-line':
        return { pubkey: pem('spki').replaceAll('\n', ' ') };
      case 'encoded-only':
        return { pubkey: '', pubkey_encode: Buffer.from(pem('spki')).toString('base64') };
    }
  }

  /** `POST /dex/api/v1/authorize/{connector}?req=` */
  login({ url, body }: Asked): Answer {
    const connector = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    if (!this.#switches.connectors.some(({ id }) => id === connector)) {
      return status(400, 'BadRequest', 'Connector ID does not match a valid Connector');
    }
    const pending = this.#logins.get(url.searchParams.get('req') ?? '');
    if (!pending || pending.used) return status(400, 'BadRequest', 'User session error.');
    const { account, password } = JSON.parse(body);
    const sent = this.#decrypt(password);
    if (sent === undefined) return status(500, 'InternalError', 'Internal error occurred: failed to decrypt password');
    const right = account === this.#switches.username && sent === this.#switches.password;
    if (!right) return status(500, 'InternalError', 'Internal error occurred: failed to authenticate');
    pending.used = true;
    return this.#answer(pending);
  }

  /** The password, if it is well encrypted and its stamp is one that was given and not used. */
  #decrypt(encrypted: string): string | undefined {
    if (this.#switches.canned.pubkey?.status === 404) return Buffer.from(encrypted, 'base64').toString('utf8');
    const text = decryptPkcs1(Buffer.from(encrypted, 'base64'), this.#switches.keyBits);
    const ts = /^\{"ts":("[^"]*"|\d+),"password":/.exec(text)?.[1];
    return ts !== undefined && this.#stamps.delete(ts) ? JSON.parse(text).password : undefined;
  }

  #answer(pending: Pending): Answer {
    return { status: 200, body: { redirect_url: this.#redirect(pending), session_state: '' } };
  }

  /** Where a login with this authorization request ends, with a code. */
  redirectFor(query: URLSearchParams): string {
    return this.#redirect({ query, used: true });
  }

  #redirect(pending: Pending): string {
    if (pending.query.get('response_type') === 'id_token') return this.#implicit(pending.query);
    const code = `${this.#switches.code}${++this.#count}`;
    this.#codes.set(code, pending);
    const state = this.#switches.state ?? pending.query.get('state') ?? '';
    const asked = pending.query.get('redirect_uri') ?? '';
    const { sendsTo } = this.#switches;
    const uri = sendsTo ? sendsTo + new URL(asked).pathname : asked === DEVICE_CALLBACK ? `/dex${asked}` : asked;
    const { changesText } = this.#switches;
    const parameters = new URLSearchParams({ code: changesText(code), state: changesText(state) });
    const target = this.#switches.answerIn === 'relative' ? new URL(uri).pathname : uri;
    const mark = this.#switches.answerIn === 'fragment' ? '#' : target.includes('?') ? '&' : '?';
    return changesText(`${target}${mark}${parameters}`);
  }

  /** The ID token itself, in the fragment (server/handlers.go, sendCodeResponse). */
  #implicit(query: URLSearchParams): string {
    const uri = new URL(query.get('redirect_uri') ?? '');
    const { changesText, changesIdToken, state } = this.#switches;
    const client = query.get('client_id');
    const claims = client === this.#switches.clientId ? {} : { aud: client };
    const token = this.#idToken(uri.origin, { ...claims, nonce: query.get('nonce'), ...this.#switches.claims });
    const id_token = changesIdToken(changesText(token));
    const parameters = {
      ...(id_token ? { id_token } : {}),
      state: state ?? query.get('state') ?? '',
      token_type: 'bearer',
    };
    return `${uri}#${new URLSearchParams(parameters)}`;
  }

  /** `GET /dex/api/v1/connectors` */
  connectors(): Answer {
    return { status: 200, body: this.#switches.connectors.map(({ id, type }) => ({ conn_id: id, conn_type: type })) };
  }

  /** `POST /dex/token`, as Dex 2.45 answers (server/handlers.go), but for Basic authentication, which the vendor refuses. */
  token({ url, body, headers }: Asked): Answer {
    const form = new URLSearchParams(body);
    const { clientId, clientSecret, publicClients } = this.#switches;
    const client = form.get('client_id') ?? '';
    const secret = client === clientId ? clientSecret : publicClients.includes(client) ? '' : undefined;
    if (headers.authorization || secret !== (form.get('client_secret') ?? '')) {
      return { status: 401, body: { error: 'invalid_client', error_description: 'Invalid client credentials.' } };
    }
    if (form.get('grant_type') === GRANT)
      return exchange(form, url.origin, this.#switches, (claims) => this.#idToken(url.origin, claims));
    if (form.get('grant_type') === 'password') return this.#passwordGrant(form, url.origin);
    if (form.get('grant_type') === DEVICE_GRANT) return this.device.poll({ url, body, headers, method: 'POST' });
    if (form.get('grant_type') === 'refresh_token') return this.#refresh(url.origin, form.get('refresh_token') ?? '');
    const code = form.get('code') ?? '';
    const pending = this.#codes.get(code);
    this.#codes.delete(code);
    if (!pending) return grantError('invalid_grant', 'Invalid or expired code parameter.');
    if (form.get('redirect_uri') !== pending.query.get('redirect_uri')) {
      return grantError('invalid_request', 'redirect_uri did not match URI from initial request.');
    }
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const sent = pending.query.get('code_challenge');
    if (sent !== null && challenge !== sent) return grantError('invalid_grant', 'Invalid code_verifier.');
    return this.#tokensFor(url.origin, pending, client);
  }

  /** Redeems a code of the device flow. */
  redeem(origin: string, code: string, client: string): Answer {
    const pending = this.#codes.get(code);
    this.#codes.delete(code);
    return pending ? this.#tokensFor(origin, pending, client) : grantError('invalid_grant', 'Invalid or expired code.');
  }

  #tokensFor(origin: string, { query }: Pending, client: string): Answer {
    const offline = query.get('scope')?.includes('offline_access') ?? false;
    this.#audience = client === this.#switches.clientId ? {} : audienceOf(client, query.get('scope') ?? '');
    return this.#tokens(origin, offline);
  }

  /** The password grant (server/handlers.go, handlePasswordGrant). */
  #passwordGrant(form: URLSearchParams, origin: string): Answer {
    const { grantTypes, username, password, passwordGrant, clientId, trustedPeers } = this.#switches;
    if (!grantTypes.includes('password')) return grantError('unsupported_grant_type', '');
    const [client, scope] = [form.get('client_id') ?? '', form.get('scope') ?? ''];
    if (!scope.split(' ').includes('openid'))
      return grantError('invalid_request', 'Missing required scope(s) ["openid"].');
    const peer = /audience:server:client_id:\S+/.exec(scope)?.[0];
    if (peer && client !== clientId && !trustedPeers.includes(client))
      return grantError('invalid_request', `Client can't request scope(s) ["${peer}"]`);
    if (form.get('username') !== username || form.get('password') !== password)
      return { status: 401, body: { error: 'access_denied', error_description: 'Invalid username or password' } };
    if (passwordGrant) return passwordGrant;
    this.#audience = client === clientId ? {} : audienceOf(client, scope);
    return this.#tokens(origin, scope.includes('offline_access'));
  }

  #tokens(origin: string, offline: boolean): Answer {
    const { changesText, changesIdToken } = this.#switches;
    const audience = this.#audience;
    const tokens = {
      access_token: changesText(this.#idToken(origin, { ...audience, at: 1 })),
      token_type: 'bearer',
      expires_in: this.#switches.tokenLife,
      id_token: changesIdToken(changesText(this.#idToken(origin, audience))),
    };
    if (!offline || !this.#switches.givesRefreshTokens) return { status: 200, body: tokens };
    // One refresh token for each account and client: a new one ends the one before.
    const former = this.#refreshToken;
    this.#refreshToken = `refresh-token-${++this.#count}`;
    this.#formerRefreshToken = this.#switches.reusesRefreshTokens ? former : undefined;
    return { status: 200, body: { ...tokens, refresh_token: changesText(this.#refreshToken) } };
  }

  /** The refresh grant (server/refreshhandlers.go): rotation, with or without a window in which the former token works. */
  #refresh(origin: string, token: string): Answer {
    if (token === this.#refreshToken) return this.#tokens(origin, true);
    if (token !== this.#formerRefreshToken) {
      return grantError('invalid_request', 'Refresh token is invalid or has already been claimed by another client.');
    }
    const { body } = this.#tokens(origin, false);
    return { status: 200, body: { ...(body as object), refresh_token: this.#refreshToken } };
  }

  /** `POST /dex/revoke` (RFC 7009), which later versions of Dex may have. */
  revoke({ body }: Asked): Answer {
    if (new URLSearchParams(body).get('token') === this.#refreshToken) this.#refreshToken = undefined;
    return { status: 200, body: '' };
  }

  #idToken(origin: string, more: Record<string, unknown> = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer(origin),
      sub: 'CgNjaRIFbG9jYWw',
      aud: this.#switches.clientId,
      exp: now + this.#switches.tokenLife,
      iat: now,
      jti: ++this.#count,
      email: this.#switches.username,
      email_verified: true,
      ...this.#switches.claims,
      ...more,
    };
    return signJwt(claims);
  }

  issuer(origin: string): string {
    return `${this.#switches.issuer ?? origin}/dex`;
  }

  /** `GET /dex/.well-known/openid-configuration` */
  discovery({ url }: Asked): Answer {
    const { grantTypes, responseTypes, revokes } = this.#switches;
    const endpoint = `${url.origin}/dex/token`;
    return {
      status: 200,
      body: {
        issuer: this.issuer(url.origin),
        authorization_endpoint: `${url.origin}/dex/auth`,
        token_endpoint: endpoint,
        device_authorization_endpoint: `${url.origin}/dex/device/code`,
        ...(revokes ? { revocation_endpoint: `${url.origin}/dex/revoke` } : {}),
        grant_types_supported: grantTypes,
        response_types_supported: responseTypes,
      },
    };
  }
}

/** The audience of a token for this client, with that of a cross-client scope (server/oauth2.go, newIDToken). */
function audienceOf(client: string, scope: string): Record<string, unknown> {
  const peer = /audience:server:client_id:(\S+)/.exec(scope)?.[1];
  return peer ? { aud: [peer, client], azp: client } : { aud: client };
}

/** RSAES-PKCS1-v1_5 decryption by hand: Node 20 and later refuse it. */
export function decryptPkcs1(encrypted: Buffer, bits = 2048): string {
  const padded = privateDecrypt({ key: keyFor('login', bits), padding: constants.RSA_NO_PADDING }, encrypted);
  const end = padded.indexOf(0, 2);
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10) throw new Error('no PKCS#1 v1.5 padding');
  return padded.subarray(end + 1).toString('utf8');
}

/** The public key with which the fake wants the password, as SPKI PEM. */
export function publicKeyPem(): string {
  return createPublicKey(keyFor('login')).export({ type: 'spki', format: 'pem' }).toString();
}

/** The Kubernetes-like Status in which the vendor's API tells errors. */
export function status(code: number, reason: string, message: string): Answer {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
  };
}

function grantError(error: string, error_description: string): Answer {
  return { status: 400, body: { error, error_description } };
}
