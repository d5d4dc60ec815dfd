import type * as vscode from 'vscode';
import type { Documents } from '../documents/documents.js';
import type { Notifier } from '../notify.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { LastWrite } from './lastWrite.js';
import type { ViewOptions } from '../tree/viewOptions.js';

/** What commands work with; each takes the parts it needs. */
export interface Services {
  readonly store: CatalogStore;
  readonly options: ViewOptions;
  readonly notify: Notifier;
  readonly log: vscode.LogOutputChannel;
  readonly documents: Documents;
  readonly lastWrite: LastWrite;
  /** What a person chose last, per workspace. */
  readonly memory: vscode.Memento;
}
