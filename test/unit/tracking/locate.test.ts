import assert from 'node:assert/strict';
import fc from 'fast-check';
import { locate } from '../../../src/core/tracking/dvc/locate.js';

describe('where a written path lies', () => {
  const places: [string, string, string][] = [
    ['', 'model.pkl', 'model.pkl'],
    ['models', 'a.pkl', 'models/a.pkl'],
    ['models/deep', '../a.pkl', 'models/a.pkl'],
    ['models', './x//y/./z.pkl', 'models/x/y/z.pkl'],
    ['models', 'folder/', 'models/folder'],
    ['', 'a\\b.pkl', 'a\\b.pkl'],
    ['', 'with space\nand newline', 'with space\nand newline'],
    ['', '.github/x', '.github/x'],
    ['', '...', '...'],
  ];
  for (const [folder, written, path] of places) {
    it(`${JSON.stringify(written)} in ${JSON.stringify(folder)}`, () =>
      assert.deepEqual(locate(folder, written), { path }));
  }

  const refusals: [string, string, string][] = [
    ['', '', 'empty'],
    ['', '.', 'empty'],
    ['a', '..', 'empty'],
    ['', '../x', 'outside'],
    ['a/b', '../../../etc/passwd', 'outside'],
    ['', 'a/../../x', 'outside'],
    ['', '..\\x', 'outside'],
    ['', 'a/..\\..\\x', 'outside'],
    ['', '/etc/passwd', 'absolute'],
    ['', 'C:\\x', 'absolute'],
    ['', 'c:/x', 'absolute'],
    ['', '\\\\server\\share', 'absolute'],
    ['', 's3://bucket/key', 'url'],
    ['', 'remote://r/x', 'url'],
    ['', '.git/config', 'git'],
    ['a', 'b/.GIT/hooks/x', 'git'],
    ['', 'a\0b', 'nul'],
  ];
  for (const [folder, written, refused] of refusals) {
    it(`refuses ${JSON.stringify(written)} in ${JSON.stringify(folder)}`, () =>
      assert.deepEqual(locate(folder, written), { refused }));
  }

  it('never answers with a path that leaves the repository', () => {
    const part = fc.constantFrom('a', '..', '.', '', '\\', '..\\', '.git', 'C:', '~');
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b')),
        fc.array(part).map((parts) => parts.join('/')),
        (folder, written) => {
          const place = locate(folder.join('/'), written);
          if (!('path' in place)) return;
          const parts = place.path.split(/[/\\]/);
          assert.ok(!parts.includes('..') && !place.path.startsWith('/') && place.path !== '');
          assert.ok(!place.path.split('/').some((one) => one === '' || one === '.' || one === '.git'));
        },
      ),
    );
  });
});
