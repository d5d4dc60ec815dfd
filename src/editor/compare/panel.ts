import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { FromPage, PageState, ToPage } from '../../protocol/messages.js';
import {
  bounded,
  boundedCurves,
  BOUNDS,
  parseFromPage,
  parsePageState,
  PROTOCOL,
} from '../../protocol/messages.js';
import { ComparePanelType } from '../ids.js';
import { firstLine, isCancellation } from '../log.js';
import { pageHtml } from './html.js';
import type { CompareProvider, CompareRequest } from './provider.js';

export interface ComparePanelDeps {
  readonly extensionUri: vscode.Uri;
  readonly provider: CompareProvider;
  readonly log: vscode.LogOutputChannel;
}

type Unversioned<Message> = Message extends { protocol: unknown } ? Omit<Message, 'protocol'> : never;

/** The open compare pages. Each survives a reload of the window; none is kept alive while it is hidden. */
export class ComparePanels implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private readonly open_ = new Set<ComparePanel>();
  private readonly registered = vscode.window.registerWebviewPanelSerializer(ComparePanelType, this);

  constructor(private readonly deps: ComparePanelDeps) {}

  /** Shows the comparison: the page that has it already, or a new one beside the others. */
  open(asked: CompareRequest): void {
    const request = { ...asked, revs: [...new Set(asked.revs)].slice(0, BOUNDS.columns) };
    const known = [...this.open_].find((page) => page.shows(request));
    if (known) return known.reveal();
    const panel = vscode.window.createWebviewPanel(
      ComparePanelType,
      titleOf(request),
      vscode.ViewColumn.Active,
      optionsOf(this.deps.extensionUri),
    );
    this.start(panel, request);
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, stored: unknown): Promise<void> {
    const state = parsePageState(stored);
    // What another version of the extension stored is not opened half understood.
    if (state === undefined || state.revs.length === 0) panel.dispose();
    else {
      panel.webview.options = optionsOf(this.deps.extensionUri);
      this.start(panel, requestOf(state));
    }
    return Promise.resolve();
  }

  private start(panel: vscode.WebviewPanel, request: CompareRequest): void {
    const page = new ComparePanel(panel, request, this.deps);
    this.open_.add(page);
    panel.onDidDispose(() => {
      this.open_.delete(page);
      page.dispose();
    });
  }

  dispose(): void {
    this.registered.dispose();
    for (const page of this.open_) page.close();
  }
}

/** One page and the conversation with it. */
class ComparePanel implements vscode.Disposable {
  private reading: AbortController | undefined;
  private isReady = false;
  private readonly disposables: vscode.Disposable[] = [];

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private request: CompareRequest,
    private readonly deps: ComparePanelDeps,
  ) {
    const { webview } = panel;
    const place = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(deps.extensionUri, 'dist', 'webview', name)).toString();
    this.disposables.push(
      webview.onDidReceiveMessage((message: unknown) => {
        const said = parseFromPage(message);
        if (said === undefined) this.deps.log.warn('Compare page: a message that it never sends was dropped');
        else void this.answer(said);
      }),
    );
    const changed = deps.provider.onDidChange?.((repository) => {
      // A hidden page is gone; it asks again when it comes back.
      if (repository === this.request.repository && this.isReady && this.panel.visible)
        void this.read({ quiet: true });
    });
    if (changed) this.disposables.push(changed);
    webview.html = pageHtml({
      nonce: randomBytes(24).toString('base64'),
      style: place('style.css'),
      toolkit: place('ui.js'),
      script: place('main.js'),
    });
  }

  shows(request: CompareRequest): boolean {
    return (
      request.repository === this.request.repository &&
      request.model === this.request.model &&
      sameRevs(request.revs, this.request.revs)
    );
  }

  reveal(): void {
    this.panel.reveal();
  }

  close(): void {
    this.panel.dispose();
  }

  dispose(): void {
    this.reading?.abort();
    for (const disposable of this.disposables) disposable.dispose();
  }

  private send(message: Unversioned<ToPage>): void {
    void this.panel.webview.postMessage({ protocol: PROTOCOL, ...message });
  }

  private async answer(said: FromPage): Promise<void> {
    try {
      await this.handle(said);
    } catch (error) {
      if (isCancellation(error)) return;
      this.deps.log.error(
        `Compare page: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      void vscode.window.showErrorMessage(firstLine(error));
    }
  }

  private async handle(said: FromPage): Promise<void> {
    const { provider } = this.deps;
    switch (said.type) {
      case 'ready':
        this.isReady = true;
        this.send({
          type: 'start',
          language: vscode.env.language,
          repository: this.request.repository,
          model: this.request.model,
          strings: Object.fromEntries(Object.entries(vscode.l10n.bundle ?? {}).slice(0, BOUNDS.strings)),
        });
        return this.read();
      case 'retry':
        return this.read();
      case 'arranged':
        this.request = { ...this.request, revs: said.revs, baseline: said.baseline };
        this.panel.title = titleOf(this.request);
        return;
      case 'add': {
        const rev = await provider.pick(this.request);
        if (rev === undefined) return;
        if (this.request.revs.includes(rev)) {
          return this.send({ type: 'said', message: vscode.l10n.t('{0} is already here', rev) });
        }
        this.request = { ...this.request, revs: [...this.request.revs, rev].slice(-BOUNDS.columns) };
        this.panel.title = titleOf(this.request);
        return this.read({ quiet: true });
      }
      case 'act':
        if (!this.request.revs.includes(said.rev) || !provider.abilities().includes(said.action)) return;
        return provider.act(said.action, this.request, said.rev);
      case 'copy':
        await vscode.env.clipboard.writeText(said.text);
        return this.send({ type: 'said', message: copiedText(said.what) });
    }
  }

  /** Reads and shows; `quiet` keeps what is on screen until the new is there. */
  private async read(options: { readonly quiet?: boolean } = {}): Promise<void> {
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    const { request } = this;
    if (options.quiet !== true) this.send({ type: 'loading', model: request.model });
    try {
      const read = await this.deps.provider.read(request, reading.signal);
      const comparison = bounded(
        read.fields,
        vscode.l10n.t('Only the first {0} fields are shown', BOUNDS.fields),
      );
      if (reading.signal.aborted) return;
      const baseline = comparison.columns.findIndex((column) => column.rev === request.baseline);
      this.send({
        type: 'comparison',
        comparison: mutable(comparison),
        curves: boundedCurves(read),
        baseline: Math.max(0, baseline),
        abilities: [...this.deps.provider.abilities()],
      });
    } catch (error) {
      if (reading.signal.aborted || isCancellation(error)) return;
      this.deps.log.error(
        `Compare page: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      this.send({ type: 'failed', message: firstLine(error).slice(0, BOUNDS.text) });
    }
  }
}

function optionsOf(extensionUri: vscode.Uri): vscode.WebviewPanelOptions & vscode.WebviewOptions {
  return {
    enableScripts: true,
    enableForms: false,
    enableCommandUris: false,
    retainContextWhenHidden: false,
    localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')],
  };
}

function titleOf({ model, revs }: CompareRequest): string {
  const names = revs.length > 3 ? vscode.l10n.t('{0} versions', revs.length) : revs.join(', ');
  return vscode.l10n.t('Compare {0}: {1}', model, names);
}

function requestOf(state: PageState): CompareRequest {
  const { repository, model, revs, baseline } = state;
  return { repository, model, revs, baseline };
}

function copiedText(what: Extract<FromPage, { type: 'copy' }>['what']): string {
  const { t } = vscode.l10n;
  return what === 'digest'
    ? t('Digest copied')
    : what === 'csv'
      ? t('Copied as CSV')
      : t('Copied as Markdown');
}

function sameRevs(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((rev, index) => rev === right[index]);
}

type Sent = Extract<ToPage, { type: 'comparison' }>['comparison'];

/** Messages are plain, mutable data to their schema; the comparison stays what it is. */
function mutable(fields: ReturnType<typeof bounded>): Sent {
  return {
    model: fields.model,
    columns: fields.columns.map((column) => ({ ...column, problems: [...column.problems] })),
    fields: fields.fields.map((field) => ({
      group: field.group,
      field: field.field,
      values: [...field.values],
      ...(field.direction === undefined ? {} : { direction: field.direction }),
      ...(field.unknown === undefined ? {} : { unknown: [...field.unknown] }),
      ...(field.basis === undefined ? {} : { basis: [...field.basis] }),
    })),
  };
}
