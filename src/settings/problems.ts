// What is wrong with the settings, in one message: a line each, with what set it.

import type { Found, Sources } from './sources.js';
import type { Name } from './table.js';
import type { Problem } from './types.js';

/** The lines of the message. */
export function listOf(problems: readonly Problem[], found: Map<Name, Found>, { caller, env }: Sources): string[] {
  const lines = problems.map(({ name, kind, text }) => {
    const from = found.get(name)?.from;
    return `  ${name}: ${text}${kind === 'invalid' && from && from !== 'default' ? ` Set by ${from}.` : ''}`;
  });
  const title = lines.length === 1 ? '1 configuration error:' : `${lines.length} configuration errors:`;
  const outside = env.GITHUB_ACTOR === 'dependabot[bot]' || env.GITHUB_EVENT_NAME?.startsWith('pull_request');
  const secrets = caller === 'action' && problems.some(({ kind }) => kind === 'missing');
  const hint = 'GitHub does not pass secrets of the repository to workflows of forks and of Dependabot.';
  return [title, ...lines, ...(secrets && outside ? [hint] : [])];
}
