import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { branchNameProblem, isValidBranchName, isValidRefName } from '../../../src/core/git/names.js';

const RUNS = 300 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

/** The names of a list that `git check-ref-format` takes, by one xargs. */
function gitTakes(names: readonly string[], ...option: string[]): Set<string> {
  const script =
    'for name; do git check-ref-format "$OPTION" "$name" >/dev/null 2>&1 && printf "%s\\0" "$name"; done; true';
  const answer = execFileSync('sh', ['-c', script, 'sh', ...names], {
    env: { ...process.env, OPTION: option[0] ?? '' },
  });
  return new Set(answer.toString('utf8').split('\0').slice(0, -1));
}

const name = fc
  .array(
    fc.constantFrom(
      'a', 'B', '1', '/', '.', '..', '-', '_', '@', '{', '@{', '}', '~', '^', ':', '?', '*', '[', ']', '\\', ' ', '\t', '\x7f', '\x01',
      '.lock', 'lock', '.LOCK', 'HEAD', 'refs/heads/', 'main', 'ü', '学', '\u00a0', '\u{1F600}', '#', '!', '$', '"', "'", '%', ',',
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join('')); // prettier-ignore

describe("Git's rules for names", () => {
  it('are those of git check-ref-format --branch', () => {
    const names = [
      ...new Set([...fc.sample(name, RUNS), '@', 'HEAD', '-', 'a.lock/b', 'a./b', '/a', 'a/', '', '.']),
    ];
    const theirs = gitTakes(names, '--branch');
    for (const one of names) assert.equal(isValidBranchName(one), theirs.has(one), JSON.stringify(one));
  });

  it('are those of git check-ref-format for other refs', () => {
    const names = [...new Set(fc.sample(name, RUNS).map((one) => `refs/tags/${one}`))];
    const theirs = gitTakes(names, '--allow-onelevel');
    for (const one of names) assert.equal(isValidRefName(one), theirs.has(one), JSON.stringify(one));
  });

  it('are explained', () => {
    assert.equal(branchNameProblem('my branch'), 'has a space');
    assert.equal(branchNameProblem('a:b'), 'has a :, which Git forbids');
    assert.equal(branchNameProblem('a.lock'), 'has a part that ends in .lock');
    assert.equal(branchNameProblem('HEAD'), "is Git's own name for what is checked out");
    assert.equal(branchNameProblem('a\ud800'), 'is not well-formed Unicode');
    assert.equal(branchNameProblem('experiment/churn_lr'), undefined);
  });
});
