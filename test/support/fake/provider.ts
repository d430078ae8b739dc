// The fake's OpenID provider in place of Dex, with Keycloak's paths: discovery document and token endpoint.

import { signJwt } from './jwt.js';
import type { Answer, Asked } from './platform.js';
import { EXCHANGE, type Grants, PUBLIC_CLIENT } from './provider-grants.js';
import type { Switches } from './switches.js';

export const PROVIDER_PATH = '/realms/ml';
/** The client whose secret is that of the fake; any assertion for the token endpoint or the issuer is its own, too. */
export const PROVIDER_CLIENT = 'ci';

/** How a provider differs from a usual one. */
export interface ProviderSwitches {
  /** Fields of the discovery document. */
  document?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** An access token in place of a JWT. */
  opaque?: string;
  /** A refresh token of an earlier login. */
  refreshToken?: string;
  /** It exchanges any token, and not its own alone. */
  exchanges?: 'any';
  /** False where people get no refresh token. */
  offline?: boolean;
  /** False where a refresh token stays the same. */
  rotates?: boolean;
}

export const issuerAt = (origin: string): string => origin + PROVIDER_PATH;

/** `GET /.well-known/openid-configuration` */
export function providerDiscovery({ url }: Asked, { provider }: Switches): Answer {
  const issuer = issuerAt(url.origin);
  const endpoints = `${issuer}/protocol/openid-connect`;
  const body = {
    issuer,
    authorization_endpoint: `${endpoints}/auth`,
    token_endpoint: `${endpoints}/token`,
    device_authorization_endpoint: `${endpoints}/auth/device`,
    revocation_endpoint: `${endpoints}/revoke`,
    jwks_uri: `${endpoints}/certs`,
    grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token', 'password', EXCHANGE],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    ...provider?.document,
  };
  return { status: 200, body };
}

/** `POST /token` */
export function providerToken({ url, headers, body }: Asked, switches: Switches, grants: Grants): Answer {
  const { clientSecret, provider, proxyClientId, tokenLife } = switches;
  const form = new URLSearchParams(body);
  const issuer = issuerAt(url.origin);
  const jwt = form.get('client_assertion') ?? form.get('assertion');
  const asserted = jwt && [issuer, url.href].includes(String(claimsIn(jwt).aud));
  const [, encoded = ''] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
  const inHeader = Buffer.from(encoded, 'base64').toString().split(':').map(decodeForm);
  const inBody = [form.get('client_id'), form.get('client_secret')];
  const known = [inHeader, inBody].some(([id, secret]) => id === PROVIDER_CLIENT && secret === clientSecret);
  const open = form.get('client_id') === PUBLIC_CLIENT && form.get('grant_type') !== 'client_credentials';
  if (!asserted && !known && !open) {
    const error_description = 'Invalid client or Invalid client credentials';
    return { status: 401, body: { error: 'invalid_client', error_description } };
  }
  const granted = grants(form, issuer);
  if ('refused' in granted) return granted.refused;
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    aud: proxyClientId,
    sub: PROVIDER_CLIENT,
    iat,
    exp: iat + tokenLife,
    ...granted.claims,
    ...provider?.claims,
  };
  const access_token = provider?.opaque ?? switches.changesIdToken(signJwt(claims));
  return { status: 200, body: { access_token, token_type: 'bearer', expires_in: tokenLife, ...granted.body } };
}

const decodeForm = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));

const claimsIn = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString() || '{}');
