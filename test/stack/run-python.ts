// Runs the stack's Python scripts with nothing in their environment but what was handed over.

import { type Outcome, runProgram } from '../support/program.js';
import type { Stack } from './stack.js';

/** Keeps Python from writing to, or reading from, the home of whoever runs the tests. */
export function quiet(stack: Pick<Stack, 'folder'>): Record<string, string> {
  return {
    HOME: stack.folder,
    PYTHONWARNINGS: 'ignore',
    GIT_PYTHON_REFRESH: 'quiet',
    PYTHONDONTWRITEBYTECODE: '1',
    // It leaves this machine, and changes the environment while another thread reads it.
    MLFLOW_DISABLE_TELEMETRY: 'true',
  };
}

export function python(
  stack: Pick<Stack, 'folder' | 'tools'>,
  env: Record<string, string>,
  args: string[],
): Promise<Omit<Outcome, 'files'>> {
  const [script = '', ...rest] = args;
  const file = script.endsWith('.py') ? [`test/stack/python/${script}`] : [script];
  return runProgram(stack.tools.python, [...file, ...rest], { ...env, ...quiet(stack) });
}
