/**
 * Every name that the code shares with package.json, once. `test/unit/editor/ids.test.ts` checks both
 * directions: nothing here that the manifest lacks, nothing there that is not here.
 */

export const Commands = {
  createBranch: 'modelkeep.createBranch',
  tagVersion: 'modelkeep.tagVersion',
  assignStage: 'modelkeep.assignStage',
  removeStage: 'modelkeep.removeStage',
  promoteVersion: 'modelkeep.promoteVersion',
  rollBackStage: 'modelkeep.rollBackStage',
  showStageHistory: 'modelkeep.showStageHistory',
  deregisterVersion: 'modelkeep.deregisterVersion',
  restoreVersion: 'modelkeep.restoreVersion',
  deprecateModel: 'modelkeep.deprecateModel',
  pinVersion: 'modelkeep.pinVersion',
  rollBack: 'modelkeep.rollBack',
  compareVersions: 'modelkeep.compareVersions',
  compareWithPrevious: 'modelkeep.compareWithPrevious',
  compareWithTip: 'modelkeep.compareWithTip',
  selectForCompare: 'modelkeep.selectForCompare',
  compareWithSelected: 'modelkeep.compareWithSelected',
  reviewChanges: 'modelkeep.reviewChanges',
  refresh: 'modelkeep.refresh',
  fetch: 'modelkeep.fetch',
  fetchMissing: 'modelkeep.fetchMissing',
  copyDigest: 'modelkeep.copyDigest',
  copyName: 'modelkeep.copyName',
  openPointer: 'modelkeep.openPointer',
  revealCommit: 'modelkeep.revealCommit',
  switchToBranch: 'modelkeep.switchToBranch',
  renameBranch: 'modelkeep.renameBranch',
  deleteMerged: 'modelkeep.deleteMerged',
  openWorktree: 'modelkeep.openWorktree',
  undoLastWrite: 'modelkeep.undoLastWrite',
  showPinActions: 'modelkeep.showPinActions',
  chooseModels: 'modelkeep.chooseModels',
  markModel: 'modelkeep.markModel',
  markNotModel: 'modelkeep.markNotModel',
  bindVersions: 'modelkeep.bindVersions',
  groupByBranch: 'modelkeep.groupByBranch',
  groupByModel: 'modelkeep.groupByModel',
  filter: 'modelkeep.filter',
  clearFilter: 'modelkeep.clearFilter',
  showOnlyChanged: 'modelkeep.showOnlyChanged',
  showUnchanged: 'modelkeep.showUnchanged',
  showRemote: 'modelkeep.showRemote',
  hideRemote: 'modelkeep.hideRemote',
  openSettings: 'modelkeep.openSettings',
  showLog: 'modelkeep.showLog',
} as const;

export type CommandId = (typeof Commands)[keyof typeof Commands];

/** Commands that rows and messages run with arguments; the manifest does not name them. */
export const InternalCommands = {
  showMore: 'modelkeep.internal.showMore',
  openAt: 'modelkeep.internal.openAt',
} as const;

export const Views = { container: 'modelkeep', models: 'modelkeep.models' } as const;

export const ContextKeys = {
  /** One of `ViewState`. */
  state: 'modelkeep.state',
  grouping: 'modelkeep.grouping',
  filtered: 'modelkeep.filtered',
  onlyChanged: 'modelkeep.onlyChanged',
  remoteShown: 'modelkeep.remoteShown',
  compareSelected: 'modelkeep.compareSelected',
  /** A repository of the workspace is a partial clone. */
  partialClone: 'modelkeep.partialClone',
  /** The last branch or tag that was made here can be taken back. */
  canUndo: 'modelkeep.canUndo',
} as const;

/** What the view has to show; each empty state has a welcome of its own. */
export type ViewState =
  'reading' | 'noFolder' | 'noRepository' | 'noCommits' | 'noModels' | 'noMatch' | 'failed' | 'ready';

export const SettingKeys = {
  grouping: 'modelkeep.view.grouping',
  remoteBranches: 'modelkeep.view.remoteBranches',
  staleDays: 'modelkeep.view.staleDays',
  statusBar: 'modelkeep.statusBar.enabled',
  codeLens: 'modelkeep.codeLens.enabled',
  gitPath: 'modelkeep.git.path',
} as const;

/** Where the compare page lives: the type of its panel, also an activation event. */
export const ComparePanelType = 'modelkeep.compare';

/** Read-only documents: a commit's text, a file as one commit has it, the preview of an edit. */
export const DocumentScheme = 'modelkeep';

/** Rows that carry a decoration (drift) have a resource of this scheme; nothing can be opened by it. */
export const RowScheme = 'modelkeep-row';
