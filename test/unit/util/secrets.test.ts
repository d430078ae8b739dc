// Secrets: struck out in every form, and announced before anything can print them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secrets } from '../../../src/util/secrets.js';

describe('secrets', () => {
  it('are struck out in every form', () => {
    const { add, redact } = new Secrets();
    const secret = 'pä"ss\\w%rd&+ x';
    add(secret);
    const forms = [
      secret,
      encodeURIComponent(secret),
      String(new URLSearchParams({ '': secret })).slice(1),
      JSON.stringify(secret),
      Buffer.from(secret).toString('base64'),
    ];
    for (const form of forms) assert.doesNotMatch(redact(`<${form}>`), /ss/, form);
    assert.equal(redact(`<${secret}>`), '<***>');
  });

  it('are announced before they can be printed, once, and each line of 8 characters or more', () => {
    const announced: string[] = [];
    const { add } = new Secrets((secret) => announced.push(secret));
    for (const secret of ['longer line\nshort\nanother line', 'longer line', '', 'seven77']) add(secret);
    assert.deepEqual(announced, ['longer line\nshort\nanother line', 'longer line', 'another line']);
  });

  it('that contain each other leave nothing behind', () => {
    const { add, redact } = new Secrets();
    for (const secret of ['abcdefgh', 'abcdefghijkl']) add(secret);
    assert.equal(redact('abcdefghijkl'), '***');
  });
});

describe('words of its own messages', () => {
  it('stay where they are part of a secret, as that would tell it', () => {
    const { add, redact } = new Secrets();
    for (const secret of ['hunter2-password-of-mlflow-auth', 'workspace7']) add(secret);
    const line = 'the password of this workspace, by mlflow-auth';
    assert.equal(redact(line), line);
    assert.equal(redact('hunter2-password-of-mlflow-auth: workspace7'), '***: ***');
  });
});
