// Symptoms of the account and its password, whichever server notices.

import type { Symptom } from './symptom.js';

const ONE_TRY = 'mlflow-auth does not retry, because failed logins lock an account (by default 5 in 24 hours).';

/** The account by name. */
export const ACCOUNT = [
  {
    id: 'captcha',
    layer: 'account',
    at: ['login'],
    words: /captcha/i,
    message: /captcha/i,
    title: 'CAPTCHA required',
    meaning: 'the platform requires a CAPTCHA after recent failed logins of this account',
    advice: `Wait, correct the password, and log in once in a browser; that login requires no CAPTCHA. ${ONE_TRY}`,
  },
  {
    id: 'first-login',
    layer: 'account',
    at: ['login'],
    words: /FirstLogin/i,
    message: /FirstLogin/i,
    title: 'Initial password change required',
    meaning: 'a new account must change its password first',
    advice: 'Log in to the web console once with this account, set a new password and store that one.',
  },
  {
    id: 'password-expired',
    layer: 'account',
    at: ['login'],
    words: /Password\w*Expired|password (has |is )?expired/i,
    message: /Password\w*Expired/i,
    title: 'Password expired',
    meaning: "the password is older than the platform's policy allows",
    advice: 'Change it in the web console and store the new one.',
  },
  {
    id: 'locked',
    layer: 'account',
    at: ['login'],
    words: /\block(ed|out)\b/i,
    message: /(account|user) (is )?locked/i,
    title: 'Account locked',
    meaning: 'too many failed logins',
    advice:
      'Wait (20 minutes by default) or have an administrator unlock the account, and correct the password before the next run.',
  },
  {
    id: 'account-disabled',
    layer: 'account',
    at: ['login', 'password-grant'],
    words: /disabled|account.{0,20}(expired|invalid|inactive)/i,
    title: 'Account disabled',
    meaning: 'the account is disabled or has expired',
    advice: 'Ask the administrator of the platform to enable it.',
  },
  {
    id: 'second-factor',
    layer: 'account',
    at: ['login'],
    words: /verif(y|ication)(?!.{0,20}password)|second factor|two.factor/i,
    title: 'Second factor required',
    meaning: 'the account requires a second factor',
    advice: 'No script can do that. Use a service account to which the two-factor policy does not apply.',
  },
  {
    id: 'missing-email',
    layer: 'Dex',
    at: ['login', 'token'],
    words: /missing email/i,
    message: /missing email claim/i,
    title: 'Account without email',
    meaning: 'the identity provider sends no email address for this account',
    advice: 'Set an email address for the account, or have the connector map its claim.',
  },
  {
    id: 'password-too-long',
    layer: 'account',
    found:
      "with its frame and escapes the password takes {bytes} bytes, and the platform's {bits}-bit key holds {room} bytes",
    title: 'Password too long',
    meaning: 'RSA with this key cannot encrypt more',
    advice: 'Use a shorter password for this account.',
  },
] as const satisfies readonly Symptom[];

/** Only an answer that says so. */
export const LOGIN_REFUSED = [
  {
    id: 'wrong-password',
    layer: 'account',
    at: ['login', 'password-grant'],
    words:
      /failed to authenticate(?!:)|access_denied|(invalid|wrong|incorrect|bad) (?!client).{0,25}(password|credentials)|(password|credentials) .{0,15}(invalid|wrong|incorrect)|failed to verify password|LoginError/i,
    title: 'Login refused',
    meaning: 'wrong username or password, or an account of another connector',
    advice: `Check username, password and connector (LDAP accounts require the ID of theirs). ${ONE_TRY}`,
  },
] as const satisfies readonly Symptom[];
