// The command doctor on the command line: prints a report, or explains an error text that the user already has.

import { dexConfig } from '../doctor/dex-config.js';
import { runDoctor } from '../doctor/doctor.js';
import { type Finding, linesOf, Report } from '../doctor/report.js';
import { explainMessage } from '../errors/explain.js';
import { gather } from '../settings/sources.js';
import type { Name } from '../settings/table.js';
import type { Call } from './command.js';

/** @returns the exit code: 0 when nothing is wrong, or the text is explained */
export async function run({ flags, sources, secrets, print }: Call): Promise<number> {
  const { message, python } = flags;
  const json = flags.json === 'true';
  const owner = flags['print-dex-config'];
  if (owner !== undefined) return printDexConfig(owner, gather(sources), print);
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

/** With placeholders for what is not set. */
function printDexConfig(owner: string, found: ReturnType<typeof gather>, print: (text: string) => void): number {
  const of = (name: Name, usual: string) => {
    const one = found.get(name);
    return one && one.from !== 'default' ? one.value : usual;
  };
  const platform = of('platform-address', 'https://platform.example.com').replace(/\/+$/, '');
  const [clientId, connector] = [of('client-id', 'mlflow-ci'), of('connector', 'github-actions')];
  print(dexConfig({ owner, platform, clientId, connector, audience: of('audience', 'alauda-auth') }));
  return 0;
}

function explain(text: string, json: boolean, print: (text: string) => void): number {
  const symptom = explainMessage(text);
  if (json) {
    const { id, layer, title, meaning, advice } = symptom ?? {};
    print(`${JSON.stringify(symptom ? { id, layer, title, meaning, advice } : null, null, 2)}\n`);
  } else if (symptom) {
    print(`${symptom.title} (${symptom.layer})\nMeans: ${symptom.meaning}\nFix:   ${symptom.advice}\n`);
  } else {
    print('Unknown error message. Run doctor without --message to check each layer.\n');
  }
  return symptom ? 0 : 1;
}
