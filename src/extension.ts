import type * as vscode from 'vscode';
import { defaultCacheFolder } from './core/catalog/cacheFile.js';
import { CatalogSource } from './core/catalog/source.js';
import { parametersOf } from './core/parameters/modelFacts.js';
import { openCommands } from './editor/commands/openCommands.js';
import { branchUpkeep } from './editor/commands/branchUpkeep.js';
import { branchCommand } from './editor/commands/branchCommand.js';
import { compareCommands } from './editor/commands/compareCommands.js';
import { endCommands } from './editor/commands/endCommands.js';
import { bindCommand } from './editor/commands/bindCommand.js';
import { fetchMissing } from './editor/commands/fetchMissing.js';
import { LastWrite } from './editor/commands/lastWrite.js';
import { modelCommands } from './editor/commands/modelCommands.js';
import { pinActions } from './editor/commands/pinActions.js';
import { pinCommand, rollBackCommand } from './editor/commands/pinCommand.js';
import { registrar } from './editor/commands/register.js';
import { repositoryCommands } from './editor/commands/repositoryCommands.js';
import type { Services } from './editor/commands/services.js';
import { stageCommands } from './editor/commands/stageCommands.js';
import { stageHistoryCommand, stageMoves } from './editor/commands/stageMoves.js';
import { tagCommand } from './editor/commands/tagCommand.js';
import { viewCommands } from './editor/commands/viewCommands.js';
import { CatalogCompareProvider } from './editor/compare/catalogProvider.js';
import { ComparePanels } from './editor/compare/panel.js';
import type { CompareRequest } from './editor/compare/provider.js';
import { Documents } from './editor/documents/documents.js';
import { createLog } from './editor/log.js';
import { Notifier } from './editor/notify.js';
import { Problems } from './editor/diagnostics/problems.js';
import { WorkingFiles } from './editor/diagnostics/workingFiles.js';
import { DriftDecorations } from './editor/pins/driftDecorations.js';
import { PinBoard } from './editor/pins/pinBoard.js';
import { PinLanguage } from './editor/pins/pinLanguage.js';
import { PinStatusBar } from './editor/statusBar/pinStatusBar.js';
import { CatalogStore } from './editor/store/catalogStore.js';
import { ModelsProvider } from './editor/tree/modelsProvider.js';
import { ModelsView } from './editor/tree/modelsView.js';
import { ViewOptions } from './editor/tree/viewOptions.js';

/** Builds the editor's parts and hands each what it needs. Nothing here looks for a repository or starts Git. */
export function activate({ subscriptions, workspaceState, extensionUri }: vscode.ExtensionContext): void {
  const own = <T extends vscode.Disposable>(disposable: T): T => {
    subscriptions.push(disposable);
    return disposable;
  };
  const log = own(createLog());
  const notify = new Notifier(log);
  const store = own(
    new CatalogStore(
      (repository) => new CatalogSource(repository, { cacheFolder: defaultCacheFolder() }),
      log,
    ),
  );
  const options = own(new ViewOptions(workspaceState));
  const documents = own(new Documents(store));
  const pins = own(new PinBoard(store, log));
  const provider = own(new ModelsProvider(store, options, pins, parametersOf, log));
  own(new ModelsView(store, provider, options));
  own(new Problems(store, pins, own(new WorkingFiles(log)), log));
  own(new PinLanguage(store, pins));
  own(new DriftDecorations(store, pins));
  const statusBar = own(new PinStatusBar(store, pins, log));
  const comparisons = own(
    new ComparePanels({ extensionUri, provider: own(new CatalogCompareProvider(store)), log }),
  );

  const lastWrite = new LastWrite(notify);
  const services: Services = {
    ...{ store, options, notify, log, documents, lastWrite },
    memory: workspaceState,
  };
  const commands = registrar(notify, subscriptions);
  const { reading, writing } = commands;
  viewCommands(reading, services);
  openCommands(reading, services);
  const compare = (request: CompareRequest): void => comparisons.open(request);
  compareCommands(reading, services, compare);
  pinActions(reading, services, pins, () => statusBar.shown, compare);
  branchCommand(writing, services);
  tagCommand(writing, services);
  stageCommands(writing, services);
  endCommands(writing, services);
  stageMoves(writing, services, compare);
  stageHistoryCommand(reading, services);
  branchUpkeep(writing, services);
  pinCommand(writing, services);
  rollBackCommand(writing, services);
  repositoryCommands(writing, services);
  fetchMissing(writing, services);
  modelCommands(commands, services);
  bindCommand(commands, services);
}
