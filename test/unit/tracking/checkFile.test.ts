import assert from 'node:assert/strict';
import { checkFile } from '../../../src/core/tracking/checkFile.js';

describe('checking one file of DVC alone', () => {
  const check = (file: string, text: string): string[] | undefined =>
    checkFile(file, Buffer.from(text))?.map(({ code, line }) => `${code}:${String(line)}`);

  it('goes by the name', () => {
    assert.deepEqual(check('models/a.pkl.dvc', 'outs: 3\n'), ['dvc-wrong-type:1']);
    assert.deepEqual(check('a/dvc.yaml', 'outs: 3\n'), ['dvc-unknown-key:1']);
    assert.deepEqual(check('dvc.lock', ''), ['dvc-lock-schema:1']);
    for (const other of ['.dvc', 'dvc.yml', 'a.pkl', 'my-dvc.yaml'])
      assert.equal(check(other, ''), undefined);
  });

  it('finds conflict markers at their line', () => {
    const conflict = "schema: '2.0'\n<<<<<<< HEAD\nstages: {}\n=======\nstages: {a: 1}\n>>>>>>> theirs\n";
    assert.deepEqual(check('dvc.lock', conflict), ['conflict-markers:2']);
  });
});
