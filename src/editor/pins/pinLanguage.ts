import path from 'node:path';
import * as vscode from 'vscode';
import { writings } from '../../core/pins/forms.js';
import { formByLooks } from '../../core/pins/forms.js';
import { Commands, SettingKeys } from '../ids.js';
import { pinTooltip } from '../statusBar/pinTooltip.js';
import { stateText } from '../statusBar/pinStatusBar.js';
import type { CatalogStore } from '../store/catalogStore.js';
import { homeBranch } from '../commands/targets.js';
import { registration } from '../tree/labels.js';
import { ago, dots } from '../words.js';
import type { PinBoard } from './pinBoard.js';
import { pinsIn } from './pinsInFile.js';

const FILES: vscode.DocumentFilter = { scheme: 'file' };

/** What stands above, beside and behind a pin's value in its file: lens, hover, completion and quick fixes. */
export class PinLanguage
  implements
    vscode.CodeLensProvider,
    vscode.HoverProvider,
    vscode.CompletionItemProvider,
    vscode.CodeActionProvider,
    vscode.Disposable
{
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly store: CatalogStore,
    private readonly board: PinBoard,
  ) {
    this.disposables = [
      this.changed,
      board.onDidChange(() => this.changed.fire()),
      store.onDidChange(() => this.changed.fire()),
      vscode.languages.registerCodeLensProvider(FILES, this),
      vscode.languages.registerHoverProvider(FILES, this),
      vscode.languages.registerCompletionItemProvider(FILES, this),
      vscode.languages.registerCodeActionsProvider(FILES, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const enabled = vscode.workspace.getConfiguration().get<boolean>(SettingKeys.codeLens) ?? true;
    if (!enabled) return [];
    if (document.uri.fsPath.endsWith('.dvc')) return this.pointerLens(document);
    return pinsIn(document, this.store, this.board).map(({ views, range }) => {
      const environments = views.map(({ environment }) => environment.name).join(', ');
      const [first] = views;
      const worst =
        views.find(({ state }) => state === 'drifted') ??
        views.find(({ state }) => state === 'unknown') ??
        first;
      const stage = first?.status.registry.stage;
      const title = dots(
        first?.label,
        environments,
        stage && (stage.holder === first?.label ? stage.name : null),
        worst && stateText(worst),
      );
      return new vscode.CodeLens(range, { title, command: Commands.showPinActions });
    });
  }

  /** Above a pointer file: which model it is, and what its bits are registered as. */
  private async pointerLens(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const entry = this.store.entryOf(document.uri.fsPath);
    const snapshot = entry?.snapshot;
    const branch = snapshot && homeBranch(snapshot);
    if (!entry || !snapshot || !branch) return [];
    const pointer = path.relative(entry.repository.root, document.uri.fsPath).split(path.sep).join('/');
    const { models } = await snapshot.catalog.modelsOn(branch);
    return models
      .filter((model) => model.pointer === pointer)
      .map(
        (model) =>
          new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
            title: dots(model.name, registration(model, snapshot), model.stages.join(', ')),
            command: Commands.compareVersions,
            arguments: [document.uri],
          }),
      );
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const pin = pinsIn(document, this.store, this.board).find(({ range }) => range.contains(position));
    return pin && new vscode.Hover(pin.views.map(pinTooltip), pin.range);
  }

  provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const pin = pinsIn(document, this.store, this.board).find(({ range }) => range.contains(position));
    const [view] = pin?.views ?? [];
    const catalog = pin?.entry.snapshot?.catalog;
    if (!pin || !view || !catalog) return [];
    const versions = catalog.registered().find(({ name }) => name === view.status.model)?.versions ?? [];
    const form = formByLooks(document.getText(pin.range).replace(/^["']|["']$/g, ''));
    const quote = /^["']/.exec(document.getText(pin.range))?.[0] ?? '';
    return versions.flatMap((version, index) => {
      if (!version.active) return [];
      const { commit, digest, tag } = version;
      const [written] = writings({ commit, digest, model: null, version, tag }, form);
      if (!written) return [];
      const item = new vscode.CompletionItem(written.value, vscode.CompletionItemKind.Constant);
      item.detail = dots(version.stages.join(', '), ago(Date.parse(version.time)));
      item.documentation = version.message;
      item.insertText = `${quote}${written.value}${quote}`;
      item.filterText = item.insertText;
      item.range = pin.range;
      item.sortText = String(index).padStart(5, '0'); // newest first, not by letters
      return [item];
    });
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const pin = pinsIn(document, this.store, this.board).find(
      (one) => one.range.intersection(range) !== undefined,
    );
    const view = pin?.views.find(({ state }) => state !== 'in sync');
    if (!pin || !view) return [];
    const { t } = vscode.l10n;
    const action = (title: string, command: string, argument?: unknown): vscode.CodeAction => {
      const fix = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      fix.command = { title, command, arguments: argument === undefined ? [] : [argument] };
      return fix;
    };
    const { model } = view.status;
    return [
      action(t('Pin another version of {0}…', model), Commands.pinVersion, { model }),
      action(t('Roll back to what was pinned before…'), Commands.rollBack, { model }),
      action(t('Fetch branches and tags'), Commands.fetch),
    ];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
