import * as vscode from 'vscode';
import type { SelectedModel } from '../../core/catalog/select.js';
import { findModel, resolveRevision } from '../../core/catalog/select.js';
import { readFieldsOf } from '../../core/compare/compare.js';
import type { Ability } from '../../protocol/messages.js';
import { askRevisions } from '../commands/askRevisions.js';
import { openFile, revealCommit } from '../commands/openCommands.js';
import { BACK, single } from '../commands/steps.js';
import { Commands } from '../ids.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import type { Compared, CompareProvider, CompareRequest } from './provider.js';

/** Gives the compare page what it shows, from the catalog of the repository that it names. */
export class CatalogCompareProvider implements CompareProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<string>();
  readonly onDidChange = this.changed.event;
  private readonly shown = new WeakMap<RepositoryEntry, Snapshot>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly store: CatalogStore) {
    this.subscription = store.onDidChange((entry) => {
      if (entry?.state.kind !== 'ready' || this.shown.get(entry) === entry.state.snapshot) return;
      this.shown.set(entry, entry.state.snapshot);
      this.changed.fire(entry.repository.root);
    });
  }

  abilities(): readonly Ability[] {
    return vscode.workspace.isTrusted ? ['open', 'reveal', 'pin'] : ['open', 'reveal'];
  }

  async read(request: CompareRequest, signal: AbortSignal): Promise<Compared> {
    const { snapshot, model } = await this.find(request);
    return readFieldsOf(snapshot.catalog, model, request.revs, { signal, curves: true });
  }

  async pick(request: CompareRequest): Promise<string | undefined> {
    const { entry, snapshot, model } = await this.find(request);
    const position = single(vscode.l10n.t('Add to the Comparison'));
    const chosen = await askRevisions(
      { entry, snapshot, name: model.name, path: model.path },
      position,
      'one',
    );
    return chosen === undefined || chosen === BACK ? undefined : chosen[0];
  }

  async act(action: Ability, request: CompareRequest, rev: string): Promise<void> {
    const { entry, snapshot, model } = await this.find(request);
    const revision = await resolveRevision(snapshot.catalog, model, rev);
    switch (action) {
      case 'open': {
        const pointer = revision.model?.pointer ?? revision.model?.path ?? null;
        if (pointer === null)
          throw new Error(vscode.l10n.t('{0} has no pointer file at {1}', model.name, rev));
        await openFile(entry, revision.commit, pointer, false);
        return;
      }
      case 'reveal':
        await revealCommit(entry, revision.commit);
        return;
      case 'pin': {
        const version = revision.version?.tag ?? rev;
        await vscode.commands.executeCommand(Commands.pinVersion, { model: model.name, version });
        return;
      }
      default:
        throw new Error(vscode.l10n.t('That is not possible here'));
    }
  }

  private async find(request: CompareRequest): Promise<{
    readonly entry: RepositoryEntry;
    readonly snapshot: Snapshot;
    readonly model: SelectedModel;
  }> {
    const { entries } = await this.store.open();
    const entry = entries.find(({ repository }) => repository.root === request.repository);
    if (!entry) throw new Error(vscode.l10n.t('{0} is not open in this window', request.repository));
    const snapshot = await entry.ready();
    const found = await findModel(snapshot.catalog, request.model);
    if (found.kind !== 'found')
      throw new Error(vscode.l10n.t('There is no model {0} here any more', request.model));
    return { entry, snapshot, model: found.selected };
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}
