import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { addName, nameLine } from '../../../src/core/settings/editNames.js';

function edited(text: string, name: string, path: string): string {
  const edit = addName(text, name, path);
  assert.ok(edit);
  return text.slice(0, edit.offset) + edit.text + text.slice(edit.offset + edit.length);
}

describe('adding a line to models.names', () => {
  it('begins the file, the section or the list, and leaves the rest as it is', () => {
    const added = 'models:\n  names:\n    a/b:c: a/c.pkl\n';
    assert.equal(edited('', 'a/b:c', 'a/c.pkl'), added);
    assert.equal(edited('# ours\nremote: up', 'a/b:c', 'a/c.pkl'), `# ours\nremote: up\n${added}`);
    assert.equal(
      edited('models:\n  match: ["!x"] # why\nremote: up\n', 'a/b:c', 'a/c.pkl'),
      'models:\n  names:\n    a/b:c: a/c.pkl\n  match: ["!x"] # why\nremote: up\n',
    );
  });

  it('adds to a list in either style, with its line ends', () => {
    assert.equal(
      edited('models:\r\n  names:\r\n    x: y.pkl # kept\r\n', 'c', 'c.pkl'),
      'models:\r\n  names:\r\n    c: c.pkl\r\n    x: y.pkl # kept\r\n',
    );
    assert.equal(
      edited('models: { names: { x: y.pkl } }\n', 'a:c', 'c.pkl'),
      'models: { names: { "a:c": "c.pkl", x: y.pkl } }\n',
    );
    assert.equal(edited('models: { names: {} }\n', 'c', 'c.pkl'), 'models: { names: { "c": "c.pkl" } }\n');
  });

  it('says anew what a name means', () => {
    assert.equal(
      edited('models:\n  names:\n    c: old.pkl # why\n', 'c', 'new.pkl'),
      'models:\n  names:\n    c: new.pkl # why\n',
    );
  });

  it('touches nothing in a file that is broken or no mapping', () => {
    for (const text of ['models: [', '- a\n', 'models: 3\n', 'models: { match: [] }\n'])
      assert.equal(addName(text, 'a', 'b'), null);
  });

  it('is read back as it was meant, whatever the path', () => {
    fc.assert(
      fc.property(fc.constantFrom('true', 'a', 'a/b:c', '1:2', 'on'), fc.string(), (name, path) => {
        const read: unknown = parse(`models:\n  names:\n    ${nameLine(name, path)}\n`);
        assert.deepEqual(read, { models: { names: { [name]: path } } });
      }),
    );
  });
});
