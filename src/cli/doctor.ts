// The command doctor on the command line: prints a report, or explains an error text that the user already has.

import { runDoctor } from '../doctor/doctor.js';
import { type Finding, linesOf, Report } from '../doctor/report.js';
import { explainMessage } from '../errors/explain.js';
import type { Call } from './command.js';

/** @returns the exit code: 0 when nothing is wrong, or the text is explained */
export async function run({ flags, sources, secrets, print }: Call): Promise<number> {
  const { message, python } = flags;
  const json = flags.json === 'true';
  if (message !== undefined) return explain(message === '-' ? sources.readFile('-') : message, json, print);
  const safe = (finding: Finding): Finding => {
    const { text, advice, ...rest } = finding;
    return { ...rest, text: secrets.redact(text), ...(advice ? { advice: secrets.redact(advice) } : {}) };
  };
  const report = new Report((finding) => {
    if (!json) print(linesOf(safe(finding)));
  });
  await runDoctor(report, sources, secrets, { login: flags.login === 'true', python });
  if (json) print(`${JSON.stringify({ ok: report.ok, findings: report.findings.map(safe) }, null, 2)}\n`);
  return report.ok ? 0 : 1;
}

function explain(text: string, json: boolean, print: (text: string) => void): number {
  const symptom = explainMessage(text);
  if (json) {
    const { id, layer, title, meaning, advice } = symptom ?? {};
    print(`${JSON.stringify(symptom ? { id, layer, title, meaning, advice } : null, null, 2)}\n`);
  } else if (symptom) {
    print(`${symptom.title} (${symptom.layer})\nMeans: ${symptom.meaning}\nDo:    ${symptom.advice}\n`);
  } else {
    print('This text is not known. Run doctor without --message: it looks at each layer itself.\n');
  }
  return symptom ? 0 : 1;
}
