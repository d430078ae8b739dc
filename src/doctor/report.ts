// What doctor finds: one line for each thing that was looked at, for people or for machines.

import { AuthError, errorMessage } from '../errors/errors.js';
import { markOf } from '../errors/explain.js';
import type { Layer } from '../errors/symptoms/symptom.js';
import { printable } from '../util/text.js';

export interface Finding {
  layer: Layer | 'settings' | 'Python';
  /** Undefined for what is neither good nor bad. */
  ok: boolean | undefined;
  text: string;
  /** What to do, where something is wrong. */
  advice?: string;
}

/** Collects findings, and runs checks so that one that fails does not keep the others from being made. */
export class Report {
  readonly findings: Finding[] = [];
  readonly #say: (finding: Finding) => void;

  constructor(say: (finding: Finding) => void) {
    this.#say = say;
  }

  add({ text, advice, ...rest }: Finding): void {
    const finding = { ...rest, text: printable(text), ...(advice ? { advice: printable(advice) } : {}) };
    this.findings.push(finding);
    this.#say(finding);
  }

  /** Adds what a check says, or the error in which it ends. @returns undefined when it failed */
  async check<T>(layer: Finding['layer'], work: () => Promise<[text: string, value: T]>): Promise<T | undefined> {
    try {
      const [text, value] = await work();
      this.add({ layer, ok: true, text });
      return value;
    } catch (error) {
      this.add(findingOf(error, layer));
      return undefined;
    }
  }

  get ok(): boolean {
    return this.findings.every(({ ok }) => ok !== false);
  }
}

function findingOf(error: unknown, layer: Finding['layer']): Finding {
  if (!(error instanceof AuthError)) return { layer, ok: false, text: errorMessage(error) };
  const { tried, got, symptom, advice } = error;
  return {
    layer: symptom.layer,
    ok: false,
    text: `${tried}: ${got} (${symptom.meaning}) ${markOf(symptom.id)}`,
    advice,
  };
}

/** A finding as lines of text. */
export function linesOf({ layer, ok, text, advice }: Finding): string {
  const mark = ok === undefined ? '-' : ok ? '✓' : '✗';
  return `${mark} ${layer}: ${text}${advice ? `\n    ${advice}` : ''}\n`;
}
