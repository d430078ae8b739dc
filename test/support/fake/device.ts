// The fake's device flow, as Dex 2.45 has it (server/deviceflowhandlers.go): codes, the page that requests one, and the polls.

import { createHash } from 'node:crypto';
import type { FakeDex } from './dex.js';
import type { Answer, Asked } from './platform.js';
import type { Switches } from './switches.js';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** The beginning of each device code. */
export const DEVICE_CODE = 'q7xkzvw3jh5ntr2m';

/** A login that a device has begun. */
interface Device {
  query: URLSearchParams;
  userCode: string;
  /** Seconds between two polls, and when the last one came and the code expires, in milliseconds. */
  interval: number;
  polled: number;
  expires: number;
  /** What every poll gets once the login is confirmed. */
  tokens: Answer | undefined;
}

const page = (status: number, text: string): Answer => ({
  status,
  body: `<!DOCTYPE html><html><head><title>dex</title></head><body>${text}</body></html>`,
  headers: { 'content-type': 'text/html; charset=utf-8' },
});

const refused = (error: string, error_description = ''): Answer => ({
  status: 400,
  body: { error, error_description },
});

export class FakeDevice {
  readonly #switches: Switches;
  readonly #dex: FakeDex;
  readonly #devices = new Map<string, Device>();

  constructor(switches: Switches, dex: FakeDex) {
    this.#switches = switches;
    this.#dex = dex;
  }

  /** `POST /dex/device/code`: nothing is checked, neither the client nor whether the grant is on. */
  code({ url, body }: Asked): Answer {
    const number = this.#devices.size + 1;
    const userCode = `BCDF-GHJ${'KLMNPQRSTVWX'[number % 12]}`;
    const { deviceInterval: interval, deviceLife } = this.#switches;
    const expires = Date.now() + deviceLife * 1000;
    const query = new URLSearchParams(body);
    this.#devices.set(`${DEVICE_CODE}${number}`, { query, userCode, interval, polled: 0, expires, tokens: undefined });
    const address = `${this.#dex.issuer(url.origin)}/device`;
    return {
      status: 200,
      body: {
        device_code: `${DEVICE_CODE}${number}`,
        user_code: userCode,
        verification_uri: address,
        verification_uri_complete: `${address}?user_code=${userCode}`,
        expires_in: deviceLife,
        interval,
      },
    };
  }

  /** `GET /dex/device` */
  page({ url }: Asked): Answer {
    const code = (url.searchParams.get('user_code') ?? '').replace(/[^\w-]/g, '');
    return page(
      200,
      `<form action="/dex/device/auth/verify_code" method="post"><input name="user_code" value="${code}"></form>`,
    );
  }

  /** `POST /dex/device/auth/verify_code`: on to the usual login, whose state is the user code. */
  verify({ body }: Asked): Answer {
    const userCode = new URLSearchParams(body).get('user_code') ?? '';
    const found = [...this.#devices.values()].find((one) => one.userCode === userCode);
    if (!found) return page(400, '<p>Invalid user code.</p>');
    const query = new URLSearchParams({
      client_id: found.query.get('client_id') ?? '',
      redirect_uri: '/device/callback',
      response_type: 'code',
      scope: found.query.get('scope') ?? '',
      state: userCode,
    });
    return { status: 302, body: '', headers: { location: `/dex/auth?${query}` } };
  }

  /** `GET /dex/device/callback` */
  callback({ url }: Asked): Answer {
    const found = [...this.#devices.values()].find((one) => one.userCode === url.searchParams.get('state'));
    if (!found) return page(400, '<p>Invalid user code.</p>');
    found.tokens = this.#dex.redeem(url.origin, url.searchParams.get('code') ?? '', found.query.get('client_id') ?? '');
    return page(200, '<p>Login Successful for client. Return to your device to continue</p>');
  }

  /** `POST /dex/token` with the grant of devices: too early polls get slow_down, and later polls the same tokens again. */
  poll({ body }: Asked): Answer {
    const form = new URLSearchParams(body);
    const found = this.#devices.get(form.get('device_code') ?? '');
    if (!this.#switches.grantTypes.includes(DEVICE_GRANT)) return refused('unsupported_grant_type');
    if (!found) return refused('invalid_request', 'Invalid Device code.');
    if (Date.now() > found.expires) return refused('expired_token');
    const early = Date.now() - found.polled < found.interval * 1000;
    found.polled = Date.now();
    if (!found.tokens && early) {
      found.interval += 5;
      return refused('slow_down');
    }
    if (!found.tokens) return refused('authorization_pending');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (challenge !== found.query.get('code_challenge')) return refused('invalid_grant', 'Invalid code_verifier.');
    return found.tokens;
  }
}
