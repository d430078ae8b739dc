// JSON of the wrong shape: each field of each answer missing, null, a number, an array, 1 MB of text.

import { type Case, caseOf } from './case.js';
import { type End, ROWS, SUCCESS } from './requests.js';
import type { Reached } from './wire.js';
import { whole } from './wire.js';

const VALUES = {
  missing: undefined,
  null: null,
  'a number': 5,
  'an array': [],
  '1 MB of text': 'A'.repeat(1e6),
};
type Value = keyof typeof VALUES;

type Fields = Record<string, [end: End, others?: Partial<Record<Value, End>>]>;

/** Those of each answer of the token endpoint of an OpenID provider. */
const TOKEN_FIELDS: Fields = {
  access_token: ['token-response', { '1 MB of text': 'opaque-token' }],
  token_type: ['token-response'],
  expires_in: ['token-response', { missing: SUCCESS, 'a number': SUCCESS }],
};

/** How a run ends for each field, and for values where that differs. Fields joined by a blank are spoiled together. */
const FIELDS: Record<string, Fields> = {
  authorize: { req: ['field-missing', { '1 MB of text': 'login-request-gone' }] },
  pubkey: {
    ts: ['bad-key', { 'a number': 'stale-key' }],
    pubkey: [SUCCESS],
    pubkey_encode: [SUCCESS],
    'pubkey pubkey_encode': ['bad-key', { '1 MB of text': 'answer-too-large' }],
  },
  login: { redirect_url: ['field-missing', { '1 MB of text': 'state' }], session_state: [SUCCESS] },
  token: {
    access_token: ['token-claims', { '1 MB of text': SUCCESS }],
    token_type: ['token-claims'],
    expires_in: ['token-claims', { missing: SUCCESS, 'a number': SUCCESS }],
    id_token: ['token-claims'],
  },
  userinfo: { user: [SUCCESS], email: [SUCCESS], groups: [SUCCESS] },
  workspace: { workspace: [SUCCESS] },
  experiments: { experiments: [SUCCESS] },
  discovery: { issuer: ['token-claims'], token_endpoint: [SUCCESS] },
  'server-info': { workspaces_enabled: ['workspace-unknown', {}] },
  connectors: { conn_id: ['wrong-password'] },
  'keyless discovery': { issuer: [SUCCESS], grant_types_supported: [SUCCESS, { 'an array': 'exchange-off' }] },
  'keyless ID token request': { count: [SUCCESS], value: ['ci-token-request', { '1 MB of text': 'ci-token-invalid' }] },
  'keyless exchange': {
    access_token: ['token-claims'],
    token_type: ['token-claims'],
    expires_in: ['token-claims', { missing: SUCCESS, 'a number': SUCCESS }],
    issued_token_type: [SUCCESS],
  },
  grants: { issuer: [SUCCESS], grant_types_supported: [SUCCESS, { 'an array': 'password-grant-off' }] },
  'password grant': {
    access_token: ['token-claims', { '1 MB of text': SUCCESS }],
    token_type: ['token-claims'],
    expires_in: ['token-claims', { missing: SUCCESS, 'a number': SUCCESS }],
    id_token: ['token-claims'],
  },
  'response types': { issuer: [SUCCESS], response_types_supported: [SUCCESS, { 'an array': 'implicit-off' }] },
  'implicit login': { redirect_url: ['field-missing', { '1 MB of text': 'state' }], session_state: [SUCCESS] },
  'provider search': {
    issuer: ['issuer-not-found'],
    authorization_endpoint: ['issuer-not-found'],
    token_endpoint: ['not-an-issuer'],
    grant_types_supported: [SUCCESS, { 'an array': 'grant-unlisted' }],
    token_endpoint_auth_methods_supported: [SUCCESS],
  },
  'provider issuer': {
    issuer: ['not-an-issuer', { '1 MB of text': 'issuer-mismatch' }],
    token_endpoint: ['not-an-issuer'],
    authorization_endpoint: [SUCCESS],
  },
  'provider grant': TOKEN_FIELDS,
  ...Object.fromEntries(['password', 'exchange'].map((name) => [`provider ${name}`, TOKEN_FIELDS])),
  'provider refresh': {
    ...TOKEN_FIELDS,
    refresh_token: [SUCCESS],
  },
  'basic proof': { workspace: [SUCCESS] },
  refresh: {
    access_token: ['token-claims', { '1 MB of text': SUCCESS }],
    token_type: ['token-claims'],
    id_token: ['token-claims'],
    refresh_token: [SUCCESS],
  },
};

/** Posts of the password where a wrong field lets the login go on, up to the server's own refusal. */
const SENT: End[] = ['login-request-gone', 'stale-key'];

/** Every field with every value. */
export function shapeCases(): Case[] {
  return ROWS.flatMap((row) =>
    Object.entries(
      FIELDS[['keyless', 'provider', 'basic'].includes(row.method) ? `${row.method} ${row.name}` : row.name] ?? {},
    ).flatMap(([fields, [usual, others = {}]]) =>
      (Object.keys(VALUES) as Value[]).map((value) => {
        const end = others[value] ?? usual;
        const answer = ({ answer, socket }: Reached) =>
          void socket.end(whole({ ...answer, body: spoil(answer.body, fields.split(' '), value) }));
        const fault = {
          name: `${fields.replace(' ', ' and ')} ${value === 'missing' ? value : `is ${value}`}`,
          answer,
        };
        return caseOf(row, fault, end, {
          kind: `a field is ${value}`,
          plain: true,
          ...(SENT.includes(end) ? { logins: 1 } : {}),
        });
      }),
    ),
  );
}

function spoil(body: unknown, fields: string[], value: Value): string {
  const json = typeof body === 'string' ? JSON.parse(body) : body;
  const spoiled = (one: object) => ({ ...one, ...Object.fromEntries(fields.map((field) => [field, VALUES[value]])) });
  return JSON.stringify(Array.isArray(json) ? json.map(spoiled) : spoiled(json));
}
