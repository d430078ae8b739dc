// The ID token of a CI job: where it comes from, what it says of itself, and what can be seen in it before it is sent.

import { AuthError, errorMessage } from '../../errors/errors.js';
import type { Diagnosis } from '../../errors/failure.js';
import { isText, jsonObject, responseError } from '../../http/response.js';
import type { Http } from '../../http/types.js';
import { INVALID_REQUEST_URL, isPrivate } from '../../settings/id-token-source.js';
import type { IdTokenSource } from '../../settings/types.js';
import { readRegularFile } from '../../util/files.js';
import { isJwt } from '../../util/jwt.js';
import { printable, shortened } from '../../util/text.js';
import { parseUrl } from '../../util/url.js';
import type { Context } from '../context.js';
import { type Claims, decodeClaims, expiryOf } from '../dex/claims.js';

/** Clocks may differ by this much, in milliseconds. */
const CLOCK_TOLERANCE = 120_000;
/** Characters of one claim in a message. */
const LONGEST_CLAIM = 200;

/** An ID token of a CI job. */
export interface CiToken {
  token: string;
  claims: Claims;
}

/**
 * Gets a new token, masks it, and looks at it: one that is none, or has expired, is not worth sending.
 * @throws AuthError
 */
export async function ciToken({ http, mask, note }: Context, source: IdTokenSource): Promise<CiToken> {
  const token = (await read(http, mask, source)).trim();
  mask(token);
  const failed = (id: Diagnosis['id'], facts: Diagnosis['facts']) =>
    new AuthError({ request: 'ci', tried: { what: WHAT[source.kind] }, diagnosis: { id, facts } });
  const claims = isJwt(token) ? decodeClaims(token) : undefined;
  if (!claims) throw failed('ci-token-invalid', { length: token.length });
  const end = expiryOf(claims);
  if (end && end.getTime() + CLOCK_TOLERANCE < Date.now())
    throw failed('ci-token-expired', { end: end.toISOString(), claims: claimsText(claims) });
  if (source.kind === 'given' && end)
    note(`the ID token of the CI job expires at ${end.toISOString()}; no login or renewal is possible after that`);
  return { token, claims };
}

const WHAT = {
  github: 'request an ID token from GitHub',
  file: 'read the ID token of the CI job',
  given: 'use the ID token of the CI job',
} as const satisfies Record<IdTokenSource['kind'], string>;

async function read(http: Http, mask: Context['mask'], source: IdTokenSource): Promise<string> {
  if (source.kind === 'given') return source.token;
  if (source.kind === 'github') return fromGitHub(http, mask, source);
  try {
    return readRegularFile(source.path);
  } catch (error) {
    const tried = { what: WHAT.file, address: printable(source.path) };
    const diagnosis = { id: 'ci-token-file', facts: { text: errorMessage(error) } } as const;
    throw new AuthError({ request: 'ci', tried, diagnosis }, { cause: error });
  }
}

/**
 * `GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=`: a new token each time (docs.github.com, "OpenID Connect reference").
 * @throws AuthError
 */
async function fromGitHub(
  http: Http,
  mask: Context['mask'],
  { url, requestToken, audience }: Extract<IdTokenSource, { kind: 'github' }>,
): Promise<string> {
  mask(requestToken);
  const address = parseUrl(url);
  if (!address || !isPrivate(url)) throw new Error(INVALID_REQUEST_URL);
  address.searchParams.set('audience', audience);
  const headers = { authorization: `Bearer ${requestToken}`, accept: 'application/json' };
  const answer = await http(address, { stage: 'ci', what: WHAT.github, headers, retry: true });
  const value = answer.status === 200 ? jsonObject(answer.body)?.value : undefined;
  if (typeof value !== 'string') throw responseError(answer, 'ci');
  mask(value);
  return value;
}

/** What an administrator compares with the connector: who issued the token, for whom, to whom, until when. No secret. */
export function claimsText({ iss, sub, aud, repository_owner, exp }: Claims): string {
  const owner = repository_owner === undefined ? {} : { repository_owner };
  const end = expiryOf({ exp })?.toISOString();
  return Object.entries({ iss, sub, aud, ...owner, exp: end })
    .map(([name, value]) => `${name} ${shortened(printable(claimText(value)), LONGEST_CLAIM)}`)
    .join('; ');
}

/** A string, or a list of strings, as it is; anything else as JSON. */
function claimText(value: unknown): string {
  const texts = [value].flat();
  return texts.every(isText) ? texts.join(', ') : (JSON.stringify(value) ?? 'missing');
}
