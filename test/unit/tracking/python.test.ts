import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toJson } from '../../../src/core/tracking/dvc/node.js';
import { pythonNode } from '../../../src/core/tracking/dvc/python.js';

const read = (text: string): unknown => {
  const { root, problem } = pythonNode(text);
  return root === undefined ? problem : toJson(root);
};
const computed = (text: string): readonly string[] => pythonNode(text).computed;

describe('A Python parameter file', () => {
  it('gives the literals that the module assigns', () => {
    assert.deepEqual(
      read(
        'lr = 0.1\nepochs: int = 1_000\nseed = -7\nbig = 0xFF\nname = "a" \'b\'\non = True\nnone = None\n' +
          "layers = [64, 'x', (1, 2)]\npair = 1, 2\nopt = {'name': 'adam', 'beta': {'one': .9}, 3: 4,}\nkinds = {'a'}\nempty = set()\n",
      ),
      {
        lr: 0.1,
        epochs: 1000,
        seed: -7,
        big: 255,
        name: 'ab',
        on: true,
        none: null,
        layers: [64, 'x', [1, 2]],
        pair: [1, 2],
        opt: { name: 'adam', beta: { one: 0.9 }, '3': 4 },
        kinds: ['a'],
        empty: [],
      },
    );
  });

  it('gives those of classes and of what __init__ sets on self', () => {
    const text = `
class Train(Base):
    """Text with a fake = 1."""
    depth = 3; width = 4
    class Inner: x = 1
    @property
    def rate(self): return 2
    def __init__(self, a: int = 5) -> None:
        self.epochs = 10
        local = 11
        if a:
            self.skipped = 12
after = 13
`;
    assert.deepEqual(read(text), {
      Train: { depth: 3, width: 4, Inner: { x: 1 }, epochs: 10 },
      after: 13,
    });
  });

  it('passes over what runs only when it is run, and names what is computed', () => {
    const text = `
import os
if True:
    hidden = 1
a = b = 2
c, d = 3, 4
e += 5
f = 1  # a comment = 9
g = f * 2
path = os.path.join("a", f"{g}")
raw = b"bytes"
class T:
    h = len("x")
multi = [
  1,  # one
  2,
]
long = 1 \\
  + 1
text = """a
b = 7
"""
`;
    assert.deepEqual(read(text), { f: 1, T: {}, multi: [1, 2], text: 'a\nb = 7\n' });
    assert.deepEqual(computed(text), ['g', 'path', 'raw', 'T.h', 'long']);
    assert.deepEqual(computed('a = f()\na = 1\n'), []);
  });

  it('reads texts as Python does', () => {
    assert.deepEqual(read(String.raw`a = 'q\'\n\x41\u00e9\101\d'` + '\n' + String.raw`b = r'\n'` + '\n'), {
      a: "q'\nA\u00e9A\\d",
      b: '\\n',
    });
    assert.deepEqual(computed(String.raw`a = '\N{BULLET}'`), ['a']);
  });

  it('says where it is no Python', () => {
    assert.match(String(read('a = (1')), /not closed/);
    assert.match(String(read("a = 'x\n")), /text has no end/);
    assert.match(String(read('a = 1)\n')), /not open/);
    assert.match(String(read('\n? = 1\n')), /"\?" has no place/);
    const lines = ['b = 1\n\na = (1,\n  2\n', "\na = 'x\n", '\n\n\na = 1)\n', '\n? = 1\n'];
    assert.deepEqual(
      lines.map((text) => pythonNode(text).line),
      [3, 2, 4, 2],
    );
    assert.match(String(read(`a = ${'['.repeat(5000)}`)), /deep/);
    assert.match(String(read(`a = '${'x'.repeat(1_000_001)}'`)), /1 MB/);
  });

  it('never throws, and ends on anything', () => {
    const piece = fc.constantFrom(
      ...'class A:|def __init__(self):|self.|a|=|1|0x|.5|"|\'|"""|\\|\n|\n  |\t|(|)|[|]|{|}|,|:|;|#|f"|None|{{|->|é|\0|==|-|**'.split(
        '|',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { root, problem } = pythonNode(pieces.join(''));
        assert.ok(root !== undefined || problem !== undefined);
      }),
      { numRuns: 500 },
    );
    pythonNode(`a = ${'{'.repeat(99)}1${'}'.repeat(99)}`);
    pythonNode('a = -'.padEnd(200_000, '-'));
  });
});
