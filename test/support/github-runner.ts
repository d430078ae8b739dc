// A strict reader of what the runner is told, after actions/runner: FileCommandManager.cs for files, ActionCommand.cs for lines.

import assert from 'node:assert/strict';

/** A line and where the next one begins; the runner on Windows alone takes CRLF for one line end. */
function lineAt(
  text: string,
  start: number,
  windows: boolean,
): { line: string; end: number; next: number } | undefined {
  if (start >= text.length) return undefined;
  const feed = text.indexOf('\n', start);
  if (feed < 0) return { line: text.slice(start), end: text.length, next: text.length };
  const end = windows && feed > start && text[feed - 1] === '\r' ? feed - 1 : feed;
  return { line: text.slice(start, end), end, next: feed + 1 };
}

/** Names and values of GITHUB_ENV, GITHUB_OUTPUT or GITHUB_STATE. */
export function readFileCommand(text: string, windows = process.platform === 'win32'): [name: string, value: string][] {
  const found: [string, string][] = [];
  let at = lineAt(text, 0, windows);
  while (at) {
    const equals = at.line.indexOf('=');
    const heredoc = at.line.indexOf('<<');
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const [name, delimiter] = [at.line.slice(0, heredoc), at.line.slice(heredoc + 2)];
      assert.ok(name && delimiter, `no name or delimiter: ${at.line}`);
      const start = at.next;
      let end = start;
      let line = lineAt(text, start, windows);
      while (line?.line !== delimiter) {
        assert.ok(line, `the delimiter ${delimiter} does not come`);
        end = line.end;
        line = lineAt(text, line.next, windows);
      }
      found.push([name, text.slice(start, end)]);
      at = line;
    } else if (equals >= 0) found.push([at.line.slice(0, equals), at.line.slice(equals + 1)]);
    else assert.equal(at.line, '', 'a line that is neither NAME=VALUE nor NAME<<DELIMITER');
    at = lineAt(text, at.next, windows);
  }
  return found;
}

/**
 * Commands among the lines of a log, and the text of each that is none. A carriage return ends a line, too.
 * The older form, `##[command]`, is one wherever it stands in a line.
 */
export function readLog(text: string): { command: string; properties: Record<string, string>; data: string }[] {
  const lines = text.split(/\r\n|\r|\n/);
  assert.equal(lines.pop(), '');
  return lines.map((line) => {
    const [, command = '', list = '', data = line] = /^\s*::([\w-]+)(?: ([^:]*))?::(.*)$/s.exec(line) ?? [];
    if (!command) assert.ok(!line.includes('##['), line);
    const pairs = list
      .split(',')
      .filter(Boolean)
      .map((pair) => pair.split(/=(.*)/s));
    const properties = Object.fromEntries(pairs.map(([name, value]) => [name, unescapeProperty(value ?? '')]));
    return { command, properties, data: command ? unescapeData(data) : data };
  });
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapeProperty(text: string): string {
  const rest = text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',');
  return rest.replaceAll('%25', '%');
}
