import fc from 'fast-check';
import { KINDS, READERS, SEEDS } from './readers.js';

/** Files of every kind, nearly right or not at all. */
const FILES = 10_000 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

const ALL_SEEDS = Object.values(SEEDS).flat();
const TOKENS = [
  '\n',
  '\n  ',
  '\n- ',
  ': ',
  ' #',
  "'",
  '"',
  '[',
  ']',
  '{',
  '}',
  '${',
  '}',
  '\\',
  '*a',
  '&a ',
  '<<: ',
  '!!x ',
  '|\n',
  '>',
  '---\n',
  '...\n',
  '\t',
  '\0',
  '\r\n',
  '\ufeff',
  '<<<<<<< HEAD\n',
  '>>>>>>> b\n',
  '=======\n',
  '%YAML 1.1\n',
  '? ',
  '- ',
  '1e999',
  '0x',
  '.inf',
  '9'.repeat(400),
  '**/',
  '[!',
  '..',
  '/',
  '@',
  '__proto__: ',
  'constructor: ',
  'null',
  '~',
  '\u2028',
  '\ud800',
];

describe('hostile content', () => {
  it('is read without an exception, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const kind of KINDS) READERS[kind](bytes);
      }),
      { numRuns: FILES / 10 },
    );
  });

  it('is read without an exception, when it is nearly right', () => {
    const edit = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(6),
      fc.oneof(fc.constantFrom(...TOKENS), fc.constantFrom(...ALL_SEEDS)),
    );
    const file = fc
      .constantFrom(...KINDS)
      .chain((kind) => fc.tuple(fc.constant(kind), fc.constantFrom(...SEEDS[kind])));
    fc.assert(
      fc.property(
        file,
        fc.array(edit, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...KINDS),
        ([kind, seed], edits, other) => {
          let text = seed;
          for (const [where, cut, insert] of edits) {
            const at = Math.floor(where * text.length);
            text = text.slice(0, at) + insert + text.slice(at + cut);
          }
          // As what it is, and as what it might be taken for.
          for (const reader of new Set([kind, other])) READERS[reader](Buffer.from(text));
        },
      ),
      { numRuns: FILES },
    );
  });
});
