import type { BranchPlan } from './create.js';
import { BranchError } from './errors.js';

/** What to do with changes in the working copy when going to the new branch; without a choice it stays where it is. */
export type DirtyChoice = 'carry' | 'stash';

export interface ApplyOptions {
  /** Goes to the branch in this working copy. */
  readonly checkout: boolean;
  /** Folder of a linked worktree for it, instead. */
  readonly worktree?: string | undefined;
  readonly push?: boolean | undefined;
  readonly dirty?: DirtyChoice | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Why a plan cannot be carried out so; undefined when it can. Every reason is named before anything is written.
 */
export function refusal(plan: BranchPlan, options: ApplyOptions): BranchError | undefined {
  const { verdict, conflict, workingCopy, from } = plan;
  if (!verdict.ok) return new BranchError('name', verdict.rule, suggest(verdict.suggestion));
  if (plan.name.split('/').some((part) => Buffer.byteLength(part) > 250)) {
    return new BranchError('name', 'A part of the name is longer than file systems take (250 bytes).');
  }
  if (conflict !== null) {
    return new BranchError(
      conflict.kind === 'file-folder' ? 'conflict' : 'exists',
      conflict.message,
      suggest(conflict.suggestion),
    );
  }
  if (options.push === true && plan.remote === null) {
    return new BranchError(
      'no-remote',
      'There is no remote to publish to: add one with git remote add, or name it in modelkeep.yaml (remote).',
    );
  }
  if (
    from.commit === null &&
    (!options.checkout || options.worktree !== undefined || options.push === true)
  ) {
    return new BranchError(
      'start',
      'There is no commit yet: make one first, or go to the branch without publishing it.',
    );
  }
  if (!options.checkout || options.worktree !== undefined) return undefined;
  if (workingCopy.busy !== null) {
    return new BranchError(
      'busy',
      `A ${workingCopy.busy} is under way here: finish or abort it first, or use a linked worktree.`,
    );
  }
  if (workingCopy.conflicted.length > 0) {
    return new BranchError(
      'busy',
      `Conflicts are not resolved here (${workingCopy.conflicted[0] ?? ''}): resolve them first.`,
    );
  }
  if (workingCopy.changed.length > 0 && options.dirty === undefined && from.commit !== null) {
    const files =
      workingCopy.changed.length === 1
        ? (workingCopy.changed[0] ?? '')
        : `${String(workingCopy.changed.length)} files`;
    return new BranchError(
      'dirty',
      `The working copy has changes (${files}): carry them along, stash them, or use a linked worktree.`,
    );
  }
  return undefined;
}

function suggest(suggestion: string | undefined): { suggestion?: string } {
  return suggestion === undefined ? {} : { suggestion };
}

/** The Git commands that do the same, argument by argument, for the preview. */
export function equivalentCommands(plan: BranchPlan, options: ApplyOptions): readonly (readonly string[])[] {
  const { name, from, remote } = plan;
  const start =
    from.commit === null
      ? []
      : [['commit', 'current', 'experiment'].includes(from.kind) ? from.commit.slice(0, 12) : from.label];
  const commands: string[][] = [];
  if (options.worktree !== undefined) {
    commands.push(['git', 'worktree', 'add', '--no-track', '-b', name, options.worktree, ...start]);
  } else if (options.checkout) {
    if (options.dirty === 'stash' && plan.workingCopy.changed.length > 0)
      commands.push(['git', 'stash', 'push']);
    commands.push(['git', 'switch', '--no-track', '-c', name, ...start]);
  } else commands.push(['git', 'branch', '--no-track', name, ...start]);
  if (options.push === true && remote !== null)
    commands.push(['git', 'push', '--set-upstream', remote, `refs/heads/${name}:refs/heads/${name}`]);
  return commands;
}

/** The Git commands that take it back while it is not published; none where there was no commit. */
export function undoCommands(plan: BranchPlan, options: ApplyOptions): readonly (readonly string[])[] {
  const { name, from, previous, workingCopy } = plan;
  if (from.commit === null || options.push === true) return [];
  const gone = ['git', 'branch', '-D', name];
  if (options.worktree !== undefined) return [['git', 'worktree', 'remove', options.worktree], gone];
  if (!options.checkout) return [gone];
  const back = previous.branch === null ? ['--detach', previous.commit ?? from.commit] : [previous.branch];
  const stashed = options.dirty === 'stash' && workingCopy.changed.length > 0;
  return [['git', 'switch', ...back], gone, ...(stashed ? [['git', 'stash', 'pop', '--index']] : [])];
}

/** A command as a line for a POSIX shell. */
export function shellLine(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`))
    .join(' ');
}
