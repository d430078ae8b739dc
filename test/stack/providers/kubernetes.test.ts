// MLflow with kubernetes-auth behind a provider that is not Dex: who owns a run, and what the API server must trust.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Claims } from '../../../src/login/dex/claims.js';
import { runCommand } from '../../support/program.js';
import { type CiSystem, startCi } from '../ci-issuer.js';
import { startKubernetes } from '../kubernetes.js';
import { python } from '../run-python.js';
import { CI_JOB } from '../stack.js';
import { type Behind, PROXY_CLIENT, type Provider, startBehind } from './behind.js';
import { type Env, envOf, isRefused, SECRET } from './drive.js';
import { startHydra, UNTRUSTED } from './hydra.js';

/** Rights of a client, and of a job, by `sub`: their tokens have no email. */
const RIGHTS = { 'team-a': ['ci', 'ci-untrusted', CI_JOB], 'team-b': [] };

describe('kubernetes-auth behind Hydra', () => {
  let ci: CiSystem;
  let hydra: Provider;
  let api: Awaited<ReturnType<typeof startKubernetes>>;
  let behind: Behind;
  const start = async (env: Record<string, string>) => {
    ci = await startCi();
    hydra = await startHydra(ci);
    // As structured authentication does it: the issuer, and one of the audiences.
    const trusts = ({ iss, aud }: Claims) => iss === hydra.issuer && [aud].flat().includes(PROXY_CLIENT);
    api = await startKubernetes(RIGHTS, trusts);
    const extra = { oidc_extra_audiences: [UNTRUSTED], pass_user_headers: true };
    behind = await startBehind(hydra, { usual: extra }, { address: api.address, env });
  };
  const stop = async () => {
    await behind?.stop();
    await api?.close();
    await ci?.close();
  };

  const secret = (client: string, more: Env = {}) =>
    envOf(behind, client, { ...SECRET, DEX_AUDIENCE: PROXY_CLIENT, ...more });
  const ownerOf = async (env: Env) => {
    const { status, stdout, stderr } = await runCommand(['env', '--format', 'json'], env);
    assert.equal(status, 0, stderr);
    const handed = JSON.parse(stdout);
    const logged = await python(behind, handed, ['quickstart.py']);
    const run = /^run: ([0-9a-f]{32})$/m.exec(logged.stdout)?.[1] ?? assert.fail(logged.stderr);
    const read = await python(behind, handed, ['read_run.py', run]);
    return JSON.parse(read.stdout).owner;
  };

  describe('that passes the token on (self_subject_access_review)', () => {
    before(() => start({ MLFLOW_K8S_AUTH_USERNAME_CLAIM: 'sub' }));
    after(stop);

    it('has the subject of the token as owner: the client, or the CI job', async () => {
      assert.equal(await ownerOf(secret('ci')), 'ci');
      const grant = { MLFLOW_AUTH_LOGIN: 'jwt-bearer', MLFLOW_AUTH_ID_TOKEN: ci.token({ aud: hydra.tokenEndpoint }) };
      assert.equal(await ownerOf(secret('ci-jwt-bearer', grant)), CI_JOB);
    });

    it('opens no other workspace, and none to other clients', async () => {
      await isRefused(secret('ci', { MLFLOW_WORKSPACE: 'team-b' }), 'workspace-forbidden');
      await isRefused(secret('ci-post', { MLFLOW_AUTH_CLIENT_AUTH: 'post' }), 'workspace-forbidden');
    });

    it('refuses a token that oauth2-proxy accepts where the API server does not trust its audience', async () => {
      await isRefused(secret('ci-untrusted', { DEX_AUDIENCE: UNTRUSTED }), 'kubernetes-untrusted');
    });
  });

  describe('that reviews what oauth2-proxy says of the user (subject_access_review)', () => {
    before(() =>
      start({
        MLFLOW_K8S_AUTH_AUTHORIZATION_MODE: 'subject_access_review',
        MLFLOW_K8S_AUTH_REMOTE_USER_HEADER: 'x-forwarded-email',
        MLFLOW_K8S_AUTH_REMOTE_GROUPS_HEADER: 'x-forwarded-groups',
        MLFLOW_K8S_AUTH_REMOTE_GROUPS_SEPARATOR: ',',
      }),
    );
    after(stop);

    it('requires no trust of the API server, and has the owner from the proxy', async () => {
      assert.equal(await ownerOf(secret('ci-untrusted', { DEX_AUDIENCE: UNTRUSTED })), 'ci-untrusted');
      await isRefused(secret('ci', { MLFLOW_WORKSPACE: 'team-b' }), 'workspace-forbidden');
      await isRefused(secret('ci-post', { MLFLOW_AUTH_CLIENT_AUTH: 'post' }), 'workspace-forbidden');
    });
  });
});
