import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileDvcIgnore } from '../../../src/core/tracking/dvc/dvcIgnore.js';
import type { DvcIgnore } from '../../../src/core/tracking/dvc/dvcIgnore.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const RUNS = 100 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

/** A file is ignored when it or a folder around it is. */
function ignores(rules: DvcIgnore, path: string): boolean {
  const parts = path.split('/');
  return parts.some((_, index) => rules(parts.slice(0, index + 1).join('/'), index + 1 < parts.length));
}

describe('.dvcignore', () => {
  const table: [string, string, string, boolean][] = [
    ['a name at every depth', 'scratch', 'a/scratch', true],
    ['an anchored name', '/scratch', 'a/scratch', false],
    ['a path is anchored', 'a/b', 'c/a/b', false],
    ['a folder rule is for folders', 'scratch/', 'scratch', false],
    ['a folder rule covers what is inside', 'scratch/', 'a/scratch/x.dvc', true],
    ['`**` crosses folders', 'a/**/z.dvc', 'a/b/c/z.dvc', true],
    ['a negation brings back', '*.dvc\n!keep.dvc', 'a/keep.dvc', false],
    ['nothing comes back from an ignored folder', 'a/\n!a/keep.dvc', 'a/keep.dvc', true],
    ['what a folder’s negation says holds for what is in it (DVC)', '*\n!models', 'models/a.dvc', false],
    ['`?` is a character, not a byte (DVC)', '?.dvc', 'é.dvc', true],
    ['comments', '# a\n\\#b', '#b', true],
    ['white space around a line is dropped', '  a.dvc \t', 'a.dvc', true],
    ['CRLF and a byte-order mark', '\ufeffa.dvc\r\nb.dvc\r\n', 'a.dvc', true],
    ['case counts', 'A.dvc', 'a.dvc', false],
  ];
  for (const [rule, text, path, expected] of table) {
    it(rule, () => assert.equal(ignores(compileDvcIgnore(text), path), expected));
  }

  it('tells no opinion from a negation', () => {
    const rules = compileDvcIgnore('*.dvc\n!keep.dvc');
    assert.deepEqual(
      ['a.dvc', 'keep.dvc', 'a.txt'].map((path) => rules.decide(path, false)),
      [true, false, undefined],
    );
  });

  // With negations and beyond ASCII DVC goes its own way: test/interop compares with it.
  describe('equal to git check-ignore', () => {
    let repo: GitRepo;
    before(() => (repo = GitRepo.create()));
    after(() => repo.dispose());

    it('on random rules and paths', () => {
      const wild = fc.constantFrom(
        'a',
        'b',
        'x.dvc',
        '*',
        '**',
        '?',
        '*.dvc',
        'a*',
        '[ab]',
        '[!a]*',
        '\\a',
        '*b',
      );
      const rule = fc
        .array(wild, { minLength: 1, maxLength: 3 })
        .chain((parts) => fc.constantFrom(parts.join('/'), parts.join('')))
        .chain((inner) => fc.constantFrom(inner, `/${inner}`, `${inner}/`, `#${inner}`));
      const part = fc.constantFrom('a', 'b', 'ab', 'x.dvc', 'y.dvc', 'A');
      const paths = fc.uniqueArray(
        fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
        { minLength: 5, maxLength: 30 },
      );
      fc.assert(
        fc.property(fc.array(rule, { maxLength: 6 }), paths, (lines, names) => {
          const text = `${lines.join('\n')}\n`;
          repo.write('.gitignore', `${text}/always-ignored\n`);
          const rules = compileDvcIgnore(text);
          const expected = checkIgnore(repo, names);
          assert.deepEqual(
            names.filter((name) => ignores(rules, name)),
            names.filter((name) => expected.has(name)),
          );
        }),
        { numRuns: RUNS },
      );
    });
  });
});

function checkIgnore(repo: GitRepo, names: readonly string[]): ReadonlySet<string> {
  // it fails when nothing is ignored
  const output = repo.run(['check-ignore', '-z', '--stdin', '-v', '-n', '--no-index'], {
    input: [...names, 'always-ignored'].join('\0'),
  });
  const fields = output.toString().split('\0');
  const ignored = new Set<string>();
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const pattern = fields[index + 2] ?? '';
    if (pattern !== '' && !pattern.startsWith('!')) ignored.add(fields[index + 3] ?? '');
  }
  return ignored;
}
