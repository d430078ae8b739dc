// The fake's oauth2-proxy, and the MLflow behind it with workspaces and the kubernetes-auth plugin.

import type { Answer, Asked } from './platform.js';
import type { Switches } from './switches.js';

export class FakeMlflow {
  readonly #switches: Switches;
  readonly #issuer: (origin: string) => string;

  constructor(switches: Switches, issuer: (origin: string) => string) {
    this.#switches = switches;
    this.#issuer = issuer;
  }

  /** Who calls, if oauth2-proxy takes the bearer token (pkg/middleware/jwt_session.go); its signature is not looked at. */
  #caller({ url, headers }: Asked): string | undefined {
    const [, token] = /^Bearer (ey[\w-]*\.ey[\w-]*\.[\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    if (!token || !this.#switches.skipJwtBearerTokens) return undefined;
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const good = [claims.aud].flat().includes(this.#switches.proxyClientId) && claims.exp * 1000 > Date.now();
    return good && claims.iss === this.#issuer(url.origin) ? claims.email : undefined;
  }

  /** `GET /oauth2/userinfo` */
  userinfo(asked: Asked): Answer {
    const email = this.#caller(asked);
    const refused = { status: 401, body: 'Unauthorized\n', headers: { 'content-type': 'text/plain; charset=utf-8' } };
    return email ? { status: 200, body: { user: 'CgNjaRIFbG9jYWw', email } } : refused;
  }

  /** `GET /oauth2/start` */
  start({ url }: Asked): Answer {
    const query = new URLSearchParams({
      approval_prompt: 'auto',
      client_id: this.#switches.proxyClientId,
      redirect_uri: `${url.origin}/clusters/c1/mlflow/oauth2/callback`,
      response_type: 'code',
      scope: 'openid email',
      state: 'abc:/',
    });
    return { status: 302, body: '', headers: { location: `${this.#issuer(url.origin)}/auth?${query}` } };
  }

  /** Everything behind the proxy asks this first. */
  #guarded(asked: Asked, answer: () => Answer): Answer {
    if (this.#caller(asked)) return answer();
    return /(^|,)\s*application\/json\s*(,|$)/.test(asked.headers.accept ?? '')
      ? { status: 401, body: {} }
      : this.start(asked);
  }

  /** `GET /api/3.0/mlflow/workspaces/{name}` */
  workspace(asked: Asked): Answer {
    return this.#guarded(asked, () => {
      const name = asked.url.pathname.split('/').at(-1) ?? '';
      const state = this.#switches.workspaces[name];
      if (!this.#switches.workspacesEnabled)
        return { status: 404, body: '<!doctype html><title>404 Not Found</title>' };
      if (state === 'open') return { status: 200, body: { workspace: { name } } };
      if (state === 'forbidden') {
        return {
          status: 403,
          body: { error: { code: 'PERMISSION_DENIED', message: 'Permission denied for requested operation.' } },
        };
      }
      return { status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: `Workspace '${name}' not found` } };
    });
  }

  /** `GET /api/3.0/mlflow/server-info` */
  serverInfo(asked: Asked): Answer {
    const { workspacesEnabled } = this.#switches;
    return this.#guarded(asked, () => ({
      status: 200,
      body: { store_type: 'SqlStore', workspaces_enabled: workspacesEnabled },
    }));
  }

  /** `GET /api/2.0/mlflow/experiments/search`: 200 even without any rights, as the real plugin has it. */
  experiments(asked: Asked): Answer {
    return this.#guarded(asked, () => ({ status: 200, body: {} }));
  }
}
