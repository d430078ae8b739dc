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
export async function byKey(provider: Provider, settings: Settings): Promise<oauth.ClientAuth> {
  const { clientKey, assertionAudience } = settings;
  const { key, alg } = await importKey(clientKey, provider.signingAlgs);
  return oauth.PrivateKeyJwt(key, {
    [oauth.modifyAssertion]: (header, payload) => {
      // The library has no other name for Ed25519 (RFC 9864), which most providers know as EdDSA (RFC 8037).
      header.alg = alg;
      payload.aud = assertionAudience || provider.tokenEndpoint;
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

/** By its secret, else its key, else as a public client; without a client ID, nothing is sent, not even a secret that is set. */
export async function byWhatThereIs(provider: Provider, settings: Settings): Promise<oauth.ClientAuth> {
  if (!settings.clientId) return () => {};
  if (settings.clientSecret) return bySecret(provider, settings);
  if (settings.clientKey) return byKey(provider, settings);
  return oauth.None();
}

const rsa = (name: string, bits: number) => ({ name, hash: `SHA-${bits}` });
const [PKCS1, PSS] = ['RSASSA-PKCS1-v1_5', 'RSA-PSS'];

/** By the type of a key: the algorithms with which it signs, the usual one first (RFC 7518, 3.1; RFC 8037, 3.1; RFC 9864, 2). */
const ALGORITHMS: Record<string, Record<string, webcrypto.AlgorithmIdentifier | webcrypto.EcKeyImportParams>> = {
  rsa: {
    RS256: rsa(PKCS1, 256),
    PS256: rsa(PSS, 256),
    RS384: rsa(PKCS1, 384),
    PS384: rsa(PSS, 384),
    RS512: rsa(PKCS1, 512),
    PS512: rsa(PSS, 512),
  },
  prime256v1: { ES256: { name: 'ECDSA', namedCurve: 'P-256' } },
  secp384r1: { ES384: { name: 'ECDSA', namedCurve: 'P-384' } },
  secp521r1: { ES512: { name: 'ECDSA', namedCurve: 'P-521' } },
  ed25519: { EdDSA: { name: 'Ed25519' }, Ed25519: { name: 'Ed25519' } },
};

/**
 * @param listed the algorithms that the provider lists; the usual one if it lists none, or none for this key
 * @throws Error for a type of key that no provider takes
 */
async function importKey(pem: string, listed: readonly string[] | undefined) {
  const key = createPrivateKey(pem);
  const type = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? '';
  const [usual, ...others] = Object.entries(ALGORITHMS[type] ?? {});
  if (!usual) throw new Error('client-key: expected an RSA, P-256, P-384, P-521 or Ed25519 key');
  const [alg, algorithm] = [usual, ...others].find(([name]) => listed?.includes(name)) ?? usual;
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const imported = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  return { key: imported as oauth.CryptoKey, alg };
}
