// How many requests of the Python module failed for want of a credential that the server takes: a byte for each, in a file.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** Also known to src/sdk/python/mlflow_auth_provider.py. */
const REJECTED_FILE = 'rejected-requests';

/** @returns the requests, 0 where none are noted */
export function countRejected(dir: string): number {
  try {
    const file = lstatSync(join(dir, REJECTED_FILE));
    return file.isFile() ? file.size : 0;
  } catch {
    return 0;
  }
}
