// The real readers of what is quoted: shells, PowerShell, python-dotenv. Each is started once for many values.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OPTIONS = { maxBuffer: 1 << 28, encoding: 'utf8' } as const;

const WINDOWS = process.platform === 'win32';
const PYTHON = WINDOWS ? 'python' : 'python3';

/** Why a reader is not asked here, or false. */
export function missing(reader: 'bash' | 'dash' | 'pwsh' | 'python'): string | false {
  // A bash on Windows may be that of another system, with other paths.
  if (WINDOWS && (reader === 'bash' || reader === 'dash')) return 'no POSIX shell on Windows';
  const program = reader === 'python' ? PYTHON : reader;
  // README asks for the others, and without them the test fails.
  const optional = WINDOWS || reader === 'pwsh';
  return optional && spawnSync(program, ['--version']).error ? `${program} is not installed here` : false;
}

/** A folder that is gone after the work. */
export function withFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-fuzz-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a POSIX shell has in these variables after `eval "$(…)"`, as README has it. */
export function readWithShell(shell: 'bash' | 'dash', output: string, names: string[]): string[] {
  const prints = names.map((name) => `printf '%s\\0' "$${name}"`).join('\n');
  const script = `eval "$(cat)"\n${prints}\n`;
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
  return withFolder((folder) => {
    const file = join(folder, 'script');
    writeFileSync(file, script);
    return execFileSync(shell, [file], { ...OPTIONS, input: output, env })
      .split('\0')
      .slice(0, -1);
  });
}

/** What PowerShell has in these variables after it has run the lines as one script. */
export function readWithPowerShell(output: string, names: string[]): string[] {
  return withFolder((folder) => {
    const [lines, script] = [join(folder, 'lines.txt'), join(folder, 'script.ps1')];
    writeFileSync(lines, output);
    const prints = names.map(
      (name) =>
        `[Console]::Out.WriteLine([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes([string]$env:${name})))`,
    );
    writeFileSync(script, [`Invoke-Expression ([IO.File]::ReadAllText('${lines}'))`, ...prints, ''].join('\n'));
    const args = ['-NoProfile', '-NonInteractive', '-File', script];
    const base64 = execFileSync('pwsh', args, OPTIONS).split(/\r?\n/).slice(0, -1);
    return base64.map((one) => Buffer.from(one, 'base64').toString('utf8'));
  });
}

/** What python-dotenv reads out of such a file, with an environment in which nothing is set. */
export function readWithPythonDotenv(python: string, output: string): Record<string, string> {
  const program = 'import dotenv, json, sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))';
  return withFolder((folder) => {
    const file = join(folder, '.env');
    writeFileSync(file, output);
    return JSON.parse(execFileSync(python, ['-c', program, file], OPTIONS));
  });
}
