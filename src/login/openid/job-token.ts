// The ID token of a CI job as an assertion for an OpenID provider: for which audience it is requested, and to whom it may go.

import type { Settings } from '../../settings/types.js';
import { parseUrl } from '../../util/url.js';
import type { Context } from '../context.js';
import type { Claims } from '../dex/claims.js';
import { type CiToken, ciToken } from '../keyless/ci-token.js';
import type { Provider } from './provider.js';
import { requireTrusted } from './trust.js';

/** What Entra takes as the audience of a federated credential (learn.microsoft.com, "Workload identity federation"). */
const ENTRA = 'api://AzureADTokenExchange';
const ENTRA_HOST = /^login\.microsoftonline\.(com|us)$/;

export const isEntra = (issuer: string): boolean => ENTRA_HOST.test(parseUrl(issuer)?.hostname ?? '');

/** The audience of a client assertion: the issuer, but for Entra. */
export const assertionAudience = ({ issuer }: Provider): string => (isEntra(issuer) ? ENTRA : issuer);

/**
 * A token that is for another audience than this provider could be used elsewhere by an issuer that only oauth2-proxy has
 * named; so could one that does not say for whom it is.
 * @throws AuthError
 */
export function requireBound(provider: Provider, { aud }: Claims, trackingUri: string): void {
  const own = [provider.issuer, provider.tokenEndpoint];
  const audiences = [aud].flat();
  const bound = audiences.length > 0 && audiences.every((one) => own.includes(String(one)));
  if (!bound) requireTrusted(provider, trackingUri);
}

/** Gets the token, which GitHub issues for this audience unless the user named one. @throws AuthError */
export async function jobToken(
  context: Context,
  { idToken: source, trackingUri }: Settings,
  provider: Provider,
  audience: string,
): Promise<CiToken> {
  if (!source) throw new Error('no ID token of a CI job: log in again');
  const wanted = source.kind === 'github' && !source.audience ? { ...source, audience } : source;
  const job = await context.step('ID token of the CI job received', () => ciToken(context, wanted));
  requireBound(provider, job.claims, trackingUri);
  context.beforeExchange?.(job.token);
  return job;
}
