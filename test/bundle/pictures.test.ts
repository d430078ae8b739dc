// The pictures in the documents show what the program prints now.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pictures } from '../../scripts/pictures.js';
import { wrap } from '../../scripts/svg.js';

describe('docs/images', () => {
  it('shows what is printed: run npm run pictures', async () => {
    const made = await pictures();
    assert.deepEqual(readdirSync('docs/images').sort(), Object.keys(made).sort());
    for (const [name, svg] of Object.entries(made))
      assert.equal(readFileSync(`docs/images/${name}`, 'utf8'), svg, name);
  });

  it('wraps lines at spaces, below the text', () => {
    assert.deepEqual(wrap('Got:   one two three', 13), ['Got:   one', '       two', '       three']);
    assert.deepEqual(wrap('0123456789', 4), ['0123', '4567', '89']);
    assert.deepEqual(wrap('', 4), ['']);
  });
});
