// Begins a login at oauth2-proxy: finds the redirect to Dex, by whichever of its entrances is open.

import { AuthError } from '../../errors/errors.js';
import type { Tried } from '../../errors/failure.js';
import { locationOf, responseError } from '../../http/response.js';
import type { Http, HttpResponse } from '../../http/types.js';
import { parseUrl } from '../../util/url.js';
import { askServerInfo } from '../server-info.js';
import { Jar } from './cookies.js';

/** A login that oauth2-proxy has begun. */
export interface ProxyLogin {
  /** Its authorization request, without "?", byte for byte. */
  query: string;
  state: string;
  /** Where Dex is to send the code. */
  redirectUri: URL;
  /** The authorization endpoint to which it goes, and whether that is named without a host. */
  endpoint: URL;
  relative: boolean;
  /** What was asked, for error messages. */
  tried: Tried;
  /** Cookies of the start, of which the csrf cookie goes back with the code. */
  jar: Jar;
}

/** The start of a login whatever the settings are, and a protected page, which starts one without the provider button. */
const ENTRANCES = ['/oauth2/start?rd=%2F', '/'];
const MAX_REDIRECTS = 3;

/**
 * Starts a login at `{trackingUri}/oauth2/start`, or at `{trackingUri}/`, or by the form of the sign-in page.
 * @throws AuthError when this is not oauth2-proxy, or when MLflow answers without any login
 */
export async function startProxyLogin(http: Http, trackingUri: string, retry: boolean): Promise<ProxyLogin> {
  let last: HttpResponse | undefined;
  for (const entrance of ENTRANCES) {
    const jar = new Jar();
    let answer = await visit(http, `${trackingUri}${entrance}`, jar, retry);
    const form = signInForm(answer);
    if (!redirectToLogin(answer) && form) answer = await visit(http, form, jar, retry);
    const login = redirectToLogin(answer);
    if (login) return { ...login, jar };
    last = answer;
    if (answer.status >= 500) break;
  }
  throw await notAProxy(http, trackingUri, last as HttpResponse);
}

/** Asks for a page, and goes along with redirects within the same origin, such as to a trailing slash. */
async function visit(http: Http, start: string, jar: Jar, retry: boolean): Promise<HttpResponse> {
  let address = start;
  for (let hops = 0; ; hops++) {
    // With application/json here oauth2-proxy would answer 401 in place of the redirect.
    const headers = { accept: 'text/html', ...(`${jar}` ? { cookie: `${jar}` } : {}) };
    const what = 'begin the login at oauth2-proxy';
    const answer = await http(address, { stage: 'proxy', what, headers, retry });
    jar.take(answer.headers);
    const target = locationOf(answer);
    if (!target || redirectToLogin(answer) || hops === MAX_REDIRECTS) return answer;
    if (target.origin !== answer.url.origin) return answer;
    address = target.href;
  }
}

/** Reads an authorization request (RFC 6749, 4.1.1) out of a redirect, to whatever path it goes. */
function redirectToLogin(answer: HttpResponse): Omit<ProxyLogin, 'jar'> | undefined {
  const endpoint = locationOf(answer);
  const parameters = endpoint?.searchParams;
  const uri = parameters?.get('redirect_uri') ?? '';
  // Kubeflow's has no host: it is that of the request.
  const redirectUri = parseUrl(uri, uri.startsWith('/') ? answer.url : undefined);
  if (!endpoint || !parameters?.get('client_id') || !redirectUri) return undefined;
  const location = answer.headers.get('location') ?? '';
  const query = location.replace(/#.*$/s, '').replace(/^[^?]*\?/, '');
  const relative = parseUrl(location) === undefined && endpoint.origin === answer.url.origin;
  return { query, state: parameters.get('state') ?? '', redirectUri, endpoint, relative, tried: answer.tried };
}

/** The address of the sign-in page's form: `<form method="GET" action="{prefix}/start">` with a hidden `rd`. */
function signInForm({ status, body, url }: HttpResponse): string | undefined {
  const action = /<form[^<>]*\saction="([^"<>]*\/start)"/i.exec(body)?.[1];
  const target = action === undefined ? undefined : parseUrl(action, url);
  if ((status !== 403 && status !== 200) || !target) return undefined;
  // Behind an edge that strips a prefix, the page does not know that prefix.
  const prefix = url.pathname.replace(/\/(oauth2\/.*)?$/, '');
  if (!target.pathname.startsWith(`${prefix}/`)) target.pathname = prefix + target.pathname;
  target.searchParams.set('rd', '/');
  return target.origin === url.origin ? target.href : undefined;
}

/** Tells what is there in place of oauth2-proxy. */
async function notAProxy(http: Http, trackingUri: string, answer: HttpResponse): Promise<AuthError> {
  if (answer.status >= 300) return responseError(answer, 'proxy');
  const { info } = await askServerInfo(http, trackingUri, undefined);
  if (!info) return responseError(answer, 'proxy');
  return new AuthError({ request: 'proxy', tried: answer.tried, diagnosis: { id: 'no-login-needed', facts: {} } });
}
