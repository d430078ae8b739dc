// One case of the fault table: a request, a fault, and what must come of both.

import type { SymptomId } from '../../src/errors/symptoms/all.js';
import type { Fault } from './front.js';
import type { Kind } from './kinds.js';
import { type End, type Row, SUCCESS } from './requests.js';

export interface Case {
  name: string;
  row: Row;
  fault: Fault;
  /** What kind of fault it is, where its name tells more than that. */
  kind?: string;
  end: End;
  /** Another end that is right as well, where chance decides. */
  or?: SymptomId;
  /** Posts of the password. */
  logins: number;
  /** How often the fault strikes; always unless said otherwise. */
  times?: number;
  /** Bytes that the server must not get rid of. */
  most?: number | undefined;
  /** Inputs that differ from the row's. */
  inputs?: Record<string, string>;
  /** Names are looked up by a preload, which only Node has. */
  preload?: boolean;
  /** Goes without TLS, which takes longer than all the rest, where nothing depends on it. */
  plain?: boolean;
  /** Takes the whole of a short time limit. */
  waits?: boolean;
}

/** How a row ends with a fault of this kind. */
export function endOf(row: Row, kind: Kind | 'redirect', name: string): End {
  const named = row.always ?? row.named?.[name];
  if (named) return named;
  return kind === 'harmless' ? SUCCESS : (row.tells[kind] ?? (kind as SymptomId));
}

const LOGINS: Record<Row['method'], string> = {
  token: 'token method',
  cookie: 'cookie method',
  keyless: 'keyless login',
  provider: 'login at a provider',
  basic: 'basic',
};

/** A case, with a name that tells its place in the table. */
export function caseOf(row: Row, fault: Fault, end: End, more: Partial<Case> = {}): Case {
  const name = `${LOGINS[row.method]}, ${row.name}: ${fault.name}`;
  const sends = row.name !== 'refresh' && (row.method === 'token' || row.method === 'cookie');
  const logins = end === SUCCESS && sends ? 1 : row.logins;
  return { name, row, fault, end, logins, ...more };
}
