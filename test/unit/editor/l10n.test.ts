import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bundleFile, extract } from '../../../l10n/extract.mjs';

describe('the strings for translators', () => {
  it('are those of the code (node l10n/extract.mjs writes them anew)', () => {
    assert.deepEqual(JSON.parse(readFileSync(bundleFile, 'utf8')), extract());
  });

  it('use no exclamation mark, and placeholders counted from 0', () => {
    for (const text of Object.keys(extract())) {
      assert.ok(!text.includes('!'), text);
      const used = [...text.matchAll(/\{(\d+)\}/g)].map(([, index]) => Number(index));
      assert.deepEqual(
        [...new Set(used)].sort(),
        [...new Set(used)].map((_, index) => index),
        text,
      );
    }
  });
});
