import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { readBlobAt } from '../../core/git/files.js';
import { commitId } from '../../core/git/ids.js';
import { showCommit } from '../../core/git/show.js';
import { DocumentScheme } from '../ids.js';
import type { CatalogStore } from '../store/catalogStore.js';

const Address = v.object({ root: v.string(), commit: v.string(), path: v.optional(v.string()) });

/** Larger files are not shown as text. */
const LIMIT = 5 * 1024 * 1024;

/** The address of a commit's text. */
export function commitUri(root: string, commit: string): vscode.Uri {
  return address(`/${commit.slice(0, 8)}.diff`, { root, commit });
}

/** The address of a file as one commit has it. */
export function fileUri(root: string, commit: string, file: string): vscode.Uri {
  return address(`/${path.posix.basename(file)} (${commit.slice(0, 8)})`, { root, commit, path: file });
}

function address(name: string, query: v.InferOutput<typeof Address>): vscode.Uri {
  return vscode.Uri.from({ scheme: DocumentScheme, path: name, query: JSON.stringify(query) });
}

/** Read-only documents: commits, files as a commit has them, and previews of edits that are not made yet. */
export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly previews = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registration: vscode.Disposable;
  private count = 0;

  constructor(private readonly store: CatalogStore) {
    this.registration = vscode.workspace.registerTextDocumentContentProvider(DocumentScheme, this);
  }

  /** An address under which a text can be shown, for a difference that is only proposed. */
  preview(name: string, text: string): vscode.Uri {
    this.count += 1;
    const uri = vscode.Uri.from({
      scheme: DocumentScheme,
      path: `/${name}`,
      query: `preview=${String(this.count)}`,
    });
    this.previews.set(uri.toString(), text);
    // A preview is looked at once; old ones only cost memory.
    const [oldest] = this.previews.keys();
    if (this.previews.size > 50 && oldest !== undefined) this.previews.delete(oldest);
    return uri;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const known = this.previews.get(uri.toString());
    if (known !== undefined) return known;
    if (uri.query.startsWith('preview=')) return '';
    const query = v.parse(v.pipe(v.string(), v.parseJson(), Address), uri.query);
    const { entries } = await this.store.open();
    // An address may come from anywhere: only repositories of this workspace are read.
    const entry = entries.find(({ repository }) => repository.root === query.root);
    if (!entry) return '';
    const commit = commitId(query.commit);
    if (query.path === undefined) return showCommit(entry.repository, commit);
    const bytes = await readBlobAt(entry.repository, commit, query.path, { limit: LIMIT });
    return bytes === null ? '' : bytes.toString('utf8');
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
