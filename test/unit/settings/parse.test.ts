import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseSettings } from '../../../src/core/settings/parse.js';
import { DEFAULT_MATCH, DEFAULT_SETTINGS } from '../../../src/core/settings/settings.js';

const RUNS = 100 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

/** `line: message` of every diagnostic, as Problems would list them. */
function problems(text: string): string[] {
  return parseSettings(text).diagnostics.map(({ line, message }) => `${String(line)}: ${message}`);
}

const EXAMPLE = `remote: upstream                     # where registrations and branches go
models:
  match: ["!experiments/scratch/**"]
  names: { churn: models/churn.pkl }
branches:
  default: main
  hide: ["dependabot/**"]
  conventions:                       # the first is the default
    - { name: experiment, pattern: "experiment/{model}_{slug}" }
    - { name: bugfix, pattern: "bugfix/{slug}" }
  protected: [main, "release/*"]
versions: { tags: "{model}/v{version}", ignore: ["nightly-*"] }
releases: { tags: "v{version}" }
metrics: { lowerIsBetter: ["*loss*"] }
environments:
  production:
    ref: origin/main
    stage: prod
    pins:
      - model: churn
        file: services/churn/config/model.yaml
        version: model.version
        digest: model.md5
        loads: revision
        repository: ../models
        service: http://127.0.0.1:8000/model
        reports: version
  development: { model: churn, file: config/model.yaml, version: model.version, ref: worktree }
registry: { mlflow: "http://127.0.0.1:5000" }
predictions: { logs: ["logs/predictions/*.jsonl"], version: model_version, time: timestamp }
`;

describe('modelkeep.yaml', () => {
  it('is read whole, with a short form for an environment of one pin', () => {
    const { settings, diagnostics } = parseSettings(EXAMPLE);
    assert.deepEqual(diagnostics, []);
    assert.equal(settings.remote, 'upstream');
    assert.deepEqual(settings.models.names, { churn: 'models/churn.pkl' });
    assert.equal(settings.branches.default, 'main');
    assert.equal(settings.branches.enforced, true);
    assert.deepEqual(
      settings.branches.conventions.map(({ name }) => name),
      ['experiment', 'bugfix'],
    );
    assert.deepEqual(settings.versions, { tags: '{model}/v{version}', ignore: ['nightly-*'] });
    assert.deepEqual(settings.environments, [
      {
        name: 'production',
        ref: 'origin/main',
        stage: 'prod',
        pins: [
          {
            model: 'churn',
            target: { kind: 'file', files: ['services/churn/config/model.yaml'] },
            version: 'model.version',
            digest: 'model.md5',
            repository: '../models',
            reports: 'version',
            loads: 'revision',
            service: ['http://127.0.0.1:8000/model'],
          },
        ],
      },
      {
        name: 'development',
        ref: 'worktree',
        stage: null,
        pins: [
          {
            model: 'churn',
            target: { kind: 'file', files: ['config/model.yaml'] },
            version: 'model.version',
            loads: 'revision',
            service: [],
          },
        ],
      },
    ]);
    assert.equal(settings.registry.mlflow, 'http://127.0.0.1:5000');
    assert.deepEqual(settings.predictions, {
      logs: ['logs/predictions/*.jsonl'],
      version: 'model_version',
      time: 'timestamp',
    });
  });

  it('may be empty, or all comments, and then the defaults hold', () => {
    for (const text of [
      '',
      '\n',
      '# nothing yet\n',
      'branches:\n  # default: main\n',
      '---\n',
      '\uFEFF',
      'models:\r\n',
    ]) {
      assert.deepEqual(
        parseSettings(text),
        { settings: DEFAULT_SETTINGS, diagnostics: [] },
        JSON.stringify(text),
      );
    }
  });

  it('adds its match lines after the built-in ones, and a first !** starts from nothing', () => {
    const added = parseSettings('models: { match: ["!scratch/**", "**/*.bin"] }').settings.models.match;
    assert.deepEqual(added, [...DEFAULT_MATCH, '!scratch/**', '**/*.bin']);
    const own = parseSettings('models: { match: ["!**", "**/*.bin"] }').settings.models.match;
    assert.deepEqual(own, ['**/*.bin']);
  });

  it('names every mistake on its own line and keeps the rest', () => {
    const text = [
      'remotes: origin', // 1
      'models:',
      '  match: ["**/*.bin", 7, "a[b", "!"]', // 3
      '  names:',
      '    good: models/good.pkl',
      '    out: ../secret.pkl', // 6
      '    abs: /etc/passwd', // 7
      '    not a name: models/other.pkl', // 8
      '  nmaes: {}', // 9
      'branches: { default: 1.10, hide: "x" }', // 10
      'environments:',
      '  production:',
      '    stage: prod',
      '    pins:',
      '      - model: churn', // 15
      '        file: config.yaml',
      '      - model: lead',
      '        file: lead.yaml',
      '        version: model.version',
      '        loads: sometimes', // 20
      '  other: { model: churn }', // 21
      'metrics: { lowerIsBetter: ["*loss*"] }',
    ].join('\n');
    assert.deepEqual(problems(text), [
      '1: Unknown setting "remotes": did you mean "remote"?',
      '3: An entry of "models.match" must be a text, not 7: put it in quotes',
      '3: "a[b" missing closing: "]" - use "\\\\]" to match literal characters',
      '3: "!" is empty',
      '6: "../secret.pkl" leaves the repository',
      '7: "/etc/passwd" is absolute: write it from the repository root',
      '8: "not a name" cannot be registered: names are letters, digits, "-", "_" and "/", beginning and ending with a letter or digit.',
      '9: Unknown setting "nmaes" in "models": did you mean "names"?',
      '10: "branches.default" must be a text, not 1.1: put it in quotes',
      '10: "branches.hide" must be a list, not "x"',
      '15: This pin has no version: the path of the value in the file',
      '20: "environments.production.pins.loads" must be one of "revision", "checkout", not "sometimes"',
      '21: This pin says nowhere to read it: give file, etcd, consul or http',
    ]);
    const { settings } = parseSettings(text);
    assert.deepEqual(settings.models.names, {
      good: 'models/good.pkl',
      'not a name': 'models/other.pkl',
    });
    assert.deepEqual(settings.models.match.at(-1), '**/*.bin');
    assert.deepEqual(settings.metrics.lowerIsBetter, ['*loss*']);
    assert.deepEqual(
      settings.environments.map(({ name, stage, pins }) => [name, stage, pins.map(({ model }) => model)]),
      [['production', 'prod', ['lead']]],
    );
  });

  it('takes neither side of an unfinished merge', () => {
    const text =
      'remote: upstream\n<<<<<<< HEAD\nversions: { tags: gto }\n=======\nversions: 7\n>>>>>>> other\nbranches: { default: trunk }\n';
    const { settings } = parseSettings(text);
    assert.deepEqual(problems(text), [
      '2: Conflict markers: a merge is not finished here. What stands between them does not count.',
    ]);
    assert.equal(settings.remote, 'upstream');
    assert.equal(settings.branches.default, 'trunk');
  });

  it('counts the first of doubled keys and says where it stands', () => {
    const text = 'remote: one\nmodels: { names: { a: x.pkl, a: y.pkl } }\nremote: two\n';
    assert.deepEqual(problems(text), [
      '2: "a" stands here twice, first in line 2, which counts',
      '3: "remote" stands here twice, first in line 1, which counts',
    ]);
    assert.equal(parseSettings(text).settings.remote, 'one');
    assert.equal(parseSettings(text).settings.models.names['a'], 'x.pkl');
  });

  it('follows anchors and merges, and stops at bombs, depth and size', () => {
    const merged = parseSettings(
      'environments:\n  a: &a { model: m, file: a.yaml, version: v }\n  b: { <<: *a, file: b.yaml }\n',
    );
    assert.deepEqual(merged.diagnostics, []);
    assert.deepEqual(merged.settings.environments[1]?.pins[0]?.target, { kind: 'file', files: ['b.yaml'] });
    let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x]\n';
    for (let level = 1; level < 20; level += 1)
      bomb += `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]\n`;
    for (const text of [bomb, 'x'.repeat(200_000), `remote: ${'['.repeat(100_000)}`, 'a: &a [*a]\n']) {
      const { settings, diagnostics } = parseSettings(text);
      assert.deepEqual(settings, DEFAULT_SETTINGS);
      assert.ok(diagnostics.length > 0 && diagnostics.length <= 50);
    }
  });

  it('is a mapping or nothing', () => {
    for (const text of ['- a\n', 'just text', '7', '"../other.yaml"']) {
      assert.match(problems(text).join('\n'), /^1: This file must be a mapping of keys to values/, text);
    }
  });

  it('lets an environment have either pins or the short form', () => {
    assert.deepEqual(problems('environments:\n  dev:\n    model: m\n    pins: []\n'), [
      '2: Give either pins or one pin in its short form, not both',
    ]);
  });

  it('keeps passwords out of a file that everyone reads', () => {
    assert.deepEqual(problems('registry:\n  mlflow: http://me:secret@host:5000\n'), [
      '2: "http://me:secret@host:5000" holds a password: keep secrets in the environment',
    ]);
  });

  it('knows its templates', () => {
    assert.deepEqual(problems('versions: { tags: "{model}-{verison}" }\nreleases: { tags: "v1" }'), [
      '1: "{model}-{verison}" does not know {verison}: it may use {model} {version}',
      '2: "v1" needs {version}',
    ]);
  });

  it('never throws, whatever the file holds, and always answers complete settings', () => {
    const word = fc.constantFrom(
      'remote', 'models', 'match', 'names', 'branches', 'conventions', 'environments', 'pins', 'file', 'model', 'version',
      '-', ':', '\n', '\n  ', '\n    ', '- ', ': ', '[', ']', '{', '}', '"', "'", '&a', '*a', '<<', '!', '#', '|', '>', '7',
      'null', '~', '?', '%', '\t', '<<<<<<< HEAD\n', '=======\n', '>>>>>>> x\n', '__proto__', 'constructor', '\0', '\uFEFF', 'é',
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const { settings, diagnostics } = parseSettings(words.join(''));
        assert.deepEqual(Object.keys(settings), Object.keys(DEFAULT_SETTINGS));
        for (const { line, message, path } of diagnostics) {
          assert.equal(path, 'modelkeep.yaml');
          assert.ok(line !== undefined && line >= 1 && message !== '');
        }
      }),
      { numRuns: RUNS * 5 },
    );
  });
});
