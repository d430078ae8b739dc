// What a token says of itself, for whoever compares it with the settings of a server that gives no reason.

import { isText } from '../../http/response.js';
import { printable } from '../../util/text.js';
import type { TokenCredential } from '../credential.js';
import { decodeClaims } from '../dex/claims.js';

const NAMES = ['iss', 'aud', 'email', 'preferred_username', 'groups'] as const;

/** The claims on which mlflow-oidc-auth decides, as advice; a token that is not a JWT has none. */
export function claimsHint({ token }: TokenCredential): string {
  const claims: Record<string, unknown> = { ...decodeClaims(token) };
  if (Object.keys(claims).length === 0) return 'The token is not a JWT, which mlflow-oidc-auth requires.';
  const shown = NAMES.map((name) => {
    const values = [claims[name]].flat().filter(isText);
    return `${name} ${values.length > 0 ? printable(values.join(', ')) : 'absent'}`;
  });
  const expired = typeof claims.exp === 'number' && claims.exp * 1000 < Date.now() ? ' It has expired.' : '';
  return `The token has ${shown.join('; ')}.${expired}`;
}
