import type { PinLookup } from '../pins/pinLookup.js';
import type { RepositoryEntry } from '../store/repositoryEntry.js';
import type { ModelNode, ModelNodes, RegisteredNode } from './nodes.js';

type PinnedNode = ModelNode | RegisteredNode;

/** Remembers how pins stood when the rows of models were drawn, so that only those are drawn again that a pin changes. */
export class PinnedRows {
  private readonly drawn = new Map<string, { readonly node: PinnedNode; readonly pins: string }>();

  constructor(private readonly pins: Pick<PinLookup, 'of'>) {}

  /** These rows are drawn now. */
  keep(nodes: readonly ModelNodes[]): void {
    for (const node of nodes)
      if (node.kind === 'model' || node.kind === 'registered')
        this.drawn.set(node.id, { node, pins: this.textOf(node) });
  }

  /** Everything is drawn anew: rows that were there before may be gone. */
  clear(): void {
    this.drawn.clear();
  }

  /** The rows of a repository that read differently, or have rows below that do; they count as drawn again. */
  take(entry: RepositoryEntry): readonly PinnedNode[] {
    const changed: PinnedNode[] = [];
    for (const { node, pins } of this.drawn.values())
      if (node.entry === entry && this.textOf(node) !== pins) changed.push(node);
    this.keep(changed);
    return changed;
  }

  private textOf(node: PinnedNode): string {
    const name = node.kind === 'model' ? node.model.name : node.registered.name;
    const pin = this.pins.of(node.entry, name);
    return pin === null ? '' : JSON.stringify([pin.state, [...pin.tags], pin.lines]);
  }
}
