// Whether a Python interpreter would find the provider that sends the credential.

import { execFileSync } from 'node:child_process';
import { errorMessage } from '../errors/errors.js';
import { withoutSecrets } from '../settings/secret-variables.js';
import type { Env } from '../util/env.js';
import type { Finding, Report } from './report.js';

/** What pip calls the packages that bring MLflow's client, the whole one first. */
const PACKAGES = ['mlflow', 'mlflow-skinny', 'mlflow-tracing'];

/**
 * Lists MLflow's request auth providers, and the versions of MLflow's packages, as JSON. The current folder, which -c
 * puts on the path and a script of the user's own does not, could have a json.py.
 */
const SCRIPT = `
import sys
sys.path[:] = [path for path in sys.path if path]
import importlib.metadata as m, json
found = m.entry_points()
names = found.select(group="mlflow.request_auth_provider") if hasattr(found, "select") else found.get("mlflow.request_auth_provider", [])
versions = {}
for name in ${JSON.stringify(PACKAGES)}:
    try:
        versions[name] = m.version(name)
    except m.PackageNotFoundError:
        pass
print(json.dumps({"providers": sorted({e.name for e in names}), "versions": versions}))
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
    const { providers, versions } = JSON.parse(
      execFileSync(interpreter, ['-c', SCRIPT], {
        encoding: 'utf8',
        env: withoutSecrets(env, OTHER_SECRETS),
        timeout: 30_000,
      }),
    );
    const found = providers.includes('mlflow-auth');
    const wanted = env.MLFLOW_TRACKING_AUTH === 'mlflow-auth';
    report.add({ layer: 'Python', ...describeMlflow(interpreter, versions, env, found && wanted) });
    report.add({
      layer: 'Python',
      ok: found === wanted ? (found ? true : undefined) : false,
      text: `${interpreter} ${found ? 'finds' : 'does not find'} the provider mlflow-auth, and MLFLOW_TRACKING_AUTH ${wanted ? 'selects it' : 'does not select it'}`,
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

/** Which MLflow there is, and whether it works in the workspace that is chosen. */
function describeMlflow(
  interpreter: string,
  versions: Record<string, unknown>,
  env: Env,
  withProvider: boolean,
): Omit<Finding, 'layer'> {
  const name = PACKAGES.find((one) => typeof versions[one] === 'string');
  if (name === undefined) {
    const text = `${interpreter} has no ${PACKAGES.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
    return { ok: false, text, advice: 'Install it: pip install mlflow.' };
  }
  const has = `${interpreter} has ${name} ${versions[name]}`;
  if (knowsWorkspaces(String(versions[name]))) return { ok: true, text: `${has}, which supports workspaces` };
  const text = `${has}, which does not support workspaces, as MLflow 3.10 and later do`;
  if (withProvider) return { ok: true, text: `${text}; the provider mlflow-auth names the workspace` };
  if (!env.MLFLOW_WORKSPACE) return { ok: true, text };
  const advice = 'It would use the default workspace of the server. Use "env --dir", or install MLflow 3.10 or later.';
  return { ok: false, text, advice };
}

/** From 3.10 on; a version that cannot be read is taken for a new one. */
function knowsWorkspaces(version: string): boolean {
  const [, major = '4', minor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 10);
}
