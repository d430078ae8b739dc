// MLflow with basic-auth, or whatever answers in its place: the password goes out only after a challenge, once, to it alone.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError } from '../../src/errors/errors.js';
import type { Context } from '../../src/login/context.js';
import { verify } from '../../src/login/verify.js';
import { way } from '../../src/login/ways/basic.js';
import type { Settings } from '../../src/settings/types.js';
import { Secrets } from '../../src/util/secrets.js';
import { body, jsonWith, secret, text } from '../support/property/arbitraries.js';
import { checkEnds } from '../support/property/check.js';
import { fakeHttp, outcome, type Reply, reply } from '../support/property/replies.js';

const MLFLOW = 'https://mlflow.test/clusters/c1/mlflow';

const challenge = fc
  .constantFrom('Basic realm="mlflow"', 'basic', 'Digest realm="x", Basic realm="y, z"')
  .map((value): Reply => ({ status: 401, headers: [['www-authenticate', value]], body: '' }));
const denied: Reply = { status: 401, headers: [], body: '{"detail":"Authentication required"}' };
const proof = jsonWith('workspace').map((one): Reply => ({ status: 200, headers: [], body: one }));
const any = reply(fc.oneof(body, jsonWith('workspace', 'experiments', 'detail', 'workspaces_enabled')));
const good = fc.tuple(fc.oneof(challenge, fc.constant(denied)), proof).map((list): Reply[] => list);
const names = text.filter((one) => !/[:\p{Cc}]/u.test(one));
const words = fc.oneof(secret, text).filter((one) => one.length >= 8 && !/\p{Cc}/u.test(one));

describe('a login with basic', () => {
  it('sends the password after a challenge alone, and again only where it was accepted', () =>
    checkEnds(
      fc.tuple(fc.oneof(good, fc.array(any, { minLength: 1, maxLength: 4 })), names, words),
      ['accepted', 'AuthError'],
      async ([list, username, password]) => {
        const { http, asked } = fakeHttp(list);
        const secrets = new Secrets();
        secrets.add(password);
        const context = {
          http,
          mask: secrets.add,
          step: (_: string, work: () => Promise<unknown>) => work(),
          note: () => {},
          warn: () => {},
        } as unknown as Context;
        const settings = { trackingUri: MLFLOW, username, password, verify: true } as Settings;
        const run = async () => {
          const { credential } = await way.login(context, settings);
          await verify(context, { trackingUri: MLFLOW, workspace: 'team-a' }, credential);
          return credential;
        };
        const result = await outcome(run());
        const value = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
        const sent = asked.map(({ headers = {} }) => headers.authorization);
        assert.ok(asked.every(({ url }) => url.href.startsWith(`${MLFLOW}/`)));
        assert.ok(sent.every((one, index) => one === (index === 0 ? undefined : value)));
        // The second one asks for the server info, where MLflow knows no workspace.
        assert.ok(sent.length <= 3);
        const first = list[0]?.status;
        if (sent.length > 1) assert.equal(first, 401);
        if (sent.length > 2) assert.ok([404, 503].includes(list[1]?.status ?? 0));
        if (!(result instanceof AuthError)) return 'accepted';
        const said = secrets.redact(result.message);
        assert.ok(!said.includes(password) && !said.includes(value));
        return 'AuthError';
      },
    ));
});
