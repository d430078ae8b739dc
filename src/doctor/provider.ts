// The check of an OpenID provider of any kind: which one it is, and what it says that it supports.

import type { Context } from '../login/context.js';
import { decodeClaims } from '../login/dex/claims.js';
import { ciToken } from '../login/keyless/ci-token.js';
import { bearerToken } from '../login/openid/bearer-token.js';
import { requireBound } from '../login/openid/job-token.js';
import { findProvider, type Provider } from '../login/openid/provider.js';
import { requireTrusted } from '../login/openid/trust.js';
import type { Settings } from '../settings/types.js';
import { wayOf } from '../settings/ways.js';
import { printable } from '../util/text.js';
import type { Report } from './report.js';

/** Asks for the discovery document, and for nothing that takes a secret. */
export async function checkProvider(report: Report, context: Context, settings: Settings): Promise<void> {
  await report.check('OpenID provider', async () => {
    const provider = await findProvider(context, settings);
    await requireUse(provider, context, settings);
    const { issuer, found, grants, methods, tokenEndpoint } = provider;
    const listed = (values: readonly string[] | undefined) => values?.join(', ') || 'not listed';
    const how = found ? 'at which the MLflow proxy logs in' : 'as issuer says';
    const text = `${issuer} (${how}), token endpoint ${tokenEndpoint}; grants: ${listed(grants)}; client authentication: ${listed(methods)}`;
    return [printable(text), true];
  });
}

/**
 * Whether the login would send there what it has. A given token is looked at, and sent nowhere.
 * @throws AuthError, as the login
 */
async function requireUse(provider: Provider, context: Context, settings: Settings): Promise<void> {
  const { assertionAudience, bearer, clientSecret, idToken, login, trackingUri } = settings;
  const { by, client = [] } = wayOf(login);
  const ofClient = client.includes('client-secret') && clientSecret !== '';
  const ofKey = client.includes('client-key') && assertionAudience !== '';
  if (ofClient || ofKey || by === 'password' || by === 'refresh-token') return requireTrusted(provider, trackingUri);
  if (login === 'token-exchange' && bearer) {
    const { token } = bearerToken(context, bearer);
    return requireBound(provider, decodeClaims(token) ?? {}, trackingUri);
  }
  if (by !== 'id-token' || !idToken) return;
  // One from GitHub is for this provider, unless the user named another audience.
  if (idToken.kind !== 'github') return requireBound(provider, (await ciToken(context, idToken)).claims, trackingUri);
  if (idToken.audience) requireBound(provider, { aud: idToken.audience }, trackingUri);
}
