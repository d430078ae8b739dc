// Proves a credential before anyone gets it: oauth2-proxy must know its owner, MLflow must let that owner into the workspace.

import { AuthError, hasSymptom } from '../errors/errors.js';
import type { Diagnosis } from '../errors/failure.js';
import { factsOf, isText, jsonObject, responseError } from '../http/response.js';
import type { Http } from '../http/types.js';
import { isOfProvider } from '../settings/ways.js';
import { isJwt } from '../util/jwt.js';
import { printable } from '../util/text.js';
import { parseUrl } from '../util/url.js';
import type { Context } from './context.js';
import { type Credential, headersOf } from './credential.js';
import { decodeClaims, expiryOf } from './dex/claims.js';
import { audienceAdvice } from './openid/advice.js';
import { claimsHint } from './openid/claims-hint.js';
import { isRejected } from './rejected.js';
import { checkWorkspace, type ProofRequest, type Target } from './workspace-proof.js';

/** Whether oauth2-proxy does not want a token that is good in itself, while it takes its own cookie. */
export const isTokenUnwanted = (error: unknown): error is AuthError =>
  hasSymptom(error, 'bearer-off', 'token-rejected', 'audience', 'issuer');

/** Who the credential is for, in the words of oauth2-proxy. */
export interface Proof {
  identity: string;
  /** Groups in the session, which make a cookie large; undefined where they are not known. */
  groups: number | undefined;
}

/**
 * Asks oauth2-proxy who the caller is (`/oauth2/userinfo`) and MLflow for the workspace, at the same time.
 * `experiments/search` would not do for the latter: it answers 200 to an account with no rights at all.
 * @param onGroups called with the number of groups as soon as oauth2-proxy has answered, before any failure
 * @throws AuthError that names the layer at fault; a rejected credential before anything that follows from it
 */
export async function verify(
  { http, step, note }: Context,
  target: Target,
  credential: Credential,
  onGroups: (groups: number | undefined) => void = () => {},
): Promise<Proof> {
  // With application/json oauth2-proxy answers 401 in place of a redirect to the login.
  const headers = { accept: 'application/json', ...headersOf(credential) };
  const proof: ProofRequest = { ...target, http, credential, headers };
  const open = target.workspace ? `workspace ${target.workspace} open` : 'MLflow responds';
  if (credential.method === 'basic') {
    // No oauth2-proxy, and one request alone: a password that is refused is not sent twice.
    await step(open, () => checkWorkspace(proof));
    return { identity: credential.username, groups: undefined };
  }
  const [identity, workspace] = await Promise.allSettled([
    step('accepted by oauth2-proxy', () => checkIdentity(proof)),
    step(open, () => checkWorkspace(proof)),
  ]);
  onGroups(identity.status === 'fulfilled' ? identity.value.groups : undefined);
  if (identity.status === 'fulfilled') {
    if (workspace.status === 'rejected') throw letIn(workspace.reason);
    return identity.value;
  }
  // oauth2-proxy rejects an account that it does not let in like a credential that it does not know; MLflow's path tells which.
  if (workspace.status === 'rejected')
    throw hasSymptom(workspace.reason, 'proxy-forbids') && !isTokenRejected(identity.reason)
      ? workspace.reason
      : identity.reason;
  if (!hasSymptom(identity.reason, 'not-the-proxy')) throw identity.reason;
  // What the workspace says proves as much: the same proxy is in front of it.
  note('no /oauth2/userinfo at this URL; MLflow itself accepted the credential');
  return { identity: printable(workspace.value.headers.get('gap-auth') ?? ''), groups: undefined };
}

/**
 * With --bearer-token-login-fallback=false, oauth2-proxy answers 403 to a token that it rejects, at each path; to an account
 * that it does not let in, it answers 401 at this one.
 */
function isTokenRejected(error: unknown): boolean {
  const { failure } = error instanceof AuthError ? error : {};
  return failure !== undefined && 'diagnosis' in failure && failure.diagnosis.facts.status === 403;
}

/** The failure at MLflow with the fact that oauth2-proxy has let the credential in: the answer is not its own then. */
function letIn(error: unknown): unknown {
  if (!(error instanceof AuthError && 'answer' in error.failure)) return error;
  return new AuthError({ ...error.failure, answer: { ...error.failure.answer, letIn: true } }, { cause: error.cause });
}

async function checkIdentity({ http, trackingUri, login, at, credential, headers }: ProofRequest): Promise<Proof> {
  const request = { stage: 'proxy', what: 'request the identity from oauth2-proxy', headers } as const;
  const answer = await http(`${trackingUri}/oauth2/userinfo`, request);
  const info = answer.status === 200 ? jsonObject(answer.body) : undefined;
  if (info) {
    const groups = Array.isArray(info.groups) ? info.groups.length : 0;
    return { identity: printable([info.email, info.user].find(isText) ?? ''), groups };
  }
  const facts = factsOf(answer);
  // This path has no sign-in page: a page is of something else on the way.
  const foreign = answer.status === 403 && facts.kind === 'page';
  // Nor does oauth2-proxy offer a login by a challenge, or name its reason: MLflow itself does.
  const itself = responseError(answer, 'proxy');
  if (foreign || !isRejected(facts) || itself.id === 'basic-required') throw itself;
  const { status, tried } = answer;
  const failed = ({ id, facts }: Diagnosis, hint?: string) =>
    new AuthError({ request: 'proxy', tried, diagnosis: { id, facts: { status, ...facts } }, hint });
  if (credential.method !== 'token') throw failed({ id: 'cookie-rejected', facts: {} });
  if (itself.id === 'oidc-auth-rejected') throw responseError(answer, 'proxy', claimsHint(credential));
  const ofProvider = login && at && isOfProvider({ login, at });
  if (ofProvider && !isJwt(credential.token)) throw failed({ id: 'opaque-token', facts: {} });
  const why = await whyRejected(http, trackingUri, credential.token);
  if (why?.id === 'audience' && ofProvider) {
    const issuer = String(decodeClaims(credential.token)?.iss ?? '');
    throw failed({ ...why, id: 'provider-audience' }, audienceAdvice(issuer, String(why.facts.client)));
  }
  const id = status === 403 ? 'token-rejected' : 'bearer-off';
  throw failed(why ?? { id, facts: { text: itself.got } });
}

/** Milliseconds that oauth2-proxy forgives a token whose time has not come, and none that has expired (coreos/go-oidc, verify.go). */
const LEEWAY = 300_000;

/** Compares the token with what oauth2-proxy itself asks for in its redirect to the login. */
async function whyRejected(http: Http, trackingUri: string, token: string): Promise<Diagnosis | undefined> {
  const headers = { accept: 'text/html' };
  const request = { stage: 'proxy', what: 'inspect the login of oauth2-proxy', headers } as const;
  const answer = await http(`${trackingUri}/oauth2/start?rd=%2F`, request).catch(() => undefined);
  const location = answer?.headers.get('location') ?? '';
  const login = answer && parseUrl(location, answer.url);
  if (!login) return undefined;
  const claims = decodeClaims(token) ?? {};
  const client = login.searchParams.get('client_id');
  const audiences = [claims.aud].flat().filter(isText);
  if (client && !audiences.includes(client)) {
    return { id: 'audience', facts: { audiences: audiences.join(', ') || 'nobody', client: printable(client) } };
  }
  const issuer = typeof claims.iss === 'string' ? parseUrl(claims.iss) : undefined;
  // Where the redirect names no host, as in Kubeflow, it does not show the issuer.
  if (issuer && parseUrl(location) && issuer.origin !== login.origin) {
    return { id: 'issuer', facts: { issuer: issuer.href, login: login.origin } };
  }
  // The clock of oauth2-proxy counts, which may differ from that of this machine.
  const now = Date.parse(answer.headers.get('date') ?? '') || Date.now();
  if (typeof claims.exp === 'number' && claims.exp * 1000 < now) return { id: 'token-expired', facts: {} };
  const start = expiryOf({ exp: claims.nbf });
  if (start && start.getTime() > now + LEEWAY) return { id: 'token-early', facts: { start: start.toISOString() } };
  // A text in place of it counts, too (oauth2-proxy, providers/util/claim_extractor.go).
  if (String(claims.email_verified) === 'false') return { id: 'email-unverified', facts: {} };
  return undefined;
}
