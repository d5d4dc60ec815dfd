import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noteLines } from '../../../src/editor/commands/noteLines.js';

describe('notes in rows of a quick pick', () => {
  it('stay on one line where they fit', () => {
    assert.deepEqual(noteLines('The commit 9914e4bec0 is not on main.'), {
      label: 'The commit 9914e4bec0 is not on main.',
      more: [],
    });
  });

  it('are broken where their second half begins', () => {
    const message =
      'The tag churn@v1.0.0 is not the same here and at origin: tags are never moved, so find out which one is meant and delete the other.';
    const [label, detail] = message.split(/(?<=:) /);
    assert.deepEqual(noteLines(message), { label, detail, more: [] });
  });

  it('lose nothing, and are cut off nowhere but in words that are too long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z:;,/.]{1,40}$/), { minLength: 1, maxLength: 60 }),
        (parts) => {
          const message = parts.join(' ');
          const { label, detail, more } = noteLines(message);
          const lines = [label, ...(detail === undefined ? [] : [detail]), ...more];
          assert.equal(lines.join(' ').trim(), message);
          for (const line of lines) assert.ok(line.length <= 130, line);
        },
      ),
    );
  });
});
