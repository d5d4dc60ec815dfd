import assert from 'node:assert/strict';
import path from 'node:path';
import { compileDvcIgnore } from '../../src/core/tracking/dvc/dvcIgnore.js';
import { describeWith, runJson } from './tools.js';

const CASES = 300 * Number(process.env.MODELKEEP_RUNS ?? 1);

interface Case {
  /** `.dvcignore` by folder, `''` being the root. */
  readonly rules: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly seen: readonly string[];
}

describeWith('python', 'random .dvcignore files', (python) => {
  it('leave what DVC sees', () => {
    const script = path.resolve('test/interop/randomIgnores.py');
    const cases = runJson(python, [script, '1', String(CASES)], {
      cwd: path.resolve('.'),
      env: { ...process.env, PYTHONIOENCODING: 'utf8' },
    }) as readonly Case[];
    assert.ok(cases.length > CASES / 2);
    for (const { rules, files, seen } of cases) {
      const ignores = ignoring(rules);
      assert.deepEqual(
        files.filter((file) => !ignores(file)),
        seen,
        JSON.stringify(rules),
      );
    }
  }).timeout(120_000);
});

/** As the catalog does: the deepest file that has an opinion decides, folder by folder from the root down. */
function ignoring(rules: Case['rules']): (file: string) => boolean {
  const all = Object.entries(rules)
    .map(([folder, text]) => ({ prefix: folder === '' ? '' : `${folder}/`, rules: compileDvcIgnore(text) }))
    .sort((left, right) => left.prefix.length - right.prefix.length);
  let holding: typeof all = [];
  const decided = (one: string, isFolder: boolean): boolean => {
    for (const { prefix, rules: own } of holding) {
      if (!one.startsWith(prefix) || one.length <= prefix.length) continue;
      const answer = own.decide(one.slice(prefix.length), isFolder);
      if (answer !== undefined) return answer;
    }
    return false;
  };
  const isIgnored = (file: string): boolean => {
    const parts = file.split('/');
    return parts.some((_, at) => decided(parts.slice(0, at + 1).join('/'), at + 1 < parts.length));
  };
  for (const one of all) if (!isIgnored(`${one.prefix}.dvcignore`)) holding = [one, ...holding];
  return isIgnored;
}
