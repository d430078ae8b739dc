// MLflow's Java client, with what docs/clients.md says of it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, run } from '../support/installed.js';
import { runProgram } from '../support/program.js';
import type { Stack } from './stack.js';

const POM = 'test/stack/java/pom.xml';
const PATH = { PATH: process.env.PATH ?? '' };

/** Runs Client.java, which writes a run and prints what it finds of it. @param stock with `new MlflowClient()` */
export async function javaClient(stack: Pick<Stack, 'folder' | 'caFile'>, env: Record<string, string>, stock = false) {
  const jars = await cached('java', readFileSync(POM, 'utf8'), (folder) => {
    const args = ['-q', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
    return run('mvn', args, '.', 'test:stack needs Java 11 or later (a JDK) and Maven, and its repository');
  });
  const store = join(stack.folder, 'trust.p12');
  const trust = ['-importcert', '-noprompt', '-alias', 'platform', '-file', stack.caFile];
  if (!existsSync(store)) await run('keytool', [...trust, '-keystore', store, '-storepass', 'changeit']);
  const properties = [`-Djavax.net.ssl.trustStore=${store}`, '-Djavax.net.ssl.trustStorePassword=changeit'];
  const args = ['-cp', join(jars, '*'), ...properties, 'test/stack/java/Client.java', ...(stock ? ['stock'] : [])];
  return runProgram('java', args, { ...PATH, ...env });
}
