import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addMatchLines, patternOf } from '../../../src/core/settings/editMatch.js';
import { PathPatterns } from '../../../src/core/catalog/patterns.js';
import { parseSettings } from '../../../src/core/settings/parse.js';
import { DEFAULT_MATCH } from '../../../src/core/settings/settings.js';

function edited(text: string, ...lines: string[]): string {
  const edit = addMatchLines(text, lines);
  assert.ok(edit);
  return text.slice(0, edit.offset) + edit.text + text.slice(edit.offset + edit.length);
}

describe('adding lines to models.match', () => {
  it('begins the file', () => {
    assert.equal(edited('', '!a.pkl'), 'models:\n  match:\n    - "!a.pkl"\n');
  });

  it('begins the list in a file that has none, and leaves the rest as it is', () => {
    assert.equal(
      edited('remote: up # ours\n', 'a', 'b'),
      'remote: up # ours\nmodels:\n  match:\n    - "a"\n    - "b"\n',
    );
    assert.equal(
      edited('models:\n  names: { x: y } # why\nremote: up\n', 'a'),
      'models:\n  match:\n    - "a"\n  names: { x: y } # why\nremote: up\n',
    );
  });

  it('appends to a list in either style, after its comments, with its line ends', () => {
    assert.equal(
      edited('models:\n  match:\n  - "!x" # why\n  # more\nremote: up\n', 'a'),
      'models:\n  match:\n  - "!x" # why\n  - "a"\n  # more\nremote: up\n',
    );
    assert.equal(
      edited('models: \r\n  match:\r\n    - x', 'a'),
      'models: \r\n  match:\r\n    - x\r\n    - "a"\r\n',
    );
    assert.equal(edited('models:\n  match: ["!x"]\n', 'a'), 'models:\n  match: ["!x", "a"]\n');
    assert.equal(edited('models:\n  match: []\n', 'a'), 'models:\n  match: ["a"]\n');
  });

  it('leaves a file alone that it does not understand', () => {
    assert.equal(addMatchLines('models: [', ['a']), null);
    assert.equal(addMatchLines('- a\n', ['a']), null);
  });

  it('makes exactly the named path a model, or none, whatever its characters', () => {
    const path = fc
      .array(fc.string({ unit: fc.constantFrom(...'ab*?[]{}()!+@|.#^$ -'), minLength: 1, maxLength: 6 }), {
        minLength: 1,
        maxLength: 3,
      })
      .map((parts) => parts.join('/'))
      .filter((text) => !/(^|\/)\.{1,2}(\/|$)|^!|(^|\/)\s|\s(\/|$)/.test(text));
    fc.assert(
      fc.property(path, path, (chosen, other) => {
        fc.pre(chosen.toLowerCase() !== other.toLowerCase() && !other.startsWith(`${chosen}/`));
        const { settings, diagnostics } = parseSettings(edited('', patternOf(chosen)));
        assert.deepEqual(diagnostics, []);
        assert.equal(settings.models.match.length, DEFAULT_MATCH.length + 1);
        const lines = new PathPatterns(['!**', patternOf(chosen)]);
        assert.equal(lines.includesPath(chosen), true, chosen);
        assert.equal(lines.includesPath(other), false, `${chosen} also takes ${other}`);
      }),
      { numRuns: 200 * Number(process.env.MODELKEEP_RUNS ?? 1) },
    );
  });
});
