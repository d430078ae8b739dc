// The configuration of Dex for keyless logins, as doctor --print-dex-config prints it and docs/administrators.md shows it.

import { UsageError } from '../errors/errors.js';

export interface DexConfig {
  /** The GitHub organization or user whose jobs may log in. */
  owner: string;
  platform: string;
  /** The public client of the jobs. */
  clientId: string;
  connector: string;
  /** The client of the MLflow proxy. */
  audience: string;
}

/** What may stand in the YAML without quotes. */
const PLAIN = /^[A-Za-z0-9][\w./:-]*$/;

/** Without quotes, YAML would read a name such as `123` or `no` as something else. */
const quoted = (value: string) => `"${value}"`;

/**
 * What an administrator adds to Dex (dexidp/dex, connector/oidc; the fields were seen on 2.45.1).
 * @throws UsageError for a value with other characters than names have
 */
export function dexConfig({ owner, platform, clientId, connector, audience }: DexConfig): string {
  for (const value of [owner, platform, clientId, connector, audience])
    if (!PLAIN.test(value))
      throw new UsageError('--print-dex-config: expected names of letters, digits, "-", "_" and "."');
  return `staticClients:
- id: ${quoted(audience)} # the client of the MLflow proxy: keep its name, secret and redirectURIs
  trustedPeers: [${quoted(clientId)}]
- id: ${quoted(clientId)}
  name: MLflow CI
  public: true
  # allowedConnectors: [${quoted(connector)}] # Dex after 2.45.1
connectors:
- type: oidc
  id: ${quoted(connector)}
  name: GitHub Actions (machines only)
  # grantTypes: ["urn:ietf:params:oauth:grant-type:token-exchange"] # Dex after 2.45.1: not on the login page
  config:
    issuer: https://token.actions.githubusercontent.com
    clientID: unused # Dex does not compare it with the audience
    clientSecret: unused
    redirectURI: ${platform}/dex/callback
    scopes: [openid]
    userNameKey: repository # the tokens have no claim "name"
    insecureSkipEmailVerified: true # they have no claim "email_verified"
    insecureEnableGroups: true
    claimMapping: {email: sub, groups: repository_owner}
    allowedGroups: [${quoted(owner)}] # THE WALL: without it, every repository in the world gets in
    claimModifications:
      modifyGroupNames: {prefix: "gh:"} # Dex 2.44 or later
      newGroupFromClaims:
      - {prefix: gh, delimiter: ":", claims: [repository, ref]}
`;
}
