// Whether a Python interpreter would find the provider that sends our credential.

import { execFileSync } from 'node:child_process';
import { errorMessage } from '../errors/errors.js';
import { withoutSecrets } from '../settings/secret-variables.js';
import type { Env } from '../util/env.js';
import type { Report } from './report.js';

/**
 * Lists MLflow's request auth providers, and MLflow's version, as JSON. The current folder, which -c puts on the path and a
 * script of the user's own does not, could have a json.py.
 */
const SCRIPT = `
import sys
sys.path[:] = [path for path in sys.path if path]
import importlib.metadata as m, json
found = m.entry_points()
names = found.select(group="mlflow.request_auth_provider") if hasattr(found, "select") else found.get("mlflow.request_auth_provider", [])
try:
    version = m.version("mlflow")
except m.PackageNotFoundError:
    version = None
print(json.dumps({"providers": sorted({e.name for e in names}), "mlflow": version}))
`;

/** Secrets that the check of an interpreter does not need, in addition to those of a login. */
const OTHER_SECRETS = [
  'MLFLOW_TRACKING_TOKEN',
  'MLFLOW_TRACKING_PASSWORD',
  'MLFLOW_PROXY_COOKIE',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
];

/** Asks the interpreter, in the environment that it would run in, but for the secrets. */
export async function checkPython(report: Report, interpreter: string, env: Env): Promise<void> {
  try {
    const { providers, mlflow } = JSON.parse(
      execFileSync(interpreter, ['-c', SCRIPT], {
        encoding: 'utf8',
        env: withoutSecrets(env, OTHER_SECRETS),
        timeout: 30_000,
      }),
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
