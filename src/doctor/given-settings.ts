// Lists the settings that were given, and shows none of their secrets.

import { fromBase64 } from '../http/trust.js';
import { gather, type Sources } from '../settings/sources.js';
import { ROWS } from '../settings/table.js';
import type { Secrets } from '../util/secrets.js';
import { passwordsIn, withoutLogin } from '../util/url.js';
import type { Report } from './report.js';

/** Adds a line for each setting with its value and where it comes from; secrets, also those in addresses, are kept out. */
export function listSettings(report: Report, sources: Sources, secrets: Secrets): void {
  const given = [...gather(sources)].filter(([, { value, from }]) => value && from !== 'default');
  const isSecret = (name: string) => ROWS.find((row) => row.name === name)?.secret === true;
  // All of them first: one setting may hold the secret of another one.
  for (const [name, { value }] of given) {
    if (isSecret(name)) secrets.add(value);
    for (const password of passwordsIn(value)) secrets.add(password);
  }
  for (const [name, value] of Object.entries(sources.env))
    if (/_(proxy|url|uri)$/i.test(name)) for (const password of passwordsIn(value ?? '')) secrets.add(password);
  for (const [name, { value, from }] of given) {
    const shown = isSecret(name)
      ? 'set'
      : value.includes('-----BEGIN') || fromBase64(value)
        ? 'certificate text'
        : withoutLogin(value);
    report.add({ layer: 'settings', ok: undefined, text: `${name}: ${shown} (${from})` });
  }
}
