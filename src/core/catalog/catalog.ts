import type { Diagnostic } from '../diagnostic.js';
import type { Digest } from '../digest.js';
import type { CommitId, RefName } from '../git/ids.js';
import type { Repository } from '../git/repository.js';
import type { Settings } from '../settings/settings.js';
import type { Tracking } from '../tracking/trackedFile.js';

/** A model as it stands in one commit. */
export interface Model {
  readonly name: string;
  /** Repository path with `/`; a declared URL as it is written. */
  readonly path: string | null;
  readonly tracking: Tracking;
  readonly pointer: string | null;
  /** Pipeline stage. */
  readonly stage?: string;
  /** Named under `artifacts:` or in `artifacts.yaml`. */
  readonly declared: boolean;
  readonly type?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  readonly digest: Digest | null;
  /** Bytes. */
  readonly size: number | null;
  readonly files?: number;
}

/** Where the bytes of a digest are: beside the code, in a local cache, nowhere here, or not looked up. */
export type Locality = 'workspace' | 'cache' | 'absent' | 'unknown';

/** A model on a branch, with the versions that belong to it there (cli.md: Model). */
export interface BranchModel extends Model {
  /** Tag names, newest first: those whose commit the branch contains, and those with the model's own digest. */
  readonly versions: readonly string[];
  /** The newest version with the tip's bits; null when the tip is unregistered. */
  readonly at: string | null;
  /** Stages held by the versions that have the tip's bits. */
  readonly stages: readonly string[];
}

/** A version registered by a tag: GTO's grammar (`gto`), or a template of `versions.tags` (`tag`). */
export interface Version {
  readonly kind: 'gto' | 'tag';
  readonly tag: string;
  /** `v1.2.3` */
  readonly version: string;
  /** The name inside the tag, `sub/dir:model` form. */
  readonly artifact: string;
  /** The model it is bound to at its own commit; null when none could be found there. */
  readonly model: { readonly name: string; readonly path: string | null } | null;
  readonly commit: CommitId;
  readonly digest: Digest | null;
  /** ISO 8601 of the tagger, else of the commit. */
  readonly time: string;
  readonly author: string;
  readonly message: string;
  readonly active: boolean;
  /** Stages this version holds now. */
  readonly stages: readonly string[];
  /**
   * Tags of the versions of the same model with an equal digest, oldest first, this one's among them; empty where
   * there is no other. One list for all of them, since thousands may be alike; `sameAs` leaves this one out.
   */
  readonly alike: readonly string[];
}

/** A tag outside the version grammar that peels to a commit: names the revision of every model there. */
export interface PlainTag {
  readonly name: string;
  readonly commit: CommitId;
  readonly time: string;
  readonly author: string;
  readonly message: string;
  readonly annotated: boolean;
}

export interface Branch {
  /** Without the remote's name: `main`, `experiment/churn_lr`. `HEAD` when detached. */
  readonly name: string;
  readonly remote: string | null;
  readonly ref: RefName;
  /** Null only for an unborn branch. */
  readonly commit: CommitId | null;
}

/** A DVC experiment (`refs/exps`): a commit of its own, on no branch. */
export interface Experiment {
  /** As DVC names it: `tangy-auk`. */
  readonly name: string;
  /** The commit that it started from. */
  readonly baseline: CommitId;
  readonly ref: RefName;
  readonly commit: CommitId;
}

/** Which branch others are measured against, and why that one. */
export interface DefaultBranch {
  readonly branch: Branch;
  readonly because: 'setting' | 'remote-head' | 'name' | 'head';
}

export interface Head {
  /** Short branch name; null when detached. */
  readonly branch: string | null;
  readonly commit: CommitId | null;
}

/** What differs between a branch and the default branch, by path. */
export interface BranchChanges {
  /** Paths added, removed, or with another digest, tracking or name; without what merely lags behind. */
  readonly changed: ReadonlySet<string>;
  /** Paths that are on the default branch and not here. */
  readonly removed: readonly string[];
  /** Models differ, but only because the default branch went on. */
  readonly behind: boolean;
  /**
   * Why the rest is no more than what can be seen: a shallow clone ends before the branches part, so that what differs
   * may merely lag behind; or something could not be read.
   */
  readonly unsure: 'shallow' | 'unread' | null;
}

/** What one registered name is now (cli.md: `show`). */
export interface RegisteredModel {
  readonly name: string;
  readonly active: boolean;
  readonly latest: string | null;
  /** Newest first by SemVer, kinds gto and tag. */
  readonly versions: readonly Version[];
  /** Stage to active holders, newest first: version strings, or the commit id where none is registered. */
  readonly stages: Readonly<Record<string, readonly string[]>>;
}

/** The branches of a repository, which are known long before its tags and trees are read. */
export type BranchList = Pick<Catalog, 'settings' | 'head' | 'defaultBranch' | 'branches'>;

/**
 * The immutable picture of one repository. Built by `buildCatalog`; a refresh builds the next one.
 * Every path and name in it comes from the repository: hostile input, never HTML, never a command.
 */
export interface Catalog {
  readonly repository: Repository;
  readonly settings: Settings;
  readonly head: Head;
  readonly defaultBranch: DefaultBranch | null;
  /** Local branches, then those of remotes, by name; symbolic refs left out; a detached HEAD first. */
  readonly branches: readonly Branch[];
  /** Every version by tag name. */
  readonly versions: ReadonlyMap<string, Version>;
  readonly plainTags: readonly PlainTag[];
  /** What is wrong with refs, tags and settings; those of trees come with `diagnosticsAt`. */
  readonly diagnostics: readonly Diagnostic[];

  readonly experiments: readonly Experiment[];

  /** Reads the trees of many branches in one pass; `modelsOn` and `changesOn` then answer at once. */
  load(branches: readonly Branch[], options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Reads the trees of many commits in one pass; `modelsAt` and `find` then answer at once. */
  loadCommits(commits: readonly CommitId[], options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** The same model at a commit that was read: by path and name, else path, else name. */
  find(model: { readonly name: string; readonly path: string | null }, commit: CommitId): Model | undefined;
  /** Whether something of a commit that was read may be missing or damaged: then what is not found may be there. */
  mayLack(commit: CommitId): boolean;
  /** From now on every LFS file is among `others`, not only those that could be models; reading costs more. */
  includeEveryTrackedFile(): void;
  /** The branches that contain each of these commits. */
  containing(
    commits: readonly CommitId[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<ReadonlyMap<CommitId, readonly Branch[]>>;
  /** Every name that tags register, deprecated ones too (`active: false`), by name. */
  registered(): readonly RegisteredModel[];
  /** What the plain tags (and template tags) name for a model: one entry per tag whose commit has it, newest first. */
  plainVersions(
    model: { readonly name: string; readonly path: string | null },
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly Version[]>;
  /** The models of any commit; a commit outside the refs is read on demand. */
  modelsAt(commit: CommitId, options?: { readonly signal?: AbortSignal }): Promise<CommitModels>;
  /** The models of a branch with the versions that belong to them. */
  modelsOn(branch: Branch, options?: { readonly signal?: AbortSignal }): Promise<BranchModels>;
  /** How a branch differs from the default branch. */
  changesOn(branch: Branch, options?: { readonly signal?: AbortSignal }): Promise<BranchChanges>;
}

export interface CommitModels {
  /** In byte order of path. */
  readonly models: readonly Model[];
  /** Tracked files that are no models: all of DVC's, and LFS files only where the patterns were asked for them. */
  readonly others: readonly Model[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface BranchModels {
  readonly branch: Branch;
  readonly models: readonly BranchModel[];
  /** Tracked files that are not models, with the same fields. */
  readonly others: readonly BranchModel[];
  /** Plain tags that the branch contains, newest first. */
  readonly tags: readonly PlainTag[];
  readonly diagnostics: readonly Diagnostic[];
}
