// Settings: where they come from, which are refused, and that all problems are told at once.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../src/errors/errors.js';
import { certificatesIn } from '../../../src/http/trust.js';
import { readSettings } from '../../../src/settings/settings.js';
import { ROWS } from '../../../src/settings/table.js';
import type { Needs, Settings } from '../../../src/settings/types.js';
import { testAuthority } from '../../support/fake/certificates.js';

const GOOD = {
  'platform-address': 'https://platform.test',
  cluster: 'c1',
  username: 'ci@example.com',
  password: 'password',
  'client-id': 'alauda-auth',
  'client-secret': 'client-secret',
};

interface Given {
  given?: Record<string, string | undefined>;
  env?: Record<string, string | undefined>;
  files?: Record<string, string>;
  caller?: 'action' | 'cli';
  needs?: Needs;
  notes?: string[];
  masks?: string[];
}

function read({ given = {}, env = {}, files = {}, caller = 'cli', needs, notes = [], masks = [] }: Given): Settings {
  const readFile = (path: string) => {
    if (files[path] === undefined) throw new Error(`ENOENT: no such file ${path}`);
    return files[path];
  };
  const sources = { caller, given, env, readFile };
  return readSettings(
    sources,
    needs ?? { trackingUri: true, caPath: false },
    (secret) => masks.push(secret),
    (note) => notes.push(note),
  );
}

const withGood = (given: Record<string, string | undefined>, rest: Given = {}) =>
  read({ ...rest, given: { ...GOOD, ...given } });

function problems(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  }
  return assert.fail('no problem was told');
}

describe('settings', () => {
  it('have their defaults', () => {
    const settings = read({ given: GOOD });
    assert.deepEqual(
      { ...settings, password: '', clientSecret: '' },
      {
        platform: 'https://platform.test',
        dexUrl: 'https://platform.test/dex',
        trackingUri: 'https://platform.test/clusters/c1/mlflow',
        workspace: undefined,
        username: 'ci@example.com',
        password: '',
        clientId: 'alauda-auth',
        clientSecret: '',
        audience: '',
        issuer: '',
        clientKey: '',
        clientAuth: 'auto',
        assertionAudience: '',
        resource: '',
        bearer: undefined,
        login: 'platform',
        at: 'platform',
        loginReason: '',
        loginOpen: true,
        idToken: undefined,
        refreshToken: '',
        refreshTokenFile: undefined,
        renew: false,
        method: 'token',
        methodReason: 'client-secret is set',
        allowFallback: true,
        connector: 'local',
        namedConnector: undefined,
        scopes: 'openid email groups',
        redirectUri: 'https://platform.test/oauth2/callback',
        cookieName: undefined,
        dir: undefined,
        ca: undefined,
        insecureTls: false,
        allowBase64Password: false,
        verify: true,
        timeout: 60,
        proxy: false,
        exportEnv: true,
        maskWorkspace: true,
      },
    );
    assert.ok(Object.isFrozen(settings));
  });

  it('come from the environment, and from a flag or input before it', () => {
    const env = {
      PLATFORM_ADDRESS: 'https://platform.test',
      MLFLOW_TRACKING_URI: 'https://other.test/mlflow/',
      MLFLOW_USERNAME: 'env',
      MLFLOW_PASSWORD: 'env',
      DEX_CLIENT_ID: 'env',
      DEX_CLIENT_SECRET: 'env',
    };
    const settings = read({ env, given: { username: 'flag', password: '' } });
    assert.equal(settings.username, 'flag');
    assert.equal(settings.password, 'env');
    assert.equal(settings.trackingUri, 'https://other.test/mlflow');
  });

  it('that are secret are masked even when others are wrong', () => {
    const masks: string[] = [];
    problems(() => withGood({ timeout: 'x' }, { masks }));
    assert.deepEqual(masks, ['password', 'client-secret']);
  });

  it('come from files, without the one line break at their end', () => {
    const files = { '/s/password': 'a b \n', '/s/secret': 'xyz\r\n' };
    const env = { MLFLOW_PASSWORD_FILE: '/s/password' };
    const settings = withGood(
      { password: undefined, 'client-secret': undefined, 'client-secret-file': '/s/secret' },
      { env, files },
    );
    assert.equal(settings.password, 'a b ');
    assert.equal(settings.clientSecret, 'xyz');
  });

  it('that are malformed name where they came from', () => {
    const text = problems(() => withGood({}, { env: { MLFLOW_AUTH_TIMEOUT: 'x' } }));
    assert.match(text, /timeout: invalid "x": expected seconds from 1 to 3600\. Set by MLFLOW_AUTH_TIMEOUT\./);
  });

  it('take standard input for one of them alone', () => {
    const given = { password: undefined, 'client-secret': undefined, 'password-file': '-', 'client-secret-file': '-' };
    assert.match(
      problems(() => withGood(given, { files: { '-': 'both' } })),
      /client-secret: .*standard input already provides password/,
    );
  });

  it('tell the file that the next refresh token goes into, where the one that counts came from it', () => {
    const files = { '/given': 'a', '/env': 'b', '-': 'c' };
    const variables = { DEX_REFRESH_TOKEN: 'd', DEX_REFRESH_TOKEN_FILE: '/env' };
    const [direct, fromFile] = [{ 'refresh-token': 'e' }, { 'refresh-token-file': ' /given ' }];
    const CASES: [given: Record<string, string>, env: Record<string, string>, token: string, file?: string][] = [
      [{}, {}, ''],
      [direct, variables, 'e'],
      [{ ...direct, ...fromFile }, {}, 'e'],
      [fromFile, variables, 'a', '/given'],
      [{ 'refresh-token': ' ', 'refresh-token-file': '-' }, variables, 'c'],
      [{}, variables, 'd'],
      [{}, { ...variables, DEX_REFRESH_TOKEN: ' ' }, 'b', '/env'],
    ];
    for (const [given, env, token, file] of CASES) {
      const { refreshToken, refreshTokenFile } = withGood(given, { env, files });
      assert.deepEqual([refreshToken, refreshTokenFile], [token, file], JSON.stringify([given, env]));
    }
  });

  it('let a file of the refresh token be missing only where it is to be made, and then need the password', () => {
    const missing = Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    const attempt = (error: Error, newRefreshToken: boolean, given = {}) => {
      const readFile = () => {
        throw error;
      };
      const sources = {
        caller: 'cli',
        given: { ...GOOD, 'refresh-token-file': '/new', ...given },
        env: {},
        readFile,
      } as const;
      const needs = { trackingUri: true, caPath: false, newRefreshToken };
      return readSettings(
        sources,
        needs,
        () => {},
        () => {},
      );
    };
    assert.equal(attempt(missing, true).refreshTokenFile, '/new');
    for (const [error, newRefreshToken] of [
      [denied, true],
      [missing, false],
    ] as const)
      assert.match(
        problems(() => attempt(error, newRefreshToken)),
        /refresh-token: cannot read its file: E/,
      );
    assert.match(
      problems(() => attempt(missing, true, { password: '' })),
      /configuration errors?:\n {2}password: required/,
    );
  });

  it('from files that cannot be read are reported, not taken for missing', () => {
    const text = problems(() => withGood({ password: undefined, 'password-file': '/none' }));
    assert.equal(text, '1 configuration error:\n  password: cannot read its file: ENOENT: no such file /none');
    for (const { name } of ROWS.filter(({ file }) => file)) {
      const lines = problems(() => withGood({ [name]: undefined, [`${name}-file`]: '/none' })).split('\n');
      assert.equal(lines.filter((line) => line.startsWith(`  ${name}:`)).length, 1, lines.join('\n'));
    }
    assert.match(
      problems(() => withGood({ password: undefined, 'password-file': '/e' }, { files: { '/e': '\n' } })),
      /\/e is empty/,
    );
  });

  it('lose whitespace at their ends, but not the password, which is noted', () => {
    const notes: string[] = [];
    const settings = withGood({ username: ' ci ', 'client-secret': 'x\n', password: ' p ' }, { notes });
    assert.deepEqual([settings.username, settings.clientSecret, settings.password], ['ci', 'x', ' p ']);
    assert.deepEqual(notes, ['the password begins or ends with whitespace, which is sent as part of it']);
  });

  it('that are missing are all named at once, with input and variable', () => {
    assert.equal(
      problems(() => read({ caller: 'action', given: { 'client-secret': 'x' } })),
      `5 configuration errors:
  platform-address: required; set input platform-address or PLATFORM_ADDRESS.
  username: required; set input username or MLFLOW_USERNAME.
  password: required; set input password or MLFLOW_PASSWORD.
  client-id: required; set input client-id or DEX_CLIENT_ID.
  cluster: set cluster (CLUSTER) or tracking-uri (MLFLOW_TRACKING_URI).`,
    );
  });

  it('that an issuer does without name the login that uses it', () => {
    const { 'platform-address': _, cluster: __, ...others } = GOOD;
    const given = { ...others, issuer: 'https://sso.test', 'tracking-uri': 'https://mlflow.test' };
    assert.match(
      problems(() => read({ given })),
      /platform-address: required; .* Or set login to password-grant/,
    );
    assert.equal(read({ given: { ...given, login: 'password-grant' } }).at, 'provider');
  });

  it('missing in a pull request name the reason', () => {
    for (const env of [{ GITHUB_EVENT_NAME: 'pull_request' }, { GITHUB_ACTOR: 'dependabot[bot]' }]) {
      const text = problems(() => read({ caller: 'action', given: { ...GOOD, password: '' }, env }));
      assert.match(text, /GitHub does not pass secrets/);
    }
    assert.doesNotMatch(
      problems(() => read({ caller: 'action', given: { ...GOOD, password: '' } })),
      /Dependabot/,
    );
  });

  it('whose values hold words of the messages are reported like any other', () => {
    const env = { GITHUB_EVENT_NAME: 'pull_request' };
    const quoted = problems(() => read({ caller: 'action', given: { ...GOOD, workspace: 'is missing' }, env }));
    assert.match(quoted, /"is missing": expected 2 to 63 lowercase .*Set by input workspace\.$/);
    for (const value of ['MLFLOW_AUTH_TIMEOUT', 'username: required', 'password: cannot be read']) {
      const text = problems(() => read({ given: { cluster: 'c1' }, env: { MLFLOW_AUTH_TIMEOUT: value } }));
      assert.match(text, /timeout: invalid ".*": expected seconds .* Set by MLFLOW_AUTH_TIMEOUT\.$/m);
      for (const name of ['platform-address', 'username', 'password'])
        assert.ok(text.includes(`\n  ${name}: required; set `));
    }
  });

  it('need no MLflow address when nothing is verified or handed over', () => {
    const needs = { trackingUri: false, caPath: false };
    assert.equal(withGood({ cluster: undefined, verify: 'false' }, { needs }).trackingUri, '');
    assert.match(
      problems(() => withGood({ cluster: undefined }, { needs })),
      /or set verify to false/,
    );
  });
});

describe('addresses', () => {
  const ORIGINS = [
    'https://platform.test/',
    'https://platform.test/console-portal/#x',
    'HTTPS://platform.test:443',
    'https://platform.test?x=1',
  ];
  for (const address of ORIGINS) {
    it(`${address} is cut to its origin`, () =>
      assert.equal(withGood({ 'platform-address': address }).platform, 'https://platform.test'));
  }

  const HOST = '${{ vars.HOST }}';
  const REFUSED: [name: string, value: string, why: RegExp][] = [
    ['platform-address', 'platform.test', /expected a URL that begins with https:\/\//],
    ['platform-address', 'https://', /expected a URL/],
    ['platform-address', 'ftp://platform.test', /expected a URL/],
    ['platform-address', 'https://user:secret@platform.test', /must not contain a username or password/],
    ['platform-address', 'http://platform.test', /would send credentials unencrypted/],
    ['platform-address', 'http://127.0.0.1.nip.test', /would send credentials unencrypted/],
    ['tracking-uri', 'http://mlflow.kubeflow:5000', /would send credentials unencrypted/],
    ['tracking-uri', 'databricks', /expected a URL/],
    ...['platform-address', 'tracking-uri', 'redirect-uri'].map((name): [string, string, RegExp] => [
      name,
      `https://user:secret@${HOST}/`,
      /: "https:\/\/\*\*\*@\$\{\{ vars\.HOST \}\}\/" \(.*\) contains an unexpanded variable/,
    ]),
  ];
  for (const [name, value, why] of REFUSED) {
    it(`${name} ${value} is refused`, () => {
      const text = problems(() => withGood({ cluster: name === 'tracking-uri' ? undefined : 'c1', [name]: value }));
      assert.match(text, why);
      assert.doesNotMatch(text, /secret@/);
    });
  }

  for (const address of ['http://localhost:8080', 'http://127.9.9.9', 'http://[::1]:80', 'http://a.localhost']) {
    it(`${address} is this machine`, () =>
      assert.ok(withGood({ 'platform-address': address }).platform.startsWith('http:')));
  }

  it('allow-http lets the in-cluster Service in by name', () => {
    const uri = 'http://mlflow-tracking-server.kubeflow:5000';
    assert.equal(withGood({ cluster: undefined, 'tracking-uri': `${uri}/`, 'allow-http': 'true' }).trackingUri, uri);
  });
});

describe('contradictions', () => {
  const uri = 'https://other.test';

  it('of cluster and tracking-uri are refused, unless they agree', () => {
    assert.match(
      problems(() => withGood({ 'tracking-uri': uri })),
      /tracking-uri: contradicts cluster/,
    );
    assert.ok(withGood({ 'tracking-uri': 'https://platform.test/clusters/c1/mlflow/' }));
  });

  it('with what was not chosen do not count, not even as malformed', () => {
    for (const MLFLOW_TRACKING_URI of ['file:///tmp/mlruns', 'http://mlflow.kubeflow:5000', 'databricks']) {
      assert.ok(withGood({}, { env: { MLFLOW_TRACKING_URI } }).trackingUri.endsWith('/clusters/c1/mlflow'));
    }
    const odd = { cluster: undefined, 'tracking-uri': uri };
    assert.equal(withGood(odd, { env: { CLUSTER: '../x' } }).trackingUri, uri);
  });

  it('between what is given and what the environment holds are won by what is given', () => {
    assert.equal(
      withGood({}, { env: { MLFLOW_TRACKING_URI: uri } }).trackingUri,
      'https://platform.test/clusters/c1/mlflow',
    );
    assert.equal(withGood({ cluster: undefined, 'tracking-uri': uri }, { env: { CLUSTER: 'c2' } }).trackingUri, uri);
  });

  it('of ca-cert and insecure-tls are refused', () => {
    const text = problems(() =>
      withGood({ 'ca-cert': testAuthority().cert }, { env: { MLFLOW_TRACKING_INSECURE_TLS: 'true' } }),
    );
    assert.match(text, /ca-cert: contradicts insecure-tls \(--ca-cert and MLFLOW_TRACKING_INSECURE_TLS\)/);
  });
});

describe('values', () => {
  const REFUSED: [name: string, value: string, why: RegExp][] = [
    ['workspace', 'Team_A', /expected 2 to 63 lowercase/],
    ['workspace', 'a', /expected 2 to 63 lowercase/],
    ['workspace', 'a--b', /expected 2 to 63 lowercase/],
    ['workspace', '-ab', /expected 2 to 63 lowercase/],
    ['workspace', 'a'.repeat(64), /expected 2 to 63 lowercase/],
    ['workspace', 'workspaces', /expected 2 to 63 lowercase/],
    ['username', 'a\n::stop-commands::x', /contains a line break or another control character/],
    ['connector', 'a\u001b[2J', /another control character/],
    ['workspace', '$WORKSPACE', /contains an unexpanded variable/],
    ['username', '${{ secrets.X }}', /contains an unexpanded variable/],
    ['cluster', '../x', /expected letters/],
    ['cluster', 'a/b', /expected letters/],
    ['cookie-name', 'a b', /expected a cookie name/],
    ['method', 'browser', /"browser": expected auto, token or cookie/],
    ['scopes', 'email groups', /lacks openid/],
    ['redirect-uri', 'callback', /expected a URL/],
    ['verify', 'yes', /"yes": expected true or false/],
    ['timeout', '0', /expected seconds from 1 to 3600/],
    ['timeout', '3601', /expected seconds/],
    ['timeout', '1e3', /expected seconds/],
    ['timeout', '15s', /expected seconds/],
    ['ca-cert', '/none.pem', /neither PEM text nor a readable file/],
    ['ca-cert', '-----BEGIN PRIVATE KEY-----', /contains a private key/],
    ['ca-cert', '-----BEGIN CERTIFICATE-----', /contains no certificate/],
  ];
  for (const [name, value, why] of REFUSED) {
    it(`${name} "${value.slice(0, 30)}" is refused`, () =>
      assert.match(
        problems(() => withGood({ [name]: value })),
        why,
      ));
  }

  for (const workspace of ['ab', 'team-a', '0a', 'a'.repeat(63)]) {
    it(`workspace ${workspace.slice(0, 10)} is taken`, () =>
      assert.equal(withGood({ workspace }).workspace, workspace));
  }

  for (const [word, meaning] of [
    ['true', true],
    ['TRUE', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ] as const) {
    it(`"${word}" is ${meaning}`, () => assert.equal(withGood({ verify: word }).verify, meaning));
  }

  it('a secret that looks like a variable is noted without its value', () => {
    const notes: string[] = [];
    withGood({ password: '$PASSWORD' }, { notes });
    assert.deepEqual(notes, ['password (--password) looks like an unexpanded variable']);
  });

  const URI = { 'tracking-uri': 'https://mlflow.test' };
  const ACCOUNT = { username: 'ci', password: 'password' };
  const SOLE: Record<string, Record<string, string>> = {
    bearer: { login: 'bearer', bearer: 'opaque-token' },
    basic: { login: 'basic', ...ACCOUNT },
    'client-credentials': { login: 'client-credentials', 'client-id': 'ci', 'client-secret': 'x' },
    'password-grant': { login: 'password-grant', 'client-id': 'ci', ...ACCOUNT },
  };
  for (const [name, given] of Object.entries(SOLE))
    it(`method is checked with login ${name} too, which has one alone`, () => {
      const of = (method: string) => () => read({ given: { ...URI, ...given, method } });
      assert.match(problems(of('bogus')), /method: invalid "bogus": expected auto, token or cookie/);
      assert.equal(of('auto')().login, name);
      if (name === 'basic') assert.equal(of('basic')().method, 'basic');
      else assert.match(problems(of('basic')), /method: .*set login to basic/);
    });

  it('method basic is none of a login with both methods, nor of a command with one', () => {
    assert.match(
      problems(() => withGood({ method: 'basic' })),
      /method: .*set login to basic/,
    );
    const needs = { trackingUri: true, caPath: false, method: 'token' as const };
    for (const method of ['bogus', 'basic'])
      assert.match(
        problems(() => withGood({}, { needs, env: { MLFLOW_AUTH_METHOD: method } })),
        /^1 configuration error:\n {2}method: /,
      );
  });

  for (const login of ['jwt-bearer', 'token-exchange', 'password-grant', 'refresh-token'])
    for (const secret of ['client-secret', 'client-key'])
      it(`${secret} with login ${login} requires client-id at an OpenID provider`, () => {
        const { key } = testAuthority();
        const rest = { 'id-token': 'ey.ey.ey', 'refresh-token': 'x' };
        const account = login === 'password-grant' ? ACCOUNT : {};
        const used = { 'jwt-bearer': ['id-token'], 'token-exchange': ['id-token'], 'refresh-token': ['refresh-token'] };
        const shown = Object.entries(rest).filter(([name]) => used[login as keyof typeof used]?.includes(name));
        const given = { ...URI, login, ...account, ...Object.fromEntries(shown) };
        const without = () => read({ given: { ...given, [secret]: key } });
        assert.match(problems(without), /^1 configuration error:\n {2}client-id: required/);
        assert.ok(read({ given: { ...given, [secret]: key, 'client-id': 'ci' } }));
      });

  it('client-id is not required for jwt-bearer without a secret', () =>
    assert.equal(read({ given: { ...URI, login: 'jwt-bearer', 'id-token': 'ey.ey.ey' } }).clientId, ''));

  it('a missing address names issuer, where a stored login may be found by that', () => {
    const stored = /platform-address: required.*Or set issuer, if mlflow-auth login/;
    const given = { ...URI, 'client-id': 'cli' };
    assert.match(
      problems(() => read({ given })),
      stored,
    );
    for (const other of [{ username: 'ci' }, { 'client-id': undefined }])
      assert.doesNotMatch(
        problems(() => read({ given: { ...given, ...other } })),
        stored,
      );
  });

  it('login basic in the action follows no login for a token in the same job, unless it exports nothing', () => {
    const given = { ...URI, login: 'basic', ...ACCOUNT };
    const env = { MLFLOW_TRACKING_AUTH: 'mlflow-auth' };
    assert.match(
      problems(() => read({ caller: 'action', given, env })),
      /login: an earlier login of this job .* in another job/,
    );
    assert.equal(read({ caller: 'action', given: { ...given, 'export-env': 'false' }, env }).login, 'basic');
    assert.equal(read({ caller: 'action', given }).login, 'basic');
    assert.equal(read({ given, env }).login, 'basic');
  });

  it('method auto says why it chose', () => {
    const none = withGood({ 'client-secret': undefined, 'client-id': undefined });
    assert.deepEqual([none.method, none.methodReason], ['cookie', 'client-secret is not set']);
    const { method, methodReason, allowFallback, redirectUri } = withGood({ 'client-secret': undefined });
    assert.deepEqual(
      [method, methodReason, allowFallback, redirectUri],
      ['token', 'client-id is set without client-secret: a public client', true, 'http://localhost/mlflow-auth'],
    );
    assert.equal(withGood({ method: 'token' }).methodReason, 'set by --method');
  });

  it('a CA is text or a file, and only a file where it must be handed on as one', () => {
    const { cert } = testAuthority();
    const files = { 'ca.pem': cert };
    assert.deepEqual(withGood({ 'ca-cert': cert }).ca, { pem: cert.trim(), path: undefined });
    assert.deepEqual(withGood({ 'ca-cert': 'ca.pem' }, { files }).ca, { pem: cert, path: 'ca.pem' });
    for (const broken of [
      cert.replaceAll(/\r?\n/g, ' '),
      cert.replaceAll(/\r?\n/g, '\\n'),
      cert.replaceAll(/\r?\n/g, ''),
    ]) {
      const mended = withGood({ 'ca-cert': `${cert}${broken}` }).ca?.pem ?? '';
      assert.equal(mended, [cert, cert].map((one) => one.trim().replaceAll('\r', '')).join('\n'));
    }
    const damaged = cert.replace(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA');
    for (const text of [damaged, `${cert}${damaged}`]) {
      const message = problems(() => withGood({ 'ca-cert': text }));
      assert.match(message, /ca-cert: certificate (1 of 1|2 of 2) is invalid: expected X\.509 in PEM/);
    }
    assert.match(
      problems(() => withGood({ 'ca-cert': 'ca.pem' }, { files: { 'ca.pem': cert.replaceAll(/\r?\n/g, ' ') } })),
      /certificate 1 of 1 is invalid/,
    );
    const needs = { trackingUri: true, caPath: true };
    assert.match(
      problems(() => withGood({ 'ca-cert': cert }, { needs })),
      /the SDK requires a file/,
    );
    assert.ok(withGood({ 'ca-cert': 'ca.pem' }, { files, needs }));
  });

  it('a CA may be in base64, of PEM or DER, as text or in a file, and is handed on as PEM', () => {
    const { cert, key } = testAuthority();
    const pem = cert.trim().replaceAll('\r', '');
    const inBase64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
    const body = cert.replace(/-----.*-----/g, '');
    const forms = [cert, `# own\n${cert}`].map((text) => inBase64(text));
    for (const text of [...forms, body, body.replace(/\s/g, ''), forms[0]?.replace(/.{76}/g, '$&\n') ?? '']) {
      for (const ca of [withGood({ 'ca-cert': text }).ca, withGood({ 'ca-cert': 'ca' }, { files: { ca: text } }).ca]) {
        assert.deepEqual(
          certificatesIn(ca?.pem ?? '').map((one) => one.replaceAll('\r', '')),
          [pem],
          text,
        );
        assert.equal(ca?.path, undefined);
      }
    }
    assert.match(
      problems(() => withGood({ 'ca-cert': inBase64(key) })),
      /ca-cert: contains a private key/,
    );
    const message = problems(() => withGood({ 'ca-cert': inBase64('no certificate '.repeat(500)) }));
    assert.match(message, /ca-cert: a text of 10000 characters is neither PEM text nor a readable file/);
    assert.ok(message.length < 500, message);
  });
});
