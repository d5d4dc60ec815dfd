import type {
  BranchList,
  BranchModel,
  Model,
  PlainTag,
  RegisteredModel,
  Version,
} from '../../core/catalog/catalog.js';
import type { UnboundName } from '../../core/catalog/unbound.js';
import type { Diagnostic } from '../../core/diagnostic.js';
import type { CommitId } from '../../core/git/ids.js';
import type { RefusedFolder } from '../store/catalogStore.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import type { BranchRow } from './branchRows.js';

/** What every row below a repository carries. `id` is stable over refreshes: expansion and selection survive. */
interface InRepository {
  readonly id: string;
  readonly entry: RepositoryEntry;
  readonly snapshot: Snapshot;
}

export interface RepositoryNode {
  readonly kind: 'repository';
  readonly id: string;
  readonly entry: RepositoryEntry;
}

export interface BranchNode extends InRepository {
  readonly kind: 'branch';
  readonly row: BranchRow;
}

/** A branch while tags and trees are still being read; the row of the same id follows. */
export interface EarlyBranchNode {
  readonly kind: 'earlyBranch';
  readonly id: string;
  readonly entry: RepositoryEntry;
  readonly list: BranchList;
  readonly row: BranchRow;
}

/** Branches that are folded away, or the next page of any long list. */
export interface MoreNode extends InRepository {
  readonly kind: 'more';
  readonly of: 'branches' | 'experiments' | 'page';
  readonly nodes: readonly ModelNodes[];
}

export interface ModelNode extends InRepository {
  readonly kind: 'model';
  readonly model: BranchModel;
  /** The model's name as far as it tells the model apart from those beside it. */
  readonly label: string;
  readonly row: BranchRow;
  readonly commit: CommitId;
  /** A tracked file that is no model, shown on request. */
  readonly other?: true;
}

/** A model as the grouping by model shows it: over all branches. */
export interface RegisteredNode extends InRepository {
  readonly kind: 'registered';
  readonly registered: RegisteredModel;
  /** The registered name as far as it tells the model apart from the others. */
  readonly label: string;
  /** On the current branch, else on the first that has it; null when only tags know it. */
  readonly model: BranchModel | null;
  readonly row: BranchRow | null;
  readonly commit: CommitId | null;
}

export interface VersionNode extends InRepository {
  readonly kind: 'version';
  readonly name: string;
  readonly version: Version;
  /** The next older version in the same list. */
  readonly previous: Version | null;
  /** The row's branch has exactly these bits at its tip. */
  readonly atTip: boolean;
  readonly pinned: boolean;
  /** In the grouping by model: branches that hold these bits. */
  readonly holders: readonly BranchRow[] | null;
}

/** Plain tags with the same bits, in one row. */
export interface PlainTagNode extends InRepository {
  readonly kind: 'plainTag';
  readonly name: string;
  readonly tags: readonly PlainTag[];
  readonly model: Model;
  readonly commit: CommitId;
  /** A registered version with these bits. */
  readonly sameAs: Version | null;
  /** The row's branch has exactly these bits at its tip. */
  readonly atTip: boolean;
}

/** Plain tags of a model that are only looked into when somebody unfolds them. */
export interface OlderTagsNode extends InRepository {
  readonly kind: 'olderTags';
  readonly model: ModelNode;
  readonly tags: readonly PlainTag[];
}

/** In the grouping by model: bits at the tips of branches that no version has. */
export interface UnregisteredNode extends InRepository {
  readonly kind: 'unregistered';
  readonly name: string;
  readonly model: Model;
  readonly commit: CommitId;
  readonly holders: readonly BranchRow[];
}

/** In the grouping by model: one branch that holds the bits above. */
export interface HolderNode extends InRepository {
  readonly kind: 'holder';
  readonly row: BranchRow;
}

export interface ReviewNode extends InRepository {
  readonly kind: 'review';
  readonly row: BranchRow;
  readonly models: number;
  /** Null while they are being counted. */
  readonly tracked: number | null;
}

/** Registered names of which versions belong to no model. */
export interface UnboundNode extends InRepository {
  readonly kind: 'unbound';
  readonly names: readonly UnboundName[];
}

export interface UnboundNameNode extends InRepository {
  readonly kind: 'unboundName';
  readonly unbound: UnboundName;
  /** The name as far as it tells it apart from the others. */
  readonly label: string;
}

export interface DiagnosticsNode extends InRepository {
  readonly kind: 'diagnostics';
  readonly diagnostics: readonly Diagnostic[];
  /** Paths of missing files that are never fetched, for they may be large. */
  readonly leftOut: ReadonlySet<string>;
}

export interface DiagnosticNode extends InRepository {
  readonly kind: 'diagnostic';
  readonly diagnostic: Diagnostic;
  readonly leftOut: ReadonlySet<string>;
}

/** What makes the answers of a clone uncertain: no tags, shallow, partial, watching impossible. */
export type CloneState =
  | { readonly state: 'tagless' | 'shallow' | 'partial' | 'unwatched' }
  /** Partial, and all that is missing are files that are never fetched, for they may be large. */
  | { readonly state: 'leftOut'; readonly paths: readonly string[] };

export type StateNode = CloneState & {
  readonly kind: 'state';
  readonly id: string;
  readonly entry: RepositoryEntry;
  /** When branches and tags were fetched last, milliseconds since 1970. */
  readonly fetchedAt: number | null;
};

export interface FailedNode {
  readonly kind: 'failed';
  readonly id: string;
  readonly entry: RepositoryEntry | null;
  readonly refused: RefusedFolder | null;
  readonly error: unknown;
}

export interface MessageNode {
  readonly kind: 'message';
  readonly id: string;
  readonly text:
    | 'unborn'
    | 'noCommitsHere'
    | 'noModels'
    | 'noModelsHere'
    | 'noMatch'
    | 'reading'
    | 'readingModels'
    | 'noVersions'
    | 'onlyChanged'
    | 'retry'
    | 'log';
}

export type ModelNodes =
  | BranchNode
  | EarlyBranchNode
  | MoreNode
  | ModelNode
  | RegisteredNode
  | VersionNode
  | PlainTagNode
  | OlderTagsNode
  | UnregisteredNode
  | HolderNode
  | ReviewNode
  | UnboundNode
  | UnboundNameNode
  | DiagnosticsNode
  | DiagnosticNode
  | StateNode
  | FailedNode
  | MessageNode
  | RepositoryNode;

/** Nodes that stand for one revision of one model. */
export type RevisionNode = ModelNode | RegisteredNode | VersionNode | PlainTagNode | UnregisteredNode;
