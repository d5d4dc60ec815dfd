import { digestKey } from '../core/digest.js';
import type { HistoryEntry } from '../core/catalog/history.js';
import type { Identity } from '../core/catalog/historyPointers.js';
import type { RepositoryCatalog } from '../core/catalog/repositoryCatalog.js';
import { versionsOf } from '../core/catalog/select.js';

/** Which tags name a revision: those with its bits and, where nobody can tell those, those on its commit. */
export class RevisionTags {
  private readonly read = new Map<string, Promise<Named>>();

  constructor(
    private readonly catalog: RepositoryCatalog,
    private readonly model: Identity,
    private readonly signal: AbortSignal,
  ) {}

  /** Under today's name first, then under the one it had there. */
  async of({ commit, model: there, unreadable }: HistoryEntry): Promise<readonly string[]> {
    const tags = new Set<string>();
    for (const one of there === null ? [this.model] : [this.model, there]) {
      const { byDigest, byCommit } = await this.named(one);
      if (there?.digest) addAll(tags, byDigest.get(digestKey(there.digest)));
      else if (unreadable !== undefined || there !== null) addAll(tags, byCommit.get(commit));
    }
    return [...tags];
  }

  private named({ name, path }: Identity): Promise<Named> {
    const key = `${name}\0${path ?? ''}`;
    const known = this.read.get(key) ?? this.readNamed({ name, path });
    this.read.set(key, known);
    return known;
  }

  private async readNamed(model: Identity): Promise<Named> {
    const plain = await this.catalog.plainVersions(model, { signal: this.signal });
    const named: Named = { byDigest: new Map(), byCommit: new Map() };
    for (const { tag, digest, commit } of [...versionsOf(this.catalog, model), ...plain]) {
      if (digest !== null) addTo(named.byDigest, digestKey(digest), tag);
      addTo(named.byCommit, commit, tag);
    }
    return named;
  }
}

/** Tags of a model by what they name. */
interface Named {
  readonly byDigest: Map<string, string[]>;
  readonly byCommit: Map<string, string[]>;
}

function addAll(tags: Set<string>, found: readonly string[] = []): void {
  for (const tag of found) tags.add(tag);
}

function addTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
