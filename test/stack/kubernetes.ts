// A stand-in for the Kubernetes API, as much of it as the kubernetes-auth plugin of MLflow asks: namespaces and access reviews.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeClaims } from '../../src/login/dex/claims.js';

/** Who may do everything in which namespace. */
export type Rights = Record<string, string[]>;

/**
 * Starts the API. `rights` has an entry for each namespace, also for those in which nobody may do anything; a token for
 * the audience `untrusted` is not let in at all.
 */
export async function startKubernetes(
  rights: Rights,
  untrusted?: string,
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
    if (url.pathname.endsWith('/selfsubjectaccessreviews')) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { spec } = JSON.parse(Buffer.concat(chunks).toString());
      const { aud, email, sub } = decodeClaims(request.headers.authorization ?? '') ?? {};
      if (untrusted !== undefined && aud === untrusted)
        return send(401, { kind: 'Status', status: 'Failure', code: 401 });
      const allowed = rights[spec.resourceAttributes?.namespace]?.includes(String(email ?? sub)) ?? false;
      return send(201, {
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        spec,
        status: { allowed },
      });
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
