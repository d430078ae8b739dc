// The Python module as a wheel: a PYTHONPATH takes it as it is, and `pip freeze` does not list what is in one.

import packageJson from '../../../package.json' with { type: 'json' };
import { providerSource } from './source.js';
import { zipOf } from './zip.js';

/** No package index takes a local version (PEP 440), so nobody can put a package of theirs under the name with it. */
const VERSION = `${packageJson.version}+local`;
const NAME = `mlflow_auth_provider-${VERSION}`;

/** pip knows a wheel by the form of its name (PEP 427), and takes nothing within one for installed. */
export const WHEEL = `${NAME}-py3-none-any.whl`;

/** The module, and the entry point by which MLflow finds it. */
export function providerWheel(): Uint8Array {
  return zipOf({
    'mlflow_auth_provider.py': providerSource,
    // Without a RECORD, MLflow does not list the module in the requirements of a logged model.
    [`${NAME}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: mlflow-auth-provider\nVersion: ${VERSION}\n`,
    [`${NAME}.dist-info/entry_points.txt`]:
      '[mlflow.request_auth_provider]\nmlflow-auth = mlflow_auth_provider:MlflowAuthProvider\n',
  });
}
