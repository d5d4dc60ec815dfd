import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { AttributesStack, compileAttributes } from '../../../src/core/tracking/lfs/attributes.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const RUNS = 120 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

/** `.gitattributes` by folder, `''` being the root; `.git/info/attributes` under `info`. */
interface Files {
  readonly [folder: string]: string;
}

function stackOf(files: Files, ignoreCase = false): AttributesStack {
  const info = files['info'];
  let stack = AttributesStack.from({
    ignoreCase,
    ...(info === undefined ? {} : { info: compileAttributes(info) }),
  });
  for (const folder of Object.keys(files).sort((left, right) => left.length - right.length)) {
    const text = files[folder];
    if (folder !== 'info' && text !== undefined) stack = stack.with(folder, compileAttributes(text));
  }
  return stack;
}

const root = (text: string) => stackOf({ '': text });

describe('gitattributes', () => {
  const lfs: [string, string, string, string][] = [
    ['a name matches at every depth', '*.bin filter=lfs', 'deep/er/a.bin', 'lfs'],
    ['`a/*.x` stays in its folder', 'a/*.x filter=lfs', 'a/b/c.x', 'unspecified'],
    ['`a/**` matches everything below', 'a/** filter=lfs', 'a/b/c.x', 'lfs'],
    ['`dir/` matches nothing inside', 'dir/ filter=lfs', 'dir/a.bin', 'unspecified'],
    ['a negative pattern is ignored', '*.bin filter=lfs\n!*.bin filter', 'a.bin', 'lfs'],
    ['quoted patterns may hold spaces', '"my model.bin" filter=lfs', 'my model.bin', 'lfs'],
    ['quoted patterns may hold octal bytes', '"caf\\303\\251.bin" filter=lfs', 'café.bin', 'lfs'],
    ['the last line wins', '*.bin filter=lfs\n*.bin -filter', 'a.bin', 'unset'],
    ['the last word of a line wins', '*.bin filter=lfs filter=other', 'a.bin', 'other'],
    ['a macro brings its attributes', '[attr]lfs filter=lfs diff=lfs\n*.bin lfs', 'a.bin', 'lfs'],
    ['a macro that is unset brings nothing', '[attr]lfs filter=lfs\n*.bin -lfs', 'a.bin', 'unspecified'],
    ['a wrong attribute name drops the line', '*.bin filter=lfs bad$name', 'a.bin', 'unspecified'],
    [
      'comments and blank lines',
      '# *.bin filter=lfs\n\n  *.pt filter=lfs # no comment',
      'a.pt',
      'unspecified',
    ],
    ['CRLF', '*.bin filter=lfs\r\n', 'a.bin', 'lfs'],
    ['a byte-order mark', '\ufeff*.bin filter=lfs', 'a.bin', 'lfs'],
    ['case counts', '*.BIN filter=lfs', 'a.bin', 'unspecified'],
    ['a line over 2 kB is ignored', `*.bin filter=lfs${' '.repeat(2048)}x`, 'a.bin', 'unspecified'],
  ];
  for (const [rule, text, file, expected] of lfs) {
    it(rule, () => assert.equal(root(text).filterOf(file), expected));
  }

  it('lets a nested `!filter` reset what the root set', () => {
    const stack = stackOf({ '': '*.bin filter=lfs', sub: '*.bin !filter' });
    assert.equal(stack.filterOf('sub/a.bin'), 'unspecified');
    assert.equal(stack.filterOf('a.bin'), 'lfs');
  });

  it('ignores the case of ASCII letters where the clone does', () => {
    const stack = stackOf({ '': '*.BIN filter=lfs\nModels/[A-C]*.pt filter=lfs\n' }, true);
    for (const file of ['a.bin', 'deep/A.Bin', 'models/b1.PT'])
      assert.equal(stack.filterOf(file), 'lfs', file);
    assert.equal(stack.filterOf('models/d.pt'), 'unspecified');
  });

  it('takes macros at the root only', () => {
    assert.equal(stackOf({ sub: '[attr]lfs filter=lfs\n*.bin lfs' }).filterOf('sub/a.bin'), 'unspecified');
  });

  it('anchors a nested pattern at its own folder', () => {
    assert.equal(stackOf({ sub: '/a.bin filter=lfs' }).filterOf('sub/a.bin'), 'lfs');
    assert.equal(stackOf({ sub: '/a.bin filter=lfs' }).filterOf('sub/deep/a.bin'), 'unspecified');
  });

  it('gives $GIT_DIR/info/attributes the last word', () => {
    assert.equal(stackOf({ info: '*.bin -filter', sub: '*.bin filter=lfs' }).filterOf('sub/a.bin'), 'unset');
  });

  it('answers hostile patterns in bounded time', () => {
    const text = `${'**/*a*'.repeat(200)}b filter=lfs\n${'*a'.repeat(900)}b filter=lfs\n[attr]a a\n* a`;
    assert.equal(root(text).filterOf(`${'a/'.repeat(500)}${'a'.repeat(200)}`), 'unspecified');
  });

  describe('equal to git check-attr', () => {
    let repo: GitRepo;
    before(() => (repo = GitRepo.create()));
    after(() => repo.dispose());

    const part = fc.constantFrom(
      'a',
      'b',
      'ab',
      'a.x',
      'b.x',
      'x',
      'é.x',
      'a b',
      'a\\b',
      '[a]',
      'a*',
      'A',
      'B.X',
      'aB',
      'É.x',
    );
    const wild = fc.constantFrom(
      'a',
      'b',
      'x',
      '*',
      '**',
      '?',
      '*.x',
      'a*',
      '*b',
      '[ab]',
      '[!a]',
      '[a-b]*',
      '[[:alpha:]]*',
      '[]a]',
      '[',
      '\\a',
      '\\*',
      'a\\',
      '***',
      'a**',
      '**b',
      '[a',
      '[[:foo:]]',
      '[b-a]',
      '[\\]a]',
      '[a-',
      '*?*',
      '\\[a\\]',
      'é.x',
      '[^a].x',
      '[a-a-z]',
      '[-a]',
      'A',
      '*.X',
      '[A-Z]*',
      '[[:upper:]]',
      '[[:lower:]]*',
      '[B]',
      '\\B',
      '*B',
      'A*x',
    );
    const patternParts = fc.array(wild, { minLength: 1, maxLength: 4 });
    const pattern = fc
      .oneof(
        patternParts.map((parts) => parts.join('/')),
        patternParts.map((parts) => parts.join('')),
      )
      .chain((inner) =>
        fc.constantFrom(
          inner,
          `/${inner}`,
          `${inner}/`,
          `!${inner}`,
          `"${inner}"`,
          `"${inner.replaceAll('\\', '\\\\')}"`,
          `"${inner}`,
          `**/${inner}`,
          `${inner}/**`,
          `\\${inner}`,
          `"a b" ${inner}`,
        ),
      );
    const state = fc.constantFrom(
      'filter=lfs',
      'filter',
      '-filter',
      '!filter',
      'filter=',
      'm',
      '-m',
      '!m',
      'n',
      'binary',
      'filter=a=b',
      '-filter=lfs',
      'diff',
      '-x',
      '--y',
      'filter=é',
      'm=1',
      '!n',
      '#',
      'x$',
    );
    const line = fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(pattern, fc.array(state, { minLength: 0, maxLength: 4 }))
          .map(([name, states]) => [name, ...states].join(' ')),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('m', 'n', 'binary', ' m', '-m', ''), fc.array(state, { maxLength: 3 }))
          .map(([name, states]) => `[attr]${name} ${states.join('\t')}`),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('', ' ', '# comment', '\ufeff', ' a filter=lfs\r', '\t*.x\tfilter=lfs\t'),
      },
    );
    const text = fc.array(line, { maxLength: 6 }).map((lines) => `${lines.join('\n')}\n`);
    const folders = fc.uniqueArray(fc.constantFrom('', '', 'a', 'a/b', 'b', 'ab', 'info'), {
      minLength: 1,
      maxLength: 4,
    });
    const files = folders.chain((names) =>
      fc
        .tuple(...names.map((name) => text.map((content) => [name, content] as const)))
        .map((entries): Files => Object.fromEntries(entries)),
    );
    const paths = fc.uniqueArray(
      fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
      { minLength: 5, maxLength: 40 },
    );

    it('on random files and paths', () => {
      fc.assert(
        fc.property(files, paths, fc.boolean(), (attributes, names, ignoreCase) => {
          const actual = checkAttr(repo, attributes, names, ignoreCase);
          const stack = stackOf(attributes, ignoreCase);
          assert.deepEqual(
            names.map((name) => stack.filterOf(name)),
            actual,
          );
        }),
        { numRuns: RUNS },
      );
    });
  });
});

/** What the real Git says of each path's `filter`. */
function checkAttr(repo: GitRepo, files: Files, names: readonly string[], ignoreCase: boolean): string[] {
  const written: string[] = [];
  for (const [folder, content] of Object.entries(files)) {
    const file =
      folder === 'info'
        ? path.join(repo.dir, '.git/info/attributes')
        : path.join(repo.dir, folder, '.gitattributes');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    written.push(file);
  }
  try {
    const output = execFileSync(
      'git',
      ['-c', `core.ignoreCase=${String(ignoreCase)}`, 'check-attr', '-z', '--stdin', 'filter'],
      {
        cwd: repo.dir,
        input: names.join('\0'),
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { PATH: process.env['PATH'], HOME: repo.dir, GIT_CONFIG_NOSYSTEM: '1', GIT_ATTR_NOSYSTEM: '1' },
      },
    );
    const fields = output.split('\0');
    return names.map((_, index) => fields[index * 3 + 2] ?? '');
  } finally {
    for (const file of written) rmSync(file);
  }
}
