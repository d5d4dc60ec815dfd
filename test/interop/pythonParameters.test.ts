import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { toJson } from '../../src/core/tracking/dvc/node.js';
import { pythonNode } from '../../src/core/tracking/dvc/python.js';
import { describeWith, runJson } from './tools.js';

/** What DVC reads of each file, in what JSON has: what it has not (bytes, tuples as keys) becomes null. */
const SCRIPT = `
import json, sys
from dvc.utils.serialize._py import parse_py

def plain(value):
    if isinstance(value, (set, frozenset)): return sorted(map(plain, value), key=json.dumps)
    if isinstance(value, (list, tuple)): return [plain(each) for each in value]
    if isinstance(value, dict):
        if any(isinstance(key, (tuple, bytes)) for key in value): return None
        return {str(key).lower() if isinstance(key, bool) else str(key): plain(each) for key, each in value.items()}
    return value if isinstance(value, (str, int, float, bool)) else None

def read(file):
    try: return plain(parse_py(open(file, encoding="utf-8").read(), file))
    except Exception: return None

print(json.dumps([read(file) for file in json.load(sys.stdin)]))
`;

const MADE = [
  'a = 1; b = -2.5\nc = (1, 2,)\nd = 1,\ne = ((3))\nf = [[1], {"x": {"y": None}}]\n',
  'class A:\n\tx = 1\n\tdef __init__(self):\n\t\tself.y = 2\n\t\tz = 3\n\tclass B: w = 4\nx: float = .5\n',
  'a = b = 1\nc, d = 1, 2\na += 1\nif a:\n    e = 1\nelse: f = 2\nfor g in []:\n  pass\nh: int\n',
  's = "a" \'b\' r"\\n" """c\n"""\nt = \'\\x41\\u0042\\103\\\n\'\nu = "\\d"\nv = u"é"\n',
  'a = 1 # b = 2\n#c = 3\nd = [1, # e\n  2]\nf = 1 \\\n  + 2\ng = {1, 2}\nh = set()\ni = {}\nj = ()\n',
  'a = 0x1F\nb = 0o17\nc = 0b11\nd = 1_000\ne = 1e-5\nf = 5.\ng = +1\nh = --1\ni = not True\nj = -True\n',
  'def f():\n    a = 1\nclass C:\n    def f(self):\n        self.b = 2\n    self.c = 3\n@deco\nclass D(C, x=1): pass\n',
  'a = {"x": 1, **{}}\nb = [*[]]\nc = lambda: 1\nd = 1 if True else 2\ne = "%s" % 1\nf = f"x"\ng = None\n',
];

describeWith('python', 'Python parameter files', (python) => {
  it('are read as DVC reads them, its own sources and made ones', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'modelkeep-python-'));
    try {
      const made = MADE.map((text, index) => {
        const file = path.join(folder, `made${index}.py`);
        writeFileSync(file, text);
        return file;
      });
      const library = path.join(path.dirname(path.dirname(python)), 'lib');
      const [version = ''] = readdirSync(library).filter((name) => name.startsWith('python'));
      const sources = ['dvc', 'networkx', 'pygments/lexers'].flatMap((name) => {
        const root = path.join(library, version, 'site-packages', name);
        return readdirSync(root, { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.py'))
          .map((file) => path.join(root, file));
      });
      assert.ok(sources.length > 500);
      const files = [...made, ...sources];
      const theirs = runJson(python, ['-c', SCRIPT], {
        cwd: folder,
        env: process.env,
        input: JSON.stringify(files),
      });
      assert.ok(Array.isArray(theirs));
      files.forEach((file, index) => {
        const { root } = pythonNode(readFileSync(file, 'utf8'));
        const ours: unknown = root === undefined ? null : toJson(root);
        assert.deepEqual(comparable(ours), comparable(theirs[index]), file);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }).timeout(120_000);
});

/** Without nulls and without what has none of the same form (sets have no order; what holds a null is left out). */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    return items.includes(undefined)
      ? undefined
      : [...new Set(items.map((item) => JSON.stringify(item)))].sort();
  }
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const made = comparable(each);
      return made === undefined ? [] : [[key, made]];
    }),
  );
}
