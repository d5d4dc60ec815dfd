import type { Catalog } from '../../catalog/catalog.js';
import type { Diagnostic } from '../../diagnostic.js';
import type { Digest } from '../../digest.js';
import type { CommitId } from '../../git/ids.js';

/** What planning needs of a catalog. */
export type RegistryCatalog = Pick<
  Catalog,
  'repository' | 'settings' | 'versions' | 'branches' | 'head' | 'defaultBranch' | 'modelsAt'
>;

/** A tag that is to be made: everything a preview shows. */
export interface PlannedTag {
  readonly what: 'register' | 'restore' | 'deregister' | 'assign' | 'unassign' | 'deprecate';
  /** `churn@v1.0.0` */
  readonly tag: string;
  /** `refs/tags/churn@v1.0.0` */
  readonly ref: string;
  readonly commit: CommitId;
  /** The whole message of the tag, trailers included. */
  readonly message: string;
}

/** What a stage or `latest` is before and after; version strings, commit ids where none is registered. */
export interface Effect {
  /** A stage; null for `latest`. */
  readonly stage: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** A complete write, checked and not yet done. */
export interface RegistryPlan {
  /** The registered name: `churn`, `sub/dir:churn`. */
  readonly artifact: string;
  /** `v1.0.0`, or a commit id for a stage on a commit without a version; null when the whole model is meant. */
  readonly version: string | null;
  /** In the order in which they are made; all or none. */
  readonly tags: readonly PlannedTag[];
  /** What changes besides the tag itself. */
  readonly effects: readonly Effect[];
  readonly warnings: readonly PlanWarning[];
  /** The tags' names and ids of this artifact when it was planned: the write is refused when they changed. */
  readonly basis: string;
  /** The earliest second (since 1970) at which the tags count as newer than what they change. */
  readonly notBefore: number;
  /** Where a push would go. */
  readonly remote: string;
}

export interface PlanWarning extends Diagnostic {
  /** A commit that would be the better choice: the default branch's with the same bits. */
  readonly better?: CommitId;
  /** A command that mends it, to be offered before the tag is pushed: `git push origin main`, `dvc push x.dvc`. */
  readonly remedy?: readonly string[];
}

/** A registration of a version: `planTag`. */
export interface TagPlan extends RegistryPlan {
  readonly version: string;
  readonly tag: string;
  readonly commit: CommitId;
  readonly digest: Digest | null;
  /** Tags of other versions of this model with equal bits, oldest first. */
  readonly sameAs: readonly string[];
  /** The version that this one follows. */
  readonly previous: string | null;
}

/** A change of a stage: `planStage`. */
export interface StagePlan extends RegistryPlan {
  readonly stage: string;
  readonly version: string;
}

/** The Git commands that do the same as a plan, as argument lists. */
export function equivalentCommands(
  plan: RegistryPlan,
  options: { readonly push?: boolean } = {},
): readonly (readonly string[])[] {
  const made = plan.tags.map(({ message, tag, commit }) => {
    // Git takes lines that begin with # for comments unless it is told otherwise.
    const cleanup = /^#/m.test(message) ? ['--cleanup=whitespace'] : [];
    return ['git', 'tag', '-a', ...cleanup, '-m', message, tag, commit];
  });
  const specs = plan.tags.map((one) => `${one.ref}:${one.ref}`);
  return options.push ? [...made, ['git', 'push', plan.remote, ...specs]] : made;
}

/** An argument list as one line to paste into a POSIX shell (`posix`) or PowerShell. */
export function renderCommand(args: readonly string[], shell: 'posix' | 'powershell' = 'posix'): string {
  return args
    .map((arg) => {
      if (/^[A-Za-z0-9_./:-][A-Za-z0-9_./:=@+-]*$/.test(arg)) return arg;
      return shell === 'posix' ? `'${arg.replaceAll("'", `'\\''`)}'` : `'${arg.replaceAll("'", "''")}'`;
    })
    .join(' ');
}
