// People at the fake's OpenID provider, with Keycloak's paths: its login page, the device flow, and the revocation.

import { createHash } from 'node:crypto';
import { DEVICE_GRANT } from './device.js';
import type { Answer, Asked } from './platform.js';
import { issuerAt } from './provider.js';
import { PUBLIC_CLIENT } from './provider-grants.js';
import type { Switches } from './switches.js';

/** The beginning of each device code, and of each code of the browser. */
export const PERSON_CODE = 'n4wq8xkp2vh7';

/** A login that was begun, in either way. */
interface Begun {
  query: URLSearchParams;
  confirmed: boolean;
}

const page = (text: string): Answer => ({
  status: 200,
  body: `<!DOCTYPE html><html><head><title>provider</title></head><body>${text}</body></html>`,
  headers: { 'content-type': 'text/html; charset=utf-8' },
});
const passwordForm = (action: string) =>
  page(`<form method="post" action="${action}"><input name="login"><input name="password"></form>`);
const refused = (error: string, error_description = '', status = 400): Answer => ({
  status,
  body: { error, error_description },
});

/** The part of the provider that a person sees, and what the token endpoint says of a code. */
export class ProviderPeople {
  readonly #switches: Switches;
  readonly #begun = new Map<string, Begun>();
  /** Refresh tokens that were revoked. */
  readonly revoked: string[] = [];

  constructor(switches: Switches) {
    this.#switches = switches;
  }

  /** `GET /auth`, and `POST` with the password: the redirect with a code. */
  auth({ method, url, body }: Asked): Answer {
    const query = url.searchParams;
    const back = new URL(query.get('redirect_uri') ?? '');
    if (back.hostname !== '127.0.0.1') return page('<p>Invalid parameter: redirect_uri</p>');
    if (method === 'GET') return passwordForm(`${url.pathname}?${query}`.replaceAll('&', '&amp;'));
    if (!this.#knows(body)) return page('<p>Invalid username or password.</p>');
    const code = `${PERSON_CODE}${this.#begun.size + 1}`;
    this.#begun.set(code, { query, confirmed: true });
    const answer = { code, state: query.get('state') ?? '', iss: issuerAt(url.origin) };
    for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value);
    return { status: 302, body: '', headers: { location: back.href } };
  }

  /** `POST /auth/device` */
  device({ url, body }: Asked): Answer {
    const query = new URLSearchParams(body);
    if (query.get('client_id') !== PUBLIC_CLIENT) return refused('invalid_client', 'Invalid client credentials', 401);
    const number = this.#begun.size + 1;
    const code = `${PERSON_CODE}${number}`;
    this.#begun.set(code, { query, confirmed: false });
    const { deviceLife: expires_in, deviceInterval: interval } = this.#switches;
    const address = `${issuerAt(url.origin)}/device`;
    const user_code = `WDJB-MJ${'KLMNPQRSTVWX'[number % 12]}T`;
    const complete = `${address}?user_code=${user_code}`;
    const addresses = { verification_uri: address, verification_uri_complete: complete };
    return { status: 200, body: { device_code: code, user_code, ...addresses, expires_in, interval } };
  }

  /** `GET /device`: the page for the code, which leads on to the password. */
  page({ method, url, body }: Asked): Answer {
    if (method === 'GET') return passwordForm(url.pathname);
    if (!this.#knows(body)) return page('<p>Invalid username or password.</p>');
    for (const one of this.#begun.values()) one.confirmed = true;
    return page('<p>Device Login Successful</p>');
  }

  /** `POST /revoke` */
  revoke({ body }: Asked): Answer {
    const form = new URLSearchParams(body);
    if (form.get('client_id') !== PUBLIC_CLIENT) return refused('invalid_client', '', 401);
    this.revoked.push(form.get('token') ?? '');
    return { status: 200, body: '' };
  }

  /** What a code gives: undefined where the tokens follow, or the refusal. */
  refuses(form: URLSearchParams): Answer | undefined {
    const device = form.get('grant_type') === DEVICE_GRANT;
    const code = form.get(device ? 'device_code' : 'code') ?? '';
    const found = this.#begun.get(code);
    if (!found) return refused('invalid_grant', 'Code not valid');
    if (!found.confirmed) return refused('authorization_pending');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (challenge !== found.query.get('code_challenge')) return refused('invalid_grant', 'PKCE verification failed');
    if (!device) this.#begun.delete(code);
    return undefined;
  }

  #knows(body: string): boolean {
    const form = new URLSearchParams(body);
    const { username, password } = this.#switches;
    return form.get('login') === username && form.get('password') === password;
  }
}
