// By which names the failures of a person's login are looked up: advice for Dex is of no use at another provider.

import type { Diagnosis, RequestName } from '../../errors/failure.js';

export interface Names {
  /** Requests: for a device code, each poll, the redemption of a code, the redirect of the browser, the revocation. */
  request: Readonly<Record<'device' | 'poll' | 'token' | 'browser' | 'revoke', RequestName>>;
  /** What is found out without an answer that says so. */
  found: Readonly<Record<'expired' | 'answer' | 'timeout' | 'noRefreshToken', Diagnosis['id']>>;
}

export const AT_DEX: Names = {
  request: { device: 'device', poll: 'poll', token: 'token', browser: 'browser', revoke: 'revoke' },
  found: {
    expired: 'device-expired',
    answer: 'device-answer',
    timeout: 'browser-timeout',
    noRefreshToken: 'no-refresh-token',
  },
};

export const AT_PROVIDER: Names = {
  request: {
    device: 'person-device',
    poll: 'person-token',
    token: 'person-token',
    browser: 'person-browser',
    revoke: 'person-revoke',
  },
  found: {
    expired: 'person-expired',
    answer: 'person-device-answer',
    timeout: 'person-timeout',
    noRefreshToken: 'person-no-refresh-token',
  },
};
