import path from 'node:path';
import type { Catalog } from '../catalog/catalog.js';
import { runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';
import type { BranchConvention, Settings } from '../settings/settings.js';
import { buildName } from './conventions.js';
import type { PartValues } from './conventions.js';
import { BranchError } from './errors.js';
import type { ExistingBranches, NameConflict } from './existing.js';
import { conflictMessage, findConflict, publishingRemote, readExisting } from './existing.js';
import { partsIn, userName } from './parts.js';
import type { BranchStart, StartModel } from './start.js';
import { resolveStart } from './start.js';
import type { NameVerdict } from './validate.js';
import { validateName } from './validate.js';
import type { WorkingCopy } from './workingCopy.js';
import { readWorkingCopy } from './workingCopy.js';

export { applyBranch, undoBranch } from './apply.js';
export type { ApplyOptions, CreatedBranch, DirtyChoice } from './apply.js';

export interface BranchRequest {
  readonly catalog: Catalog;
  /** The model it is about; null for a branch about none. */
  readonly model: StartModel | null;
  /** What it tries, in words. */
  readonly description: string;
  /** Name of a convention; the first one by default. */
  readonly kind?: string | undefined;
  /** The whole name as somebody typed it, instead of one made by the convention. */
  readonly name?: string | undefined;
  /** A version, `#stage`, branch, tag, DVC experiment or commit, or the default branch; what is checked out by default. */
  readonly from?: string | { readonly default: true } | undefined;
  readonly issue?: string | undefined;
  readonly user?: string | undefined;
  /** For `{date}`; today by default. */
  readonly now?: Date | undefined;
  readonly signal?: AbortSignal;
}

/** Everything that is known before a branch is made: what the preview shows. Nothing has been written. */
export interface BranchPlan {
  readonly name: string;
  /** The convention it follows or was made by; null for a free name. */
  readonly kind: string | null;
  readonly from: BranchStart;
  readonly verdict: NameVerdict;
  /** What is in the way of the name, with a name that is free. */
  readonly conflict: (NameConflict & { readonly message: string; readonly suggestion: string }) | null;
  readonly workingCopy: WorkingCopy;
  /** Where it would be published; null without a remote. */
  readonly remote: string | null;
  /** What is checked out now, to come back to. */
  readonly previous: { readonly branch: string | null; readonly commit: string | null };
  /** Where a linked worktree for it could lie: beside the repository. */
  readonly worktree: string;
}

/**
 * Plans a branch: its name by the convention, where it starts, what is in the way. Reads only.
 * @throws BranchError `name` when no name can be made, `start` when there is nothing to start from.
 */
export async function planBranch(request: BranchRequest): Promise<BranchPlan> {
  const { catalog, model, signal } = request;
  const { repository, settings } = catalog;
  const abortable = signal ? { signal } : {};
  const from = await resolveStart(catalog, model, request.from, abortable);
  const existing = await readExisting(repository, abortable);
  const remote = publishingRemote(existing, settings.remote);
  const made = request.name === undefined ? await makeName(request, existing, remote) : null;
  const name = made?.name ?? request.name ?? '';
  const models = model === null ? [] : [model.name];
  const verdict = validateName(settings, name, { defaultBranch: catalog.defaultBranch?.branch.name, models });
  const conflict = findConflict(name, existing, remote);
  return {
    name,
    kind: made?.kind ?? (verdict.ok ? verdict.convention : null),
    from,
    verdict,
    conflict: conflict
      ? {
          ...conflict,
          message: conflictMessage(name, conflict),
          suggestion: freeName(settings, name, existing, remote),
        }
      : null,
    workingCopy: await readWorkingCopy(repository, abortable),
    remote,
    previous: await currentHead(repository, abortable),
    worktree: worktreeFolder(repository, name),
  };
}

/** What is checked out at this moment: a catalog may be a moment old. */
async function currentHead(
  repository: Repository,
  options: { readonly signal?: AbortSignal },
): Promise<BranchPlan['previous']> {
  const run = { cwd: repository.root, accept: [0, 1, 128], ...options };
  const [branch, commit] = await Promise.all([
    runGit(repository.git, ['symbolic-ref', '--quiet', '--short', 'HEAD'], run),
    runGit(repository.git, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], run),
  ]);
  return {
    branch: branch.stdout.toString('utf8').trim() || null,
    commit: commit.stdout.toString('utf8').trim() || null,
  };
}

/** The convention of that name. @throws BranchError `name` with the kinds there are. */
export function conventionNamed(settings: Settings, kind: string | undefined): BranchConvention {
  const { conventions } = settings.branches;
  const found = kind === undefined ? conventions[0] : conventions.find(({ name }) => name === kind);
  if (found !== undefined) return found;
  throw new BranchError('name', `There is no kind of branch called "${kind ?? ''}".`, {
    candidates: conventions.map(({ name }) => name),
  });
}

async function makeName(
  request: BranchRequest,
  existing: ExistingBranches,
  remote: string | null,
): Promise<{ readonly name: string; readonly kind: string }> {
  const { catalog, description } = request;
  const convention = conventionNamed(catalog.settings, request.kind);
  const pattern = convention.pattern ?? '';
  const signal = request.signal ? { signal: request.signal } : {};
  const inWords = partsIn(description, pattern, request.now ?? new Date());
  const parts: PartValues = {
    ...inWords,
    model: request.model?.name,
    issue: request.issue ?? inWords.issue,
    user:
      request.user ?? (pattern.includes('{user}') ? await userName(catalog.repository, signal) : undefined),
  };
  // {n} counts up to the first number that is free.
  for (let n = 1; ; n += 1) {
    const built = buildName(convention, { ...parts, n: String(n) });
    if (!built.ok) throw new BranchError('name', `${built.message}.`);
    const taken =
      pattern.includes('{n}') && n < 10_000 && findConflict(built.name, existing, remote) !== undefined;
    if (!taken) return { name: built.name, kind: convention.name };
  }
}

/** The next free name of its kind: `…-2`, `…-3`; by another kind's rules it may have to lose its end. */
function freeName(
  settings: Settings,
  name: string,
  existing: ExistingBranches,
  remote: string | null,
): string {
  for (let number = 2; number < 1000; number += 1) {
    for (const end of [`-${String(number)}`, `_${String(number)}`, String(number)]) {
      const candidate = name + end;
      if (!validateName(settings, candidate).ok || findConflict(candidate, existing, remote) !== undefined)
        continue;
      return candidate;
    }
  }
  return name;
}

function worktreeFolder(repository: Repository, name: string): string {
  const main = path.dirname(repository.commonDir);
  const home = repository.bare
    ? repository.root
    : path.basename(repository.commonDir) === '.git'
      ? main
      : repository.root;
  return path.join(
    path.dirname(home),
    `${path.basename(home)}.worktrees`,
    name.replace(/[^A-Za-z0-9._-]+/g, '-'),
  );
}
