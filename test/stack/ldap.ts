// An LDAP server on loopback: ann, who has a mail address; dup, who is there twice; nomail, who has none.

import ldap from 'ldapjs';

export const LDAP_PASSWORD = 'ldap-password';
const ADMIN_PASSWORD = 'admin';

const PEOPLE: [dn: string, uid: string, mail?: string][] = [
  ['uid=ann,ou=people,dc=x', 'ann', 'ann@example.com'],
  ['uid=dup,ou=people,dc=x', 'dup', 'dup@example.com'],
  ['uid=dup,ou=other,ou=people,dc=x', 'dup', 'dup2@example.com'],
  ['uid=nomail,ou=people,dc=x', 'nomail'],
];

export interface Ldap {
  port: number;
  /** Binds of people so far, right or wrong: each may count towards a lockout. */
  binds: () => number;
  close: () => void;
}

export async function startLdap(): Promise<Ldap> {
  const server = ldap.createServer();
  let binds = 0;
  server.bind('dc=x', (request, response, next) => {
    const admin = request.dn.toString().startsWith('cn=admin');
    if (!admin) binds++;
    if (request.credentials !== (admin ? ADMIN_PASSWORD : LDAP_PASSWORD))
      return next(new ldap.InvalidCredentialsError());
    response.end();
    return next();
  });
  server.search('dc=x', (request, response, next) => {
    for (const [dn, uid, mail] of PEOPLE) {
      const attributes = { objectclass: ['person'], uid, cn: uid, ...(mail ? { mail } : {}) };
      if (request.filter.matches(attributes)) response.send({ dn, attributes });
    }
    response.end();
    return next();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return { port, binds: () => binds, close: () => server.close() };
}

/** A connector of Dex for it; with another port it is down, with another password Dex itself is not let in. */
export function ldapConnector(id: string, port: number, bindPW = ADMIN_PASSWORD): Record<string, unknown> {
  return {
    type: 'ldap',
    id,
    name: 'Staff & co',
    config: {
      host: `127.0.0.1:${port}`,
      insecureNoSSL: true,
      bindDN: 'cn=admin,dc=x',
      bindPW,
      usernamePrompt: 'Staff id',
      userSearch: {
        baseDN: 'ou=people,dc=x',
        filter: '(objectClass=person)',
        username: 'uid',
        idAttr: 'DN',
        emailAttr: 'mail',
        nameAttr: 'cn',
      },
    },
  };
}
