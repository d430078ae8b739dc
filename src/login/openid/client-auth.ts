// How a client shows at the token endpoint who it is: by its secret, its key, or the ID token of a CI job (RFC 6749, 2.3; RFC 7523, 2.2).

import { createPrivateKey, webcrypto } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import type { Settings } from '../../settings/types.js';
import type { Provider } from './provider.js';

/** In the header where the provider lists that or nothing, otherwise in the body; another method is never tried after a refusal. */
export function bySecret({ methods }: Provider, { clientSecret, clientAuth }: Settings): oauth.ClientAuth {
  const inHeader = clientAuth === 'auto' ? (methods?.includes('client_secret_basic') ?? true) : clientAuth === 'basic';
  return inHeader ? oauth.ClientSecretBasic(clientSecret) : oauth.ClientSecretPost(clientSecret);
}

/** `private_key_jwt`. One audience alone: Keycloak refuses several, Hydra the issuer. */
export async function byKey({ tokenEndpoint }: Provider, settings: Settings): Promise<oauth.ClientAuth> {
  const { clientKey, assertionAudience } = settings;
  return oauth.PrivateKeyJwt(await importKey(clientKey), {
    [oauth.modifyAssertion]: (_header, payload) => {
      payload.aud = assertionAudience || tokenEndpoint;
    },
  });
}

/** The CI's own token in place of an assertion of the client; the client is then known by its subject, or by client-id. */
export const byAssertion =
  (token: string, { clientId }: Settings): oauth.ClientAuth =>
  (_server, _client, body) => {
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', token);
    if (clientId) body.set('client_id', clientId);
  };

/** With what a client has; nothing at all where there is no client. */
export async function byWhatThereIs(provider: Provider, settings: Settings): Promise<oauth.ClientAuth> {
  if (settings.clientSecret) return bySecret(provider, settings);
  if (settings.clientKey) return byKey(provider, settings);
  return settings.clientId ? oauth.None() : () => {};
}

/** The algorithm that the type of a key stands for (RFC 7518, 3.1; RFC 8037, 3.1). */
const CURVES: Record<string, string> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** @throws Error for a type of key that no provider takes */
async function importKey(pem: string): Promise<oauth.CryptoKey> {
  const key = createPrivateKey(pem);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const namedCurve = CURVES[details?.namedCurve ?? ''];
  const algorithm =
    type === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : type === 'ec' && namedCurve
        ? { name: 'ECDSA', namedCurve }
        : type === 'ed25519'
          ? { name: 'Ed25519' }
          : undefined;
  if (!algorithm) throw new Error('client-key: expected an RSA, P-256, P-384, P-521 or Ed25519 key');
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']) as Promise<oauth.CryptoKey>;
}
