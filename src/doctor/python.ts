// Whether a Python interpreter would find the provider that sends our credential.

import { execFileSync } from 'node:child_process';
import { errorMessage } from '../errors/errors.js';
import type { Env } from '../util/env.js';
import type { Report } from './report.js';

/** Lists MLflow's request auth providers, and MLflow's version, as JSON. */
const SCRIPT = `
import importlib.metadata as m, json
found = m.entry_points()
names = found.select(group="mlflow.request_auth_provider") if hasattr(found, "select") else found.get("mlflow.request_auth_provider", [])
try:
    version = m.version("mlflow")
except m.PackageNotFoundError:
    version = None
print(json.dumps({"providers": sorted({e.name for e in names}), "mlflow": version}))
`;

/** Asks the interpreter, in the environment that it would run in. */
export async function checkPython(report: Report, interpreter: string, env: Env): Promise<void> {
  try {
    const { providers, mlflow } = JSON.parse(
      execFileSync(interpreter, ['-c', SCRIPT], { encoding: 'utf8', env, timeout: 30_000 }),
    );
    const found = providers.includes('mlflow-auth');
    report.add({
      layer: 'Python',
      ok: mlflow !== null,
      text: mlflow === null ? `${interpreter} has no mlflow` : `${interpreter} has mlflow ${mlflow}`,
      ...(mlflow === null ? { advice: 'Install it: pip install mlflow.' } : {}),
    });
    const wanted = env.MLFLOW_TRACKING_AUTH === 'mlflow-auth';
    report.add({
      layer: 'Python',
      ok: found === wanted ? (found ? true : undefined) : false,
      text: `${interpreter} ${found ? 'finds' : 'does not find'} the provider mlflow-auth, and MLFLOW_TRACKING_AUTH ${wanted ? 'asks for it' : 'does not ask for it'}`,
      ...(found === wanted
        ? {}
        : {
            advice: 'Set PYTHONPATH and MLFLOW_TRACKING_AUTH as "env --dir" prints them; python -I and -E ignore them.',
          }),
    });
  } catch (error) {
    report.add({
      layer: 'Python',
      ok: false,
      text: `${interpreter} does not run: ${errorMessage(error).split('\n')[0]}`,
    });
  }
}
