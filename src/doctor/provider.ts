// The check of an OpenID provider of any kind: which one it is, and what it says that it supports.

import type { Context } from '../login/context.js';
import { findProvider, requireTrusted } from '../login/openid/provider.js';
import type { Settings } from '../settings/types.js';
import { wayOf } from '../settings/ways.js';
import { printable } from '../util/text.js';
import type { Report } from './report.js';

/** Asks for the discovery document, and for nothing that takes a secret. */
export async function checkProvider(report: Report, context: Context, settings: Settings): Promise<void> {
  await report.check('OpenID provider', async () => {
    const provider = await findProvider(context, settings);
    // Whether the secret would be sent.
    const { by, client = [] } = wayOf(settings.login);
    const ofClient = client.includes('client-secret') && settings.clientSecret !== '';
    if (ofClient || by === 'password' || by === 'refresh-token') requireTrusted(provider, settings.trackingUri);
    const { issuer, found, grants, methods, tokenEndpoint } = provider;
    const listed = (values: readonly string[] | undefined) => values?.join(', ') || 'not listed';
    const how = found ? 'at which the MLflow proxy logs in' : 'as issuer says';
    const text = `${issuer} (${how}), token endpoint ${tokenEndpoint}; grants: ${listed(grants)}; client authentication: ${listed(methods)}`;
    return [printable(text), true];
  });
}
