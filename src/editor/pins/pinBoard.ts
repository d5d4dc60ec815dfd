import path from 'node:path';
import * as vscode from 'vscode';
import type { Environment, PinSetting } from '../../core/settings/settings.js';
import { identify, resolvePin } from '../../core/pins/forms.js';
import type { PinReading } from '../../core/pins/read.js';
import { readPins } from '../../core/pins/read.js';
import type { Reason } from '../../core/pins/status/side.js';
import { stateOf } from '../../core/pins/status/side.js';
import type { PinState } from '../../core/pins/status/side.js';
import type { PinStatus } from '../../core/pins/status/status.js';
import { pinStatus } from '../../core/pins/status/status.js';
import { isCancellation } from '../log.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import { dirtyBuffers } from './buffers.js';
import type { PinLookup, PinSummary } from './pinLookup.js';

/** One pin as the editor shows it: where it is written, what it means, and whether the rest agrees. */
export interface PinView {
  readonly environment: Environment;
  readonly pin: PinSetting;
  readonly reading: PinReading;
  readonly status: PinStatus;
  /** Without what only a running service could tell: nobody is asked while a window is merely open. */
  readonly state: PinState;
  readonly reasons: readonly Reason[];
  /** The tag that the pinned value means; null when it means none, or no single one. */
  readonly tag: string | null;
  /** What the working copy says: the version it means, else the text as written. */
  readonly label: string;
}

interface Known {
  readonly snapshot: Snapshot;
  readonly views: readonly PinView[];
}

/** What is known of every pin, recomputed when the catalog, a pin's file or an unsaved text of it changes. */
export class PinBoard implements PinLookup, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<RepositoryEntry>();
  readonly onDidChange = this.changed.event;
  private readonly known = new WeakMap<RepositoryEntry, Known>();
  private readonly reading = new WeakMap<RepositoryEntry, AbortController>();
  private readonly timers = new Map<RepositoryEntry, NodeJS.Timeout>();
  private readonly disposables: vscode.Disposable[];

  constructor(
    store: CatalogStore,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      this.changed,
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const entry = document.uri.scheme === 'file' ? store.entryOf(document.uri.fsPath) : undefined;
        if (entry && this.isPinFile(entry, document.uri.fsPath)) this.later(entry);
      }),
      store.onDidChange((entry) => {
        const known = entry && this.known.get(entry);
        if (entry && known && entry.snapshot && known.snapshot !== entry.snapshot) void this.read(entry);
      }),
    ];
  }

  of(entry: RepositoryEntry, model: string): PinSummary | null {
    const views = (this.views(entry) ?? []).filter((view) => view.status.model === model);
    if (views.length === 0) return null;
    const drifted = views.some(({ state }) => state === 'drifted');
    const unknown = views.some(({ state }) => state === 'unknown');
    return {
      state: drifted ? 'drifted' : unknown ? 'unknown' : 'ok',
      tags: new Set(views.flatMap(({ tag }) => tag ?? [])),
      lines: views.map(pinLine),
    };
  }

  /** The pins of a repository as they were last read; null before, and then they are read. */
  views(entry: RepositoryEntry): readonly PinView[] | null {
    const { snapshot } = entry;
    if (!snapshot) return null;
    const known = this.known.get(entry);
    if (known?.snapshot !== snapshot && !this.reading.has(entry)) void this.read(entry);
    return known?.views ?? null;
  }

  private isPinFile(entry: RepositoryEntry, file: string): boolean {
    const inside = path.relative(entry.repository.root, file).split(path.sep).join('/');
    const environments = entry.snapshot?.catalog.settings.environments ?? [];
    return environments.some(({ pins }) =>
      pins.some(({ target }) => target.kind === 'file' && target.files.includes(inside)),
    );
  }

  private later(entry: RepositoryEntry): void {
    clearTimeout(this.timers.get(entry));
    this.timers.set(
      entry,
      setTimeout(() => void this.read(entry), 250),
    );
  }

  private async read(entry: RepositoryEntry): Promise<void> {
    const { snapshot } = entry;
    if (!snapshot) return;
    this.reading.get(entry)?.abort();
    const controller = new AbortController();
    this.reading.set(entry, controller);
    try {
      const views = await readViews(snapshot, entry.repository.root, controller.signal);
      if (controller.signal.aborted) return;
      const before = this.known.get(entry);
      this.known.set(entry, { snapshot, views });
      // Most catalogs change no pin: then nothing that shows one is drawn again.
      if (before === undefined ? views.length > 0 : shown(before.views) !== shown(views))
        this.changed.fire(entry);
    } catch (error) {
      if (controller.signal.aborted || isCancellation(error)) return;
      this.log.error(`${entry.name}: pins could not be read: ${String(error)}`);
      this.known.set(entry, { snapshot, views: [] });
      this.changed.fire(entry);
    } finally {
      if (this.reading.get(entry) === controller) this.reading.delete(entry);
    }
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** All that anybody sees of pins, as one text. */
function shown(views: readonly PinView[]): string {
  return JSON.stringify(
    views.map(({ environment, status, state, reasons, tag, label, reading }) => [
      environment.name,
      status.model,
      state,
      reasons,
      tag,
      label,
      reading.files,
    ]),
  );
}

async function readViews(
  { catalog }: Snapshot,
  root: string,
  signal: AbortSignal,
): Promise<readonly PinView[]> {
  if (catalog.settings.environments.length === 0) return [];
  const buffers = dirtyBuffers(root);
  const [readings, statuses] = await Promise.all([
    readPins(catalog, { buffers, signal }),
    pinStatus(catalog, { buffers, offline: true, signal }),
  ]);
  const views: PinView[] = [];
  for (const [index, reading] of readings.entries()) {
    const status = statuses[index];
    if (!status) continue;
    const { environment, pin } = reading;
    const here = reading.files[0]?.here;
    const written = here?.kind === 'value' ? here.value : (status.pinned.value ?? '');
    const model = await identify(catalog, reading.model, { signal });
    const meaning = await resolvePin(catalog, model, written, { signal });
    const fixed = meaning.kind === 'fixed' ? meaning : null;
    const reasons = status.reasons.filter(({ code }) => !code.startsWith('service-'));
    views.push({
      environment,
      pin,
      reading,
      status,
      state: stateOf(reasons),
      reasons,
      tag: fixed?.tag ?? null,
      label: fixed?.version?.version ?? fixed?.tag ?? (written === '' ? '?' : shortened(written)),
    });
  }
  return views;
}

function shortened(written: string): string {
  return /^[0-9a-f]{40,64}$/.test(written) ? written.slice(0, 8) : written;
}

/** `v2.1.0 in production, drifted: …`, for tooltips. */
export function pinLine(view: PinView): string {
  const { t } = vscode.l10n;
  const where = t('{0} in {1}', view.label, view.environment.name);
  const [first] = view.reasons;
  if (view.state === 'in sync') return t('{0}: in sync', where);
  const why = first?.message ?? '';
  return view.state === 'drifted' ? t('{0}: drifted. {1}', where, why) : t('{0}: unknown. {1}', where, why);
}
