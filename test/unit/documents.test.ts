// The documents: links lead somewhere, workflows parse and use inputs that exist, command lines are ones of the program.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { parse as parseYaml } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { slugOf } from '../../scripts/address.js';
import { parse } from '../../src/cli/args.js';
import { namesOf, ROWS } from '../../src/settings/table.js';

const DOCUMENTS = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'test/README.md', 'bench/README.md'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const SLUG = slugOf(packageJson.repository.url);
const INPUTS = new Set(ROWS.flatMap(namesOf));

const read = (path: string) => readFileSync(path, 'utf8');

/** The blocks of code of one language. */
const blocks = (text: string, language: string) =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, of, code]) => (of === language ? [code ?? ''] : []));

/** The anchors of a document: those of its headings, as GitHub makes them, and those that it sets. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)]);
}

/** The arguments of each command line of the program in a text, in code blocks and in code within sentences. */
function commandLines(text: string): string[][] {
  const code = [
    ...['sh', 'yaml'].flatMap((language) => blocks(text, language)),
    ...[...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, one = '']) => one),
  ].join('\n');
  const starts =
    /(?:node dist\/index\.js|npx mlflow-auth|deno run [^\n]*index\.js|(?<![\w/-])mlflow-auth(?= (?!-)\w+))([^\n]*)/g;
  return [...code.matchAll(starts)].map(([, rest = '']) => {
    const line = rest.replace(/\s[#|].*$/, '').replace(/\)"?$|"$(?<!"[^"]*")/g, '');
    return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  });
}

describe('the documents', () => {
  for (const path of DOCUMENTS) {
    it(`${path} has links that lead somewhere`, () => {
      for (const [, target = ''] of read(path).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? path : join(dirname(path), file);
        assert.ok(existsSync(linked), target);
        if (anchor) assert.ok(anchorsOf(read(linked)).has(anchor), target);
      }
    });

    it(`${path} has YAML that parses, and inputs that exist`, () => {
      for (const text of blocks(read(path), 'yaml')) {
        const { jobs = {} } = parseYaml(text) as {
          jobs?: Record<string, { steps: { uses?: string; with?: object }[] }>;
        };
        for (const { uses, with: inputs = {} } of Object.values(jobs).flatMap(({ steps }) => steps)) {
          if (uses?.startsWith(`${SLUG}@`))
            for (const name of Object.keys(inputs)) assert.ok(INPUTS.has(name), `${name} of ${uses}`);
        }
      }
    });

    it(`${path} names the repository by the address in package.json`, () => {
      const [, name = ''] = SLUG.split('/');
      const addresses = new RegExp(`(?<=github(?:usercontent)?\\.com/|uses: )[\\w.-]+/${name}(?![\\w-])`, 'g');
      for (const [found] of read(path).matchAll(addresses)) assert.equal(found, SLUG);
    });

    it(`${path} has command lines that the program takes`, () => {
      for (const args of commandLines(read(path))) assert.doesNotThrow(() => parse(args), args.join(' '));
    });
  }

  it('show a workflow with its permissions first, and each command', () => {
    const [first = ''] = [...read('README.md').matchAll(/^```(\w*)$/gm)].map(([, language]) => language);
    assert.equal(first, 'yaml');
    const workflow = parseYaml(blocks(read('README.md'), 'yaml')[0] ?? '') as Record<string, object>;
    assert.deepEqual(workflow.permissions, { contents: 'read' });
    const shown = new Set(commandLines(read('docs/cli.md')).map(([command]) => command));
    for (const command of ['token', 'cookie', 'env', 'exec', 'proxy', 'refresh', 'login', 'logout', 'doctor', '--help'])
      assert.ok(shown.has(command), command);
  });

  it('README shows the address of the repository, which package.json repeats', () => {
    for (const text of [
      `uses: ${SLUG}@v1`,
      `https://github.com/${SLUG}/actions`,
      `git clone https://github.com/${SLUG} `,
    ])
      assert.ok(read('README.md').includes(text), text);
    assert.deepEqual(
      [packageJson.homepage, packageJson.bugs],
      [`https://github.com/${SLUG}#readme`, `https://github.com/${SLUG}/issues`],
    );
  });

  it('README fits on a few screens', () => assert.ok(read('README.md').split('\n').length <= 150));
});
