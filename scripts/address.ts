// The address of the repository: `repository` in package.json says it, and everything else follows when the project is built.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What names the repository by its address. */
const FOLLOWERS = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'test/README.md', '.github/CODEOWNERS'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Package {
  repository: { url: string };
  homepage?: string;
  bugs?: string;
}

/** @returns owner and name, as in `org/mlflow-auth` @throws Error if it is not an address of GitHub */
export function slugOf(url: string): string {
  const [, slug] = /github\.com\/([\w.-]+\/[\w.-]+?)(?:\.git)?(?:#.*)?$/.exec(url) ?? [];
  if (!slug) throw new Error(`invalid repository ${JSON.stringify(url)} in package.json: expected a URL of GitHub`);
  return slug;
}

/** Writes the address into the documents. `homepage`, which is written last, says which address stands in them. */
export function followAddress(): void {
  const content = JSON.parse(readFileSync('package.json', 'utf8')) as Package;
  const slug = slugOf(content.repository.url);
  const home = `https://github.com/${slug}`;
  if (content.homepage === `${home}#readme` && content.bugs === `${home}/issues`) return;
  const old = slugOf(content.homepage ?? content.repository.url);
  for (const path of FOLLOWERS) {
    const text = readFileSync(path, 'utf8').replaceAll(old, slug);
    writeFileSync(path, text.replaceAll(`\`${old.split('/')[0]}\``, `\`${slug.split('/')[0]}\``));
  }
  writeFileSync(
    'package.json',
    `${JSON.stringify({ ...content, homepage: `${home}#readme`, bugs: `${home}/issues` }, null, 2)}\n`,
  );
}
