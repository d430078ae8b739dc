// The log of a login held against the usual one, so that a test sees each line that is new, and each that is missing.

import { steady } from './program.js';

/** The lines of a usual login by the token method, with the command `token`. */
export const TOKEN_LOG = [
  '- method: token (the command is token)',
  '✓ login begun (N ms)',
  '✓ public key received (N ms)',
  '✓ logged in as ci@example.com (connector local) (N ms)',
  '✓ code exchanged for a token (N ms)',
  '✓ accepted by oauth2-proxy (N ms)',
  '✓ workspace team-a open (N ms)',
];

/** The same by the cookie method, with the command `cookie`. */
export const COOKIE_LOG = [
  '- method: cookie (the command is cookie)',
  '✓ login begun at oauth2-proxy (N ms)',
  ...TOKEN_LOG.slice(1, 4),
  '✓ code exchanged for a session cookie (N ms)',
  ...TOKEN_LOG.slice(5),
];

/** Lines of a log beyond the usual ones, and usual ones that are not there; steps at the same time have no order. */
export function differences(text: string, usual: readonly string[]): { more: string[]; missing: string[] } {
  const lines = steady(text).split('\n').filter(Boolean);
  return { more: minus(lines, usual), missing: minus(usual, lines) };
}

function minus(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
