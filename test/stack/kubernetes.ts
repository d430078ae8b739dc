// A stand-in for the Kubernetes API, as much of it as the kubernetes-auth plugin of MLflow asks: namespaces and access reviews.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Claims, decodeClaims } from '../../src/login/dex/claims.js';

/** Who may do everything in which namespace. */
export type Rights = Record<string, string[]>;

/**
 * Starts the API.
 * @param rights has an entry for each namespace, also for those in which nobody may do anything
 * @param trusts whether it knows issuer and audience of a token; of the others it lets none in
 */
export async function startKubernetes(
  rights: Rights,
  trusts: (claims: Claims) => boolean = () => true,
): Promise<{ address: string; close: () => Promise<void> }> {
  const namespaces = Object.keys(rights).map((name) => ({
    metadata: { name, labels: { 'mlflow-enabled': 'true' }, resourceVersion: '1', annotations: {} },
  }));
  const list = (kind: string, items: unknown[]) => ({
    kind,
    apiVersion: 'v1',
    metadata: { resourceVersion: '1' },
    items,
  });
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://kubernetes');
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (/^true$/i.test(url.searchParams.get('watch') ?? '')) {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      return;
    }
    if (url.pathname === '/api/v1/namespaces') return send(200, list('NamespaceList', namespaces));
    const review = /\/(self)?subjectaccessreviews$/.exec(url.pathname);
    if (review) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { spec } = JSON.parse(Buffer.concat(chunks).toString());
      const claims = decodeClaims(request.headers.authorization ?? '') ?? {};
      // MLflow asks for somebody else with its own rights.
      if (review[1] && !trusts(claims)) return send(401, { kind: 'Status', status: 'Failure', code: 401 });
      const user = String(review[1] ? (claims.email ?? claims.sub) : spec.user);
      const allowed = rights[spec.resourceAttributes?.namespace]?.includes(user) ?? false;
      const kind = review[1] ? 'SelfSubjectAccessReview' : 'SubjectAccessReview';
      return send(201, { kind, apiVersion: 'authorization.k8s.io/v1', spec, status: { allowed } });
    }
    return send(200, list('List', []));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A kubeconfig that points there. */
export function kubeconfig(address: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'stand-in', cluster: { server: address } }],
    users: [{ name: 'mlflow', user: { token: 'none' } }],
    contexts: [{ name: 'stand-in', context: { cluster: 'stand-in', user: 'mlflow' } }],
    'current-context': 'stand-in',
  });
}
