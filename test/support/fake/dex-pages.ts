// The fake's Dex as upstream has it: HTML pages for the login, of either generation, in the stock theme or one's own.

import type { FakeDex } from './dex.js';
import type { Answer, Asked } from './platform.js';
import type { Switches } from './switches.js';

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** A login that was begun, by its ID in the address. */
interface Pending {
  query: URLSearchParams;
  done: boolean;
}

const page = (status: number, body: string): Answer => ({
  status,
  body: `<!DOCTYPE html><html><head><title>dex</title><style>p{}</style></head><body>${body}</body></html>`,
  headers: HTML,
});

const errorPage = (status: number, text: string) =>
  page(status, `<h2 class="theme-heading">${status === 404 ? 'Not Found' : 'Bad Request'}</h2><p>${text}</p>`);

const found = (status: number, location: string): Answer => ({ status, body: '', headers: { location } });

export class FakeDexPages {
  readonly #switches: Switches;
  readonly #dex: FakeDex;
  readonly #logins = new Map<string, Pending>();
  #count = 0;

  constructor(switches: Switches, dex: FakeDex) {
    this.#switches = switches;
    this.#dex = dex;
  }

  /** `GET /dex/auth`: to the only connector, or the one that is named, or the page on which one is chosen. */
  auth({ url }: Asked): Answer {
    // The newer generation comes back here after the login.
    const done = this.#logins.get(url.searchParams.get('req') ?? '');
    if (done?.done) return this.#afterLogin(url.searchParams.get('req') ?? '', done);
    const refused = this.#dex.refuses(url.searchParams, url.origin);
    if (refused) return errorPage(refused.status, (refused.body as { message: string }).message);
    const { connectors } = this.#switches;
    const named = url.searchParams.get('connector_id');
    const wanted = connectors.filter(({ id }) => named === null || id === named);
    if (wanted.length === 0) return errorPage(400, 'Connector ID does not match a valid Connector');
    if (wanted.length === 1) return found(302, `/dex/auth/${encodeURIComponent(wanted[0]?.id ?? '')}${url.search}`);
    const query = url.search.replaceAll('&', '&amp;');
    // The path of an ID is escaped once more by the template.
    const links = wanted.map(
      ({ id }) => `<a href="/dex/auth/${encodeURIComponent(encodeURIComponent(id))}${query}">Log in with ${id}</a>`,
    );
    return page(200, links.join(''));
  }

  /** `GET /dex/auth/{connector}` */
  connector({ url }: Asked): Answer {
    const id = decodeURIComponent(decodeURIComponent(url.pathname.split('/').at(-1) ?? ''));
    const connector = this.#switches.connectors.find((one) => one.id === id);
    if (!connector) return errorPage(400, 'Connector ID does not match a valid Connector');
    if (connector.type === 'oidc') return found(302, 'https://identity-provider.test/authorize?client_id=dex');
    if (connector.type === 'saml')
      return page(200, '<form method="post" action="https://idp.test/"><input name="SAMLRequest" value="x"></form>');
    const req = `req${++this.#count}`;
    this.#logins.set(req, { query: url.searchParams, done: false });
    return found(302, `/dex/auth/${encodeURIComponent(id)}/login?back=&state=${req}`);
  }

  /** `GET /dex/auth/{connector}/login` */
  form({ url }: Asked): Answer {
    return this.#form(200, url);
  }

  #form(status: number, { pathname, search }: URL): Answer {
    const { formAction, pages } = this.#switches;
    const action = (formAction ?? `${pathname}${search}`).replaceAll('&', '&amp;');
    const inputs =
      pages === 'theme'
        ? "<INPUT TYPE=hidden NAME='theme' VALUE='a&amp;b'><input required name=login type=text><input type='password' name='password'>"
        : '<input tabindex="1" required id="login" name="login" type="text"/><input id="password" name="password" type="password"/>';
    const remember = pages === 'newer' ? '<input type="checkbox" name="remember_me">' : '';
    return page(
      status,
      `<form method="post" action="${action}">${inputs}${remember}<button type="submit">Login</button></form>`,
    );
  }

  /** `POST /dex/auth/{connector}/login` */
  login({ url, body }: Asked): Answer {
    const form = new URLSearchParams(body);
    const req = url.searchParams.get('state') ?? '';
    const pending = this.#logins.get(req);
    const { pages, username, password, passwordStatus } = this.#switches;
    if (!pending) return errorPage(400, 'Requested resource does not exist.');
    if (pages === 'theme' && form.get('theme') !== 'a&b') return errorPage(400, 'The theme has lost its field.');
    if (form.get('login') !== username || form.get('password') !== password) return this.#form(passwordStatus, url);
    pending.done = true;
    if (pages === 'newer') return found(303, `/dex/auth?hmac=x&req=${req}`);
    return this.#afterLogin(req, pending);
  }

  #afterLogin(req: string, pending: Pending): Answer {
    const { approval } = this.#switches;
    if (approval && !pending.query.has('approved')) return found(303, `/dex/approval?req=${req}&hmac=x`);
    return found(303, this.#dex.redirectFor(pending.query));
  }

  /** `GET` and `POST /dex/approval` */
  approval({ method, url, body }: Asked): Answer {
    const req = url.searchParams.get('req') ?? '';
    const pending = this.#logins.get(req);
    if (!pending?.done || url.searchParams.get('hmac') !== 'x') return errorPage(401, 'Unauthorized request');
    if (method === 'GET') {
      const form = (value: string) =>
        `<form method="post"><input type="hidden" name="req" value="${req}"/><input type="hidden" name="approval" value="${value}"><button>${value}</button></form>`;
      return page(200, form('approve') + form('rejected'));
    }
    const answer = new URLSearchParams(body);
    if (answer.get('req') !== req || answer.get('approval') !== 'approve') return errorPage(400, 'Approval rejected.');
    pending.query.set('approved', '1');
    if (this.#switches.pages === 'newer') return found(303, `/dex/auth?hmac=x&req=${req}`);
    return this.#afterLogin(req, pending);
  }
}
