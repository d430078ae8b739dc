// Cookies that no server should set: with control characters, too long, without a name.

import { type Case, caseOf } from './case.js';
import { type End, ROWS, SUCCESS } from './requests.js';
import type { Reached } from './wire.js';
import { whole } from './wire.js';

const BAD: Record<string, (cookie: string) => string> = {
  '\\x01': (cookie) => cookie.replace('=', '=\x01'),
  '\\x7f': (cookie) => cookie.replace('=', '=\x7f'),
  NUL: (cookie) => cookie.replace('=', '=\0'),
  'a lone CR': (cookie) => cookie.replace('=', '=a\rb'),
  '5000 bytes': (cookie) => cookie.replace('=', `=${'x'.repeat(5000)}`),
  'no name': (cookie) => cookie.replace(/^[^=]*=/, '='),
  'no value': (cookie) => cookie.replace(/=[^;]*/, '='),
};

/** Control characters that may not be in any header: it then is no HTTP. */
const NOT_HTTP = ['\\x01', '\\x7f', 'NUL', 'a lone CR'];

/** Both answers that set a cookie, with bad ones in place of the good one, or beside it. */
export function cookieCases(): Case[] {
  const rows: [name: string, lost: End][] = [
    ['start', 'callback-csrf'],
    ['callback', 'callback-cookie'],
  ];
  return rows.flatMap(([name, lost]) => {
    const row = ROWS.find((one) => one.method === 'cookie' && one.name === name);
    if (!row) return [];
    return Object.entries(BAD).flatMap(([bad, change]) =>
      ['in place of', 'beside'].map((where) => {
        const answer = ({ answer, socket }: Reached) => {
          const good = [answer.headers?.['set-cookie'] ?? []].flat();
          const spoiled = good.map((cookie) => change(where === 'beside' ? `other${cookie}` : cookie));
          const cookies = where === 'beside' ? [...spoiled, ...good] : spoiled;
          socket.end(whole(answer, { 'set-cookie': cookies }));
        };
        const end = NOT_HTTP.includes(bad) ? 'not-http' : where === 'beside' ? SUCCESS : lost;
        const logins = end === 'not-http' && name === 'start' ? 0 : 1;
        return caseOf(row, { name: `cookie with ${bad} ${where} the good one`, answer }, end, { logins, plain: true });
      }),
    );
  });
}
