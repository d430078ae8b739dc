// The fake's MLflow with workspaces and the kubernetes-auth plugin, behind the fake's oauth2-proxy.

import type { FakeOauth2Proxy } from './oauth2-proxy.js';
import type { Answer, Asked } from './platform.js';
import type { Switches } from './switches.js';

export class FakeMlflow {
  readonly #switches: Switches;
  readonly #proxy: FakeOauth2Proxy;

  constructor(switches: Switches, proxy: FakeOauth2Proxy) {
    this.#switches = switches;
    this.#proxy = proxy;
  }

  /** What passes oauth2-proxy and is not too large for MLflow's own server. */
  #behind(asked: Asked, answer: () => Answer): Answer {
    return this.#proxy.guarded(asked, () => {
      const tooLarge = (asked.headers.cookie ?? '').length > this.#switches.largestCookie;
      return tooLarge
        ? { status: 400, body: 'Invalid HTTP request received.', headers: { 'content-type': 'text/plain' } }
        : answer();
    });
  }

  /** `GET /`: the user interface. */
  root(asked: Asked): Answer {
    return this.#behind(asked, () => ({
      status: 200,
      body: '<!doctype html><title>MLflow</title>',
      headers: { 'content-type': 'text/html' },
    }));
  }

  /** `GET /api/3.0/mlflow/workspaces/{name}` */
  workspace(asked: Asked): Answer {
    return this.#behind(asked, () => {
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
    return this.#behind(asked, () => ({
      status: 200,
      body: { store_type: 'SqlStore', workspaces_enabled: workspacesEnabled },
    }));
  }

  /** `GET /api/2.0/mlflow/experiments/search`: 200 even without any rights, as the real plugin has it. */
  experiments(asked: Asked): Answer {
    return this.#behind(asked, () => ({ status: 200, body: {} }));
  }
}
