/**
 * Git's own rules for names, without a process (git-check-ref-format).
 * What is refused by these never reaches Git.
 */

/** Why Git refuses a full ref name (`refs/tags/x`), as a sentence without its subject; undefined when it takes it. */
export function refNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name === '@') return 'is only @';
  const control = /[\0-\x20\x7f]/.exec(name);
  if (control !== null) return control[0] === ' ' ? 'has a space' : 'has a control character';
  const forbidden = /[~^:?*[\\]/.exec(name);
  if (forbidden !== null) return `has a ${forbidden[0]}, which Git forbids`;
  if (name.includes('..')) return 'has two dots in a row';
  if (name.includes('@{')) return 'has @{, which Git forbids';
  if (name.startsWith('/')) return 'starts with a slash';
  if (name.endsWith('/')) return 'ends with a slash';
  if (name.includes('//')) return 'has two slashes in a row';
  if (name.endsWith('.')) return 'ends with a dot';
  if (/(?:^|\/)\./.test(name)) return 'has a part that starts with a dot';
  if (/\.lock(?:\/|$)/.test(name)) return 'has a part that ends in .lock';
  return isWellFormed(name) ? undefined : 'is not well-formed Unicode';
}

/** Whether Git takes a full ref name: `git check-ref-format NAME`, one-level names included. */
export function isValidRefName(name: string): boolean {
  return refNameProblem(name) === undefined;
}

/** Why Git refuses a branch name, as a sentence without its subject; undefined when it takes it. */
export function branchNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.startsWith('-')) return 'starts with -, which looks like an option';
  if (name === 'HEAD') return "is Git's own name for what is checked out";
  return refNameProblem(`refs/heads/${name}`) === undefined
    ? undefined
    : (refNameProblem(name) ?? 'is no branch name');
}

/**
 * Whether Git takes a branch name: `git check-ref-format --branch NAME`, but for `@{-1}` and the like, which
 * stand for another branch.
 */
export function isValidBranchName(name: string): boolean {
  return branchNameProblem(name) === undefined;
}

/** A lone surrogate has no UTF-8 form: Git would be given another name. (`isWellFormed` comes with Node 20's V8.) */
function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}
