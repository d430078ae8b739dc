// Settings as users may give them: good ones, near ones, and anything else.

import fc from 'fast-check';
import { namesOf, ROWS } from '../../../src/settings/table.js';
import { value } from './arbitraries.js';

const blank = fc.constantFrom('', ' ', '\n', '\t');
const around = (one: fc.Arbitrary<string>) => fc.tuple(blank, one, blank).map((parts) => parts.join(''));

const address = fc.oneof(
  fc.constantFrom('https://platform.test', 'http://localhost:8080/', 'http://platform.test', 'platform.test'),
  fc.webUrl({ withQueryParameters: true, withFragments: true, validSchemes: ['https', 'http', 'ftp'] }),
  fc.tuple(fc.constantFrom('https://', 'http://', 'HTTPS://', '//', ''), value).map((parts) => parts.join('')),
);
const word = fc.constantFrom(
  'true',
  'FALSE',
  '1',
  'token',
  'cookie',
  'auto',
  '60',
  'c1',
  'team-a',
  '${{ x }}',
  'openid',
);

/** What each setting may hold: something good, something near it, or anything. */
const settings = fc.record(
  Object.fromEntries(
    ROWS.flatMap((row) =>
      namesOf(row).map((name) => [name, around(/address|uri/.test(name) ? address : fc.oneof(word, value))]),
    ),
  ),
  { requiredKeys: [] },
);
/** Enough to log in with, unless something else contradicts it. */
const GOOD = {
  'platform-address': 'https://platform.test',
  cluster: 'c1',
  username: 'u',
  password: 'p',
  'client-id': 'c',
};
const good = fc.subarray(Object.entries(GOOD), { minLength: 2 }).map((some) => Object.fromEntries(some));
const env = fc.record(
  Object.fromEntries(ROWS.flatMap((row) => row.env).map((name) => [name, /URI|ADDRESS/.test(name) ? address : value])),
  { requiredKeys: [] },
);

const caller = fc.constantFrom<('action' | 'cli')[]>('action', 'cli');

export const SECRETS = ROWS.filter((row) => row.secret).map(({ name, env: [variable = ''] }) => ({ name, variable }));

export const SECRET_FILE = '/file';

export interface Case {
  caller: 'action' | 'cli';
  given: Record<string, string | undefined>;
  env: Record<string, string | undefined>;
}

/** Some settings of any kind, with or without the good ones. */
const few = fc.tuple(
  settings,
  fc.subarray(
    ROWS.map(({ name }) => name as string),
    { maxLength: 3 },
  ),
);
const anything = fc.oneof(
  fc.record({ caller, given: settings, env }),
  fc.record({
    caller,
    given: fc.tuple(settings, good).map(([some, more]) => ({ ...some, ...more })),
    env: fc.constant({}),
  }),
);
const nearlyGood = fc.record({
  caller,
  given: few.map(([all, names]) => ({ ...GOOD, ...Object.fromEntries(names.map((name) => [name, all[name]])) })),
  env: fc.constant({}),
});
export const cases: fc.Arbitrary<Case> = fc.oneof(
  { weight: 1, arbitrary: anything },
  { weight: 2, arbitrary: nearlyGood },
);
