// A CI system as its identity provider: discovery document, keys, and the endpoint at which a job requests its ID token.

import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ciIssuer, ciJwt, gitHubVariables, requestCiToken } from '../support/fake/ci.js';
import { keyFor } from '../support/fake/keys.js';
import { send } from '../support/fake/platform.js';

export interface CiSystem {
  /** The `iss` of its tokens. */
  issuer: string;
  /** An ID token of a job, of GitHub's shape but for the claims that are given. */
  token: (claims?: Record<string, unknown>) => string;
  /** The projected token of a service account (Kubernetes docs, "Service account token volume projection"). */
  serviceAccount: (aud: string) => string;
  /** The variables of a job with `permissions: id-token: write`. */
  variables: Record<string, string>;
  close: () => Promise<void>;
}

export async function startCi(): Promise<CiSystem> {
  let origin = '';
  const server = createServer((request, response) => {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '/', origin);
    const issuer = ciIssuer(origin);
    const json = (body: unknown) => send(response, { status: 200, body });
    switch (url.pathname) {
      // GitHub's names no other endpoints.
      case '/ci/.well-known/openid-configuration':
        return json({
          issuer,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['id_token'],
          subject_types_supported: ['public', 'pairwise'],
          id_token_signing_alg_values_supported: ['RS256'],
          scopes_supported: ['openid'],
        });
      case '/ci/jwks': {
        const key = createPublicKey(keyFor('sign')).export({ format: 'jwk' });
        return json({ keys: [{ ...key, kid: 'fake', use: 'sig', alg: 'RS256' }] });
      }
      case '/_ci/request':
        return send(response, requestCiToken({ method, url, headers, body: '' }));
      default:
        return send(response, { status: 404, body: {} });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ofGitHub = { repository: undefined, repository_owner: undefined, ref: undefined };
  return {
    issuer: ciIssuer(origin),
    token: (claims) => ciJwt(origin, claims),
    serviceAccount: (aud) =>
      ciJwt(origin, { ...ofGitHub, aud: [aud], sub: 'system:serviceaccount:team-a:trainer', nbf: undefined }),
    variables: gitHubVariables(origin),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/**
 * What an administrator adds to Dex: connectors for the ID tokens of jobs, which only the owner `org`, or the audience
 * `mlflow`, may use; and some in which a line is missing.
 */
export function ciConnectors(issuer: string): Record<string, unknown>[] {
  const config = {
    issuer,
    clientID: 'unused',
    clientSecret: 'unused',
    redirectURI: 'https://localhost/dex/callback',
    scopes: ['openid'],
    userNameKey: 'repository',
    insecureSkipEmailVerified: true,
    insecureEnableGroups: true,
    claimMapping: { email: 'sub', groups: 'repository_owner' },
    allowedGroups: ['org'],
    claimModifications: { modifyGroupNames: { prefix: 'gh:' } },
  };
  const connector = (id: string, more: Record<string, unknown> = {}) => ({
    type: 'oidc',
    id,
    name: id,
    config: { ...config, ...more },
  });
  return [
    connector('github-actions'),
    connector('no-wall', { allowedGroups: [] }),
    connector('no-name', { userNameKey: undefined }),
    connector('kubernetes', {
      userNameKey: 'sub',
      claimMapping: { email: 'sub', groups: 'aud' },
      allowedGroups: ['mlflow'],
    }),
  ];
}
