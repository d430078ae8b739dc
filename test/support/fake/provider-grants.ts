// Grants of the fake's OpenID provider other than those of a client itself, as Keycloak 26 answers them.

import { decodeClaims } from '../../../src/login/dex/claims.js';
import { DEVICE_GRANT } from './device.js';
import type { Answer } from './platform.js';
import type { Switches } from './switches.js';

/** RFC 8693, 2.1. */
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** A client without a secret, for these grants alone. */
export const PUBLIC_CLIENT = 'cli';

/** The part of a token response that such a grant adds, or a refusal. */
export type Granted = { claims?: Record<string, unknown>; body?: Record<string, unknown> } | { refused: Answer };
/** What a request for a token is given. @param issuer the provider's own */
export type Grants = (form: URLSearchParams, issuer: string) => Granted;

const refuse = (status: number, error: string, error_description: string): Granted => ({
  refused: { status, body: { error, error_description } },
});

/** Those of one platform, which knows its refresh token. @param people who refuses a code */
export function providerGrants(
  { provider, username, password }: Switches,
  people: { refuses: (form: URLSearchParams) => Answer | undefined },
): Grants {
  let current = provider?.refreshToken;
  let count = 0;
  const next = () => {
    current = `next-of-fake-${++count}`;
    return { refresh_token: current, refresh_expires_in: 1800 };
  };
  return (form, issuer) => {
    switch (form.get('grant_type')) {
      case 'refresh_token':
        if (form.get('refresh_token') !== current) return refuse(400, 'invalid_grant', 'Token is not active');
        return { claims: { email: username }, body: provider?.rotates === false ? {} : next() };
      case 'password':
        if (form.get('username') !== username || form.get('password') !== password)
          return refuse(400, 'invalid_grant', 'Invalid user credentials');
        return { claims: { email: username }, body: next() };
      case 'authorization_code':
      case DEVICE_GRANT: {
        const answer = people.refuses(form);
        if (answer) return { refused: answer };
        return { claims: { email: username }, body: provider?.offline === false ? {} : next() };
      }
      case EXCHANGE:
        return provider?.exchanges === 'any' ? EXCHANGED : exchanged(form, issuer);
      default:
        return {};
    }
  };
}

const EXCHANGED: Granted = { body: { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' } };

function exchanged(form: URLSearchParams, issuer: string): Granted {
  const subject = decodeClaims(form.get('subject_token') ?? '');
  if (!subject) return refuse(400, 'invalid_request', 'Invalid token');
  if (subject.iss !== issuer) return refuse(403, 'access_denied', 'Client not allowed to exchange');
  if (form.get('subject_token_type') !== 'urn:ietf:params:oauth:token-type:access_token')
    return refuse(400, 'invalid_request', 'subject_token_type not supported');
  if (![subject.aud].flat().includes('ci'))
    return refuse(403, 'access_denied', 'Client is not within the token audience');
  return { ...EXCHANGED, claims: { sub: subject.sub } };
}
