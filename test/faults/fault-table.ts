// The fault table: each request with each fault, and what must come of it.

import { ANSWER_FAULTS } from './answers.js';
import { cookieCases } from './bad-cookies.js';
import { type Case, caseOf, endOf } from './case.js';
import { CONNECTION_FAULTS } from './connections.js';
import type { Kind } from './kinds.js';
import { nameCases } from './names.js';
import { redirectCases } from './redirects.js';
import { ROWS, type Row, SUCCESS } from './requests.js';
import { shapeCases } from './shapes.js';

/** Where the connection itself plays a part. */
const BENEATH: Kind[] = ['broken-off', 'timeout', 'answer-too-large', 'not-http'];

const answers = ROWS.flatMap((row) =>
  ANSWER_FAULTS.map((fault) => {
    const { kind, most } = fault;
    return caseOf(row, fault, endOf(row, kind, fault.name), {
      most,
      waits: kind === 'timeout',
      plain: !BENEATH.includes(kind),
    });
  }),
);

const connections = ROWS.filter(({ twin }) => !twin).flatMap((row) =>
  CONNECTION_FAULTS.map((fault) => {
    // What is not needed has its own time; a short one for the whole login could end what comes before it.
    const waits = fault.tells === 'timeout' && !row.always;
    // The connection ends before the password is on it.
    return caseOf(row, fault, row.always ?? fault.tells, { waits, ...(row.password ? { logins: 0 } : {}) });
  }),
);

/** Before the password is sent, what passes is tried again: a lost connection, a server that is busy for a moment. */
const PASSING = [
  ...ANSWER_FAULTS.filter(({ kind, name }) => kind === 'broken-off' || /^(50[234]|429.*(: 1|1970.*))$/.test(name)),
  ...CONNECTION_FAULTS.filter(({ tells }) => tells === 'broken-off'),
];
const once = ROWS.filter(({ tries, logins }) => tries > 2 && logins === 0).flatMap((row) =>
  PASSING.filter((fault) => fault.answer || !row.twin).map((fault) =>
    caseOf(row, { ...fault, name: `${fault.name}, once` }, SUCCESS, { times: 1 }),
  ),
);

export const CASES: Case[] = [
  ...connections,
  ...nameCases(),
  ...answers,
  ...once,
  ...redirectCases(),
  ...shapeCases(),
  ...cookieCases(),
];

/** One case of each fault, of the request with the fewest so far: each fault and each request are in it, always the same. */
export function sampleOf(cases: Case[]): Case[] {
  const groups = new Map<string, Case[]>();
  for (const one of cases) groups.set(faultOf(one), [...(groups.get(faultOf(one)) ?? []), one]);
  const taken = new Map<Row, number>();
  return [...groups.values()].map((group) => {
    const least = group.reduce((one, other) => ((taken.get(other.row) ?? 0) < (taken.get(one.row) ?? 0) ? other : one));
    taken.set(least.row, (taken.get(least.row) ?? 0) + 1);
    return least;
  });
}

/** The fault of a case; a wrong field is one whichever field it is. */
export function faultOf({ kind, fault }: Case): string {
  return kind ?? fault.name;
}
