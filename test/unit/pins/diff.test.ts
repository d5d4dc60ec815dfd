import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { applyEdits, unifiedDiff, wholeEdit } from '../../../src/core/pins/diff.js';

const RUNS = Number(process.env['MODELKEEP_RUNS'] ?? 1);
const line = fc.constantFrom('a\n', 'b\n', 'c\r\n', '\n', 'dd\n', '  e\n');
const text = fc
  .tuple(fc.array(line, { maxLength: 25 }), fc.constantFrom('', 'end'))
  .map(([lines, end]) => lines.join('') + end);

describe('the diff of a planned edit', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-diff-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('reads as Git writes one', () => {
    const before = 'a\nb\nc\nversion: v1\nd\ne\nf\ng';
    assert.equal(
      unifiedDiff('conf/a b.yaml', before, [{ offset: 15, length: 2, text: 'v2' }]),
      '--- a/conf/a b.yaml\t\n+++ b/conf/a b.yaml\t\n@@ -1,7 +1,7 @@\n a\n b\n c\n-version: v1\n+version: v2\n d\n e\n f\n',
    );
    assert.equal(unifiedDiff('x', 'a\n', []), '');
    assert.equal(unifiedDiff('x', 'a\n', [{ offset: 0, length: 1, text: 'a' }]), '');
  });

  it('is what git apply takes, whatever the edits are', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.tuple(fc.nat(60), fc.nat(6), fc.constantFrom('', 'x', 'y\nz', 'w\n')), { maxLength: 3 }),
        (before, raw) => {
          let from = 0;
          const edits = [...raw]
            .sort((left, right) => left[0] - right[0])
            .flatMap(([offset, length, inserted]) => {
              if (offset < from || offset + length > before.length) return [];
              from = offset + length + 1;
              return [{ offset, length, text: inserted }];
            });
          const after = applyEdits(before, edits);
          const diff = unifiedDiff('f', before, edits);
          assert.equal(diff === '', after === before);
          if (diff === '' || before === '' || after === '') return;
          writeFileSync(path.join(folder, 'f'), before);
          execFileSync('git', ['apply', '--whitespace=nowarn', '-'], {
            cwd: folder,
            input: diff,
            stdio: ['pipe', 'pipe', 'pipe'],
            env: { PATH: process.env['PATH'], GIT_CEILING_DIRECTORIES: tmpdir() },
          });
          assert.equal(readFileSync(path.join(folder, 'f'), 'utf8'), after);
        },
      ),
      { numRuns: 60 * RUNS },
    );
  });

  it('of two whole texts is one edit that makes the one the other', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const edit = wholeEdit(before, after);
        assert.equal(edit ? applyEdits(before, [edit]) : before, after);
      }),
      { numRuns: 300 * RUNS },
    );
  });
});
