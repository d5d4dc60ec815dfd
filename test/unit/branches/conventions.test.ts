import assert from 'node:assert/strict';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { buildName, rulesOf } from '../../../src/core/branches/conventions.js';
import { exportPatterns } from '../../../src/core/branches/export.js';
import { globSource } from '../../../src/core/branches/globs.js';
import { slug } from '../../../src/core/branches/slug.js';
import { validateName } from '../../../src/core/branches/validate.js';
import { isValidBranchName } from '../../../src/core/git/names.js';
import { parseSettings } from '../../../src/core/settings/parse.js';
import type { BranchConvention, Settings } from '../../../src/core/settings/settings.js';
import { DEFAULT_SETTINGS } from '../../../src/core/settings/settings.js';

const RUNS = 200 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

function settingsOf(
  conventions: readonly BranchConvention[],
  protectedBranches = ['main', 'release/*'],
): Settings {
  const branches = {
    ...DEFAULT_SETTINGS.branches,
    conventions,
    enforced: true,
    protected: protectedBranches,
  };
  return { ...DEFAULT_SETTINGS, branches };
}

const ENFORCED = settingsOf(DEFAULT_SETTINGS.branches.conventions, ['main', 'master', 'release/*']);

/** Conventions of many shapes, all of them sound. */
const CONVENTIONS: readonly BranchConvention[] = [
  ...DEFAULT_SETTINGS.branches.conventions,
  { name: 'ticket', pattern: 'feature/[{issue}-]{slug}', required: ['issue'] },
  { name: 'optional', pattern: 'task/[{issue}-]{slug}', maxLength: 40 },
  { name: 'dated', pattern: '{user}/{date}-{slug}', case: 'any' },
  { name: 'numbered', pattern: 'exp/{model}/{n}', minLength: 9 },
  { name: 'strict', pattern: 'fix/{slug}', allowed: 'a-z0-9-', maxLength: 30 },
  { name: 'unicode', pattern: 'idea/{slug}', allowed: '\\p{L}\\p{N}-' },
  { name: 'free', regex: '(?:feat|chore)/[a-z]+(?:-[a-z]+)*' },
  { name: 'lower', regex: '[^/]+/.+', case: 'lower', allowed: 'A-Za-z0-9_-', maxLength: 25 },
  { name: 'both', pattern: 'lab/{slug}', regex: '.*[0-9].*' },
];

const someSettings = fc
  .uniqueArray(fc.constantFrom(...CONVENTIONS), { minLength: 1, maxLength: 3 })
  .map((conventions) => settingsOf(conventions));

const someName = fc
  .array(
    fc.constantFrom(
      'experiment/', 'Experiment/', 'bugfix/', 'feature/', 'fix/', 'task/', 'lab/', 'exp/', 'feat/', 'release/', 'main', 'idea/', 'user/',
      'churn', 'model', 'v2', 'LR', 'lr', '_', '-', '.', '/', ' ', '..', '~', '1', '42', 'ABC-12', '2025-01-31', '20250131', 'ü', '学习',
      '.lock', '@{', 'a-rather-long-description-of-things', ':', '#7',
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join('')); // prettier-ignore

describe('branch names', () => {
  it('of the card pass the defaults', () => {
    for (const name of [
      'experiment/model_v2_improvements',
      'bugfix/model_v1_hotfix',
      'experiment/churn_lr-0.01',
      'feature/x',
    ]) {
      assert.equal(validateName(ENFORCED, name).ok, true, name);
    }
  });

  it('are explained and repaired', () => {
    const cases: readonly [string, string, string | undefined][] = [
      ['my branch', 'The name has a space.', 'experiment/my_branch'],
      [
        'experiment/Churn_LR',
        'The name has capital letters (CLR); "experiment" is written in small letters.',
        'experiment/churn_lr',
      ],
      [
        'experiment/churn',
        'The name is not of the form experiment/{model}_{slug}.',
        'experiment/churn_change',
      ],
      ['exp/churn_lr', 'The name must start with experiment/, bugfix/ or feature/.', 'experiment/churn_lr'],
      [
        'Experiment/churn_lr',
        'The name must start with experiment/, written just so.',
        'experiment/churn_lr',
      ],
      ['fix/crash', 'The name must start with experiment/, bugfix/ or feature/.', 'bugfix/crash'],
      [
        'feature/größer',
        'The name has "ö"; "feature" allows small letters, digits and - _ . only.',
        'feature/grosser',
      ],
      [
        'feature-new-thing',
        'The name must start with experiment/, bugfix/ or feature/.',
        'feature/new-thing',
      ],
      ['feature/a..b', 'The name has two dots in a row.', 'feature/a.b'],
      ['wip', 'The name must start with experiment/, bugfix/ or feature/.', 'experiment/wip_change'],
    ];
    for (const [name, rule, suggestion] of cases) {
      const verdict = validateName(ENFORCED, name);
      assert.ok(!verdict.ok, name);
      assert.deepEqual([verdict.rule, verdict.suggestion], [rule, suggestion], name);
    }
  });

  it('name the model that they are about when it is known', () => {
    const verdict = validateName(ENFORCED, 'exp/fraud-net lower rate', { models: ['fraud', 'fraud-net'] });
    assert.equal(!verdict.ok && verdict.suggestion, 'experiment/fraud-net_lower-rate');
  });

  it('break length, characters, required parts and expressions in words', () => {
    const settings = settingsOf(
      CONVENTIONS.filter(({ name }) => ['ticket', 'strict', 'both'].includes(name)),
    );
    const rule = (name: string): string | undefined => {
      const verdict = validateName(settings, name);
      return verdict.ok ? undefined : verdict.rule;
    };
    assert.equal(
      rule('feature/login'),
      'The name lacks {issue}: the number or key of an issue, such as ABC-123.',
    );
    assert.equal(rule('feature/ABC-12-login'), undefined);
    assert.equal(
      rule('fix/the-quick-brown-fox-jumps-over'),
      'The name has 34 characters; "strict" allows 30.',
    );
    assert.equal(rule('fix/a_b'), 'The name has "_"; "strict" allows a-z0-9-.');
    assert.equal(rule('lab/none'), 'The name does not match .*[0-9].*, which "both" asks for.');
  });

  it('of protected branches and the default branch are nobody’s business', () => {
    for (const name of ['main', 'release/2.0'])
      assert.deepEqual(validateName(ENFORCED, name), { ok: true, convention: null });
    assert.equal(validateName(ENFORCED, 'Trunk', { defaultBranch: 'Trunk' }).ok, true);
    assert.equal(validateName(ENFORCED, 'Trunk').ok, false);
  });

  it('are only proposed while the team has set no conventions; Git’s rules hold all the same', () => {
    assert.deepEqual(validateName(DEFAULT_SETTINGS, 'whatever I like'.replace(/ /g, '-')), {
      ok: true,
      convention: null,
      proposal: 'experiment/whatever_i-like',
    });
    assert.equal(validateName(DEFAULT_SETTINGS, 'a b').ok, false);
  });

  it('that are accepted are Git’s, and every repaired name is accepted', () => {
    fc.assert(
      fc.property(someSettings, someName, (settings, name) => {
        const verdict = validateName(settings, name);
        if (verdict.ok) {
          assert.ok(isValidBranchName(name));
        } else if (verdict.suggestion !== undefined) {
          assert.notEqual(verdict.suggestion, name);
          assert.ok(isValidBranchName(verdict.suggestion), verdict.suggestion);
          assert.equal(validateName(settings, verdict.suggestion).ok, true, verdict.suggestion);
        } else if (
          settings.branches.conventions.every(({ name: kind }) =>
            ['experiment', 'bugfix', 'feature', 'strict'].includes(kind),
          )
        ) {
          assert.fail(`no repair for ${name}`);
        }
      }),
      { numRuns: RUNS * 5 },
    );
  });

  it('are built so that they are accepted', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      someName,
    );
    fc.assert(
      fc.property(fc.constantFrom(...CONVENTIONS), text, text, (convention, model, words) => {
        const built = buildName(convention, {
          model,
          slug: words,
          user: 'Zoë',
          date: '2025-01-31',
          issue: '#12',
          n: '3',
        });
        if (built.ok) {
          const verdict = validateName(settingsOf([convention]), built.name);
          assert.equal(verdict.ok, true, `${convention.name}: ${built.name}`);
          assert.ok(isValidBranchName(built.name));
        } else assert.notEqual(built.message, '');
      }),
      { numRuns: RUNS * 5 },
    );
  });
});

describe('slugs', () => {
  it('keep words readable', () => {
    const cases = [
      ['Größere Lernrate (0.01)', 'grossere-lernrate-0.01'],
      ['sub/dir:model', 'sub-dir-model'],
      ['model_v2_improvements', 'model_v2_improvements'],
      ["Don't  panic!!", 'dont-panic'],
      ['...a..b.lock', 'a.b'],
      ['Crème brûlée ﬁne', 'creme-brulee-fine'],
      ['学习率', ''],
      ['-_-', ''],
    ];
    for (const [text, expected] of cases) assert.equal(slug(text ?? ''), expected, text);
  });

  it('are cut between words', () => {
    assert.equal(slug('a rather long description', undefined, 15), 'a-rather-long');
    assert.equal(slug('unbreakablewordthatgoeson', undefined, 10), 'unbreakabl');
  });
});

describe('patterns for servers', () => {
  const accepts = (patterns: readonly string[], name: string): boolean =>
    patterns.every((pattern) => new RegExp(pattern.replace(/\(\?P</g, '(?<'), 'u').test(name));

  it('accept and reject the same names as the validator', () => {
    fc.assert(
      fc.property(someSettings, fc.array(someName, { minLength: 5, maxLength: 20 }), (settings, names) => {
        const github = exportPatterns(settings, 'github', { defaultBranch: 'main' });
        const gitlab = exportPatterns(settings, 'gitlab', { defaultBranch: 'main' });
        assert.equal(gitlab.patterns.length, 1);
        for (const name of names.filter(isValidBranchName)) {
          const { ok } = validateName(settings, name, { defaultBranch: 'main' });
          if (github.exact)
            assert.equal(accepts(github.patterns, name), ok, `${name} on ${github.patterns.join(' and ')}`);
          if (gitlab.exact)
            assert.equal(accepts(gitlab.patterns, name), ok, `${name} on ${gitlab.patterns.join(' and ')}`);
          else if (ok) assert.ok(accepts(gitlab.patterns, name), name);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are what the services take', () => {
    const { document, exact } = exportPatterns(ENFORCED, 'github');
    assert.equal(exact, true);
    assert.deepEqual(JSON.parse(JSON.stringify(document)), {
      name: 'Branch names',
      target: 'branch',
      enforcement: 'active',
      conditions: { ref_name: { include: ['~ALL'], exclude: [] } },
      rules: [
        {
          type: 'branch_name_pattern',
          parameters: {
            name: 'Follows a convention of modelkeep.yaml',
            negate: false,
            operator: 'regex',
            pattern:
              '^(?:main|master|release/[^/]+|experiment/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?_[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|bugfix/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|feature/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)$',
          },
        },
      ],
    });
  });

  it('hold the length of a single part in one expression', () => {
    for (const [minLength, maxLength] of [
      [5, 8],
      [1, 5],
      [1, 6],
      [9, 9],
      [7, undefined],
    ] as const) {
      for (const more of [{}, { allowed: 'a-z-' }, { case: 'any' as const }]) {
        const convention = {
          name: 'x',
          pattern: 'fix/{slug}',
          minLength,
          ...(maxLength === undefined ? {} : { maxLength }),
          ...more,
        };
        const { exact, patterns } = exportPatterns(settingsOf([convention], []), 'gitlab');
        assert.equal(exact, true);
        for (let length = 0; length < 8; length += 1) {
          const name = `fix/${'abcdefgh'.slice(0, length)}`;
          const fits = length > 0 && name.length >= minLength && name.length <= (maxLength ?? Infinity);
          assert.equal(accepts(patterns, name), fits, `${name} on ${patterns.join()}`);
        }
      }
    }
  });

  it('say what a server will not check', () => {
    const { exact, notes } = exportPatterns(settingsOf(CONVENTIONS.slice(4, 6)), 'gitlab');
    assert.equal(exact, false);
    assert.deepEqual(notes, [
      'GitLab takes one expression: length and extra expressions of a convention are left to check-branch.',
    ]);
  });

  it('say when RE2 has no room for the conventions together, or for the length of one', () => {
    const letters = { name: 'x', pattern: 'x/{slug}', allowed: '\\p{L}\\p{N}-' };
    const short = { ...letters, maxLength: 150 };
    assert.deepEqual(exportPatterns(settingsOf([short]), 'gitlab').notes, []);
    assert.deepEqual(exportPatterns(settingsOf([short, { ...short, pattern: 'y/{slug}' }]), 'gitlab').notes, [
      'Together the conventions may be too large for RE2: the server may refuse the expression.',
    ]);
    const long = settingsOf([{ ...letters, maxLength: 900 }]);
    assert.deepEqual(exportPatterns(long, 'gitlab').notes, [
      'GitLab takes one expression: length and extra expressions of a convention are left to check-branch.',
    ]);
    assert.equal(validateName(long, `x/${'ü'.repeat(898)}`).ok, true);
    assert.equal(validateName(long, `x/${'ü'.repeat(899)}`).ok, false);
  });

  it('read globs of branches as picomatch does', () => {
    const glob = fc
      .array(fc.constantFrom('a', 'rel', '*', '**', '/', '?', '{a,b}', '[ab]', '.', '-', '1'), {
        minLength: 1,
        maxLength: 5,
      })
      .map((parts) => parts.join(''));
    const branch = fc
      .array(fc.constantFrom('a', 'b', 'rel', '/', '.', '-', '1', 'x'), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(glob, fc.array(branch, { minLength: 5 }), (pattern, names) => {
        const source = globSource(pattern);
        if (source === undefined || /\*{3}|[^/]\*\*|\*\*[^/]|\/\/|^\//.test(pattern)) return;
        const theirs = picomatch(pattern, { dot: true });
        for (const name of names.filter(isValidBranchName)) {
          assert.equal(new RegExp(`^(?:${source})$`, 'u').test(name), theirs(name), `${pattern} on ${name}`);
        }
      }),
      { numRuns: RUNS * 2 },
    );
  });
});

describe('conventions in modelkeep.yaml', () => {
  const problem = (convention: string): string | undefined =>
    parseSettings(`branches:\n  conventions:\n    - ${convention}\n`).diagnostics.map(
      ({ line, message }) => `${String(line)}: ${message}`,
    )[0];

  it('are refused with the reason on their line', () => {
    const cases: readonly [string, string][] = [
      ['{ name: x }', '3: This convention needs a pattern or a regex'],
      ['{ name: x, pattern: "a/{modle}" }', '3: "a/{modle}" does not know {modle}: did you mean {model}?'],
      ['{ name: x, pattern: "a b/{slug}" }', '3: "a b/{slug}" has a space: Git takes no such names'],
      ['{ name: x, pattern: "a/[{slug}" }', '3: "a/[{slug}" has a [ without its ]'],
      ['{ name: x, regex: "a(?=b)" }', '3: "a(?=b)" has a look-around, which RE2 does not know'],
      ['{ name: x, pattern: "a/{slug}", required: [issue] }', '3: The pattern has no {issue}'],
      [
        '{ name: x, pattern: "a/{slug}", minLength: 9, maxLength: 3 }',
        '3: No name is at most 3 and at least 9 characters long',
      ],
      [
        '{ name: x, pattern: "a/{slug}", case: lower, allowed: "A-Z" }',
        '3: "A-Z" allows capital letters while case says lower',
      ],
      [
        '{ name: x, pattern: "a/{slug}", allowed: "z-a" }',
        '3: "z-a" has a range that starts at z and goes nowhere',
      ],
      [
        '{ name: x, pattern: "a/{slug}", maxLength: 0 }',
        '3: "branches.conventions.maxLength" must be a whole number from 1 to 1000',
      ],
    ];
    for (const [convention, message] of cases) assert.equal(problem(convention), message);
  });

  it('leave the others in force, and without any the built-in ones only propose', () => {
    const { settings } = parseSettings(
      'branches:\n  conventions:\n    - { name: x }\n    - { name: y, pattern: "y/{slug}" }\n',
    );
    assert.deepEqual(
      rulesOf(settings).conventions.map(({ convention }) => convention.name),
      ['y'],
    );
    const none = parseSettings('branches:\n  conventions:\n    - { name: x }\n').settings;
    assert.equal(none.branches.enforced, false);
  });
});
