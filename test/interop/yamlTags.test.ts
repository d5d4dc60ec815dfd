import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFields } from '../../src/core/parameters/document.js';
import { GitRepo } from '../fixtures/gitRepo.js';
import { modelkeepJson } from './cli.js';
import { dvcEnvironment, dvcIn } from './dvcIn.js';
import { describeWith, runJson } from './tools.js';

/** What DVC reads of each YAML document as JSON has it, and null where it refuses it: other numbers are their names. */
const SCRIPT = `
import json, math, sys
from dvc.utils.serialize import parse_yaml

def plain(value):
    if isinstance(value, dict): return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list): return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value): return str(value)
    if type(value) is int and abs(value) >= 2**53: return str(value)
    if value is None or isinstance(value, (str, int, float)): return value
    raise TypeError()

def read(text):
    try: return plain(parse_yaml(text, "params.yaml"))
    except Exception: return None

print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

const TAGS = [
  '!!int',
  '!!float',
  '!!str',
  '!!bool',
  '!!null',
  '!',
  '!!map',
  '!!seq',
  '!<tag:yaml.org,2002:int>',
];
const STRANGE_TAGS = ['!mine', '!!set', '!!binary', '!!python/tuple', '!<tag:example.com,2000:int>'];
const NUMBERS =
  '3 -3 +3 0 007 1_000 0x1F -0x10 0b11 0o17 0x 0o9 3.5 3. .5 -.5 1e3 1e-3 5e+2 1_0.5 1e 1e400 1:30 - + . 9007199254740993';
const WORDS = 'true True TRUE false yes No on OFF y N null ~ .inf -.INF +.inf .nan inf Infinity abc';

/** Every tag before every scalar, plain and quoted, and some other places for tags. */
function documents(): string[] {
  const scalars = `${NUMBERS} ${WORDS}`.split(' ').flatMap((text) => [text, `"${text}"`, `' ${text} '`]);
  const tagged = [...TAGS, ...STRANGE_TAGS].flatMap((tag) => [
    ...scalars.map((scalar) => `a: ${tag} ${scalar}\n`),
    `a: ${tag}\n`,
    `a: ${tag} [1]\n`,
    `a: ${tag} {b: 1}\n`,
    // of the non-specific tag DVC takes the line end for a part of the number
    ...(tag === '!' ? [] : [`a: ${tag} |\n  3\n`]),
  ]);
  return [
    ...tagged,
    '!!map\na: !!seq\n- !!int "1"\n- !!float 2\n',
    'a: &x !!int "3"\nb: *x\nc: !!str &y 4\nd: *y\n',
    '!!str 3: 1\n!!str b: 2\n',
    '!!int "0x10": 1\n',
    '%TAG !! tag:example.com,2000:\n---\na: !!int 3\n',
  ];
}

describeWith('python', 'explicit tags in YAML', (python) => {
  it('are read as DVC reads them, or the document is read by neither', () => {
    const texts = documents();
    const theirs = runJson(python, ['-c', SCRIPT], {
      cwd: process.cwd(),
      env: process.env,
      input: JSON.stringify(texts),
    });
    assert.ok(Array.isArray(theirs));
    texts.forEach((text, index) => {
      const read = readFields('params.yaml', Buffer.from(text));
      assert.deepEqual(read.ok ? Object.fromEntries(read.fields) : null, flat(theirs[index]), text);
    });
  });
});

/** The one map inside these documents by dotted names, as our fields are. */
function flat(value: unknown): unknown {
  if (!isMap(value)) return null;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      isMap(inner) ? Object.entries(inner).map(([name, each]) => [`${key}.${name}`, each]) : [[key, inner]],
    ),
  );
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

describeWith('dvc', 'parameters and metrics with explicit tags', (dvcProgram) => {
  it('are those of dvc params diff and dvc metrics show', () => {
    const repo = GitRepo.create();
    try {
      dvcIn(dvcProgram, repo, 'init', '-q');
      repo.write('dvc.yaml', 'params: [params.yaml]\nmetrics: [metrics.yaml]\n');
      repo.write('params.yaml', 'lr: !!float 1\nseed: !!int "0x1F"\nname: !!str 12\nfast: !!bool on\n');
      repo.write('metrics.yaml', '!!map\nauc: !!float "0.5"\nsteps: !!int "10"\n');
      repo.dvcPointer('model.pkl').commit('One');
      const env = dvcEnvironment(dvcProgram, repo);
      const dvc = (...args: string[]): unknown => {
        const options = { cwd: repo.dir, env, encoding: 'utf8' } as const;
        return JSON.parse(execFileSync(dvcProgram, [...args, '--json'], options));
      };
      const answer = modelkeepJson(['log', 'model'], { cwd: repo.dir, env }) as {
        readonly revisions: readonly { readonly parameters: unknown; readonly metrics: unknown }[];
      };
      const [revision] = answer.revisions;
      const metrics = { auc: 0.5, steps: 10 };
      assert.deepEqual(dvc('metrics', 'show'), { '': { data: { 'metrics.yaml': { data: metrics } } } });
      assert.deepEqual(revision?.metrics, metrics);
      const parameters = { lr: 1, seed: 31, name: '12', fast: true };
      repo.write('params.yaml', 'x: 1\n');
      const changed = dvc('params', 'diff') as Record<string, Record<string, { readonly old: unknown }>>;
      const old = Object.entries(changed['params.yaml'] ?? {})
        .filter(([name]) => name !== 'x')
        .map(([name, { old: value }]) => [name, value]);
      assert.deepEqual(Object.fromEntries(old), parameters);
      assert.deepEqual(revision.parameters, parameters);
    } finally {
      repo.dispose();
    }
  });
});
