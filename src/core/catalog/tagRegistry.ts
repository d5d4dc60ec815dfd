import picomatch from 'picomatch';
import type { Diagnostic } from '../diagnostic.js';
import { parseCommit } from '../git/commits.js';
import type { CommitId } from '../git/ids.js';
import type { ObjectReader } from '../git/objects.js';
import { parseTagName } from '../registry/gto/tagName.js';
import { compileTagTemplate } from '../registry/gto/template.js';
import type { Settings } from '../settings/settings.js';
import type { CommitTrees } from './commitTrees.js';
import type { RefsView } from './refsView.js';
import { unreadableRef } from './refsView.js';
import type { StoredRegistry } from './registryView.js';
import { RegistryView } from './registryView.js';
import type { Memory } from './savedCatalog.js';
import type { Snapshots } from './snapshots.js';
import type { CommitSays, StoredTag } from './tagStore.js';
import { TagStore } from './tagStore.js';
import type { CommitTag } from './versions.js';
import { TagMeanings } from './versions.js';

/** The tags that count for one catalog, and a text that is equal only for the same tags, read in the same way. */
interface WantedTags {
  readonly tags: RefsView['tags'];
  readonly key: string;
}

/** Tags that were read, and what they mean. */
interface ReadTags {
  readonly key: string;
  readonly tags: readonly CommitTag[];
  /** What is wrong with tags that cannot be read. */
  readonly diagnostics: readonly Diagnostic[];
  readonly meanings: TagMeanings;
}

/** Reads what tags register, and remembers it for as long as the tags are the same. */
export class TagRegistry {
  readonly store = new TagStore();
  /** What commits say of themselves, for tags that say nothing. */
  private readonly says = new Map<CommitId, CommitSays>();
  /** What the tags meant for the last catalog, and what that leaned on. */
  private kept:
    { readonly key: string; readonly snapshots: Snapshots; readonly view: RegistryView } | undefined;
  /** From when all tags are read until the catalog is made. */
  private reading: ReadTags | undefined;

  constructor(private readonly commits: CommitTrees) {}

  /** What the tags meant, as long as they are the same (for the last catalog, or in the cache). */
  known(
    key: string,
    snapshots: Snapshots,
    settings: Settings,
    stored: StoredRegistry | null | undefined,
  ): RegistryView | undefined {
    if (this.kept?.key === key && this.kept.snapshots === snapshots) return this.kept.view;
    if (stored?.key !== key) return undefined;
    this.kept = { key, snapshots, view: RegistryView.restore(stored, settings) };
    return this.kept.view;
  }

  /** Lets go of what the tags meant, with the branches that contain their commits. */
  forget(): void {
    this.kept = undefined;
  }

  /** Lets go of tags that were read for a catalog which is made, or was given up. */
  endReading(): void {
    this.reading = undefined;
  }

  /** What is kept of these snapshots, to be written into the cache. */
  memory(snapshots: Snapshots): Memory['registry'] {
    const { kept } = this;
    return kept?.snapshots === snapshots ? { key: kept.key, store: () => kept.view.store(kept.key) } : null;
  }

  /** Asks for the tags and their commits; `request` hears of the trees of those that may be versions. */
  request(
    wanted: WantedTags,
    settings: Settings,
    reader: ObjectReader,
    request: (tree: string) => void,
  ): void {
    const isVersion = versionNames(settings.versions.tags);
    const withTree = new Set<CommitId>();
    const withoutTree = new Set<CommitId>();
    this.endReading();
    let unread = wanted.tags.length;
    const follow = (name: string, tag: StoredTag): void => {
      if (tag.kind === 'other') return;
      if (tag.kind === 'lightweight') {
        this.commits.set(tag.commit, tag.tree);
        this.says.set(tag.commit, tag.told);
      }
      const asked = isVersion(name) ? withTree : withoutTree;
      if (asked.has(tag.commit)) return;
      asked.add(tag.commit);
      this.commits.request(tag.commit, reader, asked === withTree ? request : undefined);
    };
    for (const { name, id } of wanted.tags) {
      this.store.request(id, reader, (tag) => {
        if (tag) follow(name, tag);
        unread -= 1;
        if (unread === 0) reader.meanwhile(this.stepsAhead(wanted, settings));
      });
    }
  }

  /** What can be done of the tags while their commits and trees are read. */
  private stepsAhead(wanted: WantedTags, settings: Settings): readonly (() => void)[] {
    const { tags, meanings } = this.readTags(wanted, settings);
    return tags.some((tag) => this.isSpeechless(tag)) ? [] : meanings.steps;
  }

  private readTags({ tags: wanted, key }: WantedTags, settings: Settings): ReadTags {
    if (this.reading?.key === key) return this.reading;
    const tags: CommitTag[] = [];
    const diagnostics: Diagnostic[] = [];
    for (const { name, ref, id } of wanted) {
      const tag = this.store.get(id);
      if (tag && tag.kind !== 'other') {
        const header = tag.kind === 'annotated' ? tag.header : null;
        tags.push({ name, ref, id, commit: tag.commit, header });
      }
      const reason = tag ? undefined : this.store.failure(id);
      if (reason) diagnostics.push(unreadableRef(ref, reason));
    }
    const meanings = new TagMeanings(tags, settings.versions.tags, (commit) => this.says.get(commit));
    return (this.reading = { key, tags, diagnostics, meanings });
  }

  /** What the tags mean; they, their commits and the trees of versions have been read. */
  async read(
    wanted: WantedTags,
    settings: Settings,
    snapshots: Snapshots,
    reader: ObjectReader,
  ): Promise<RegistryView> {
    const { tags, diagnostics: unread, meanings } = this.readTags(wanted, settings);
    await this.readSpeechless(tags, reader);
    const { registered } = meanings;
    const diagnostics = [...unread, ...tags.flatMap((tag) => this.lostCommit(tag) ?? [])];
    const view = RegistryView.bind(registered, settings, diagnostics, (commit) => {
      const tree = this.commits.get(commit);
      return tree !== undefined && snapshots.has(tree) ? snapshots.get(tree) : undefined;
    });
    const whole =
      diagnostics.length === 0 &&
      !snapshots.incomplete &&
      registered.versions.every(({ commit }) => this.commits.get(commit) !== undefined);
    this.kept = whole ? { key: wanted.key, snapshots, view } : undefined;
    return view;
  }

  /** Tags without a tagger take time and author from their commit. */
  private async readSpeechless(tags: readonly CommitTag[], reader: ObjectReader): Promise<void> {
    for (const tag of tags) {
      if (!this.isSpeechless(tag)) continue;
      const { commit } = tag;
      reader.contents(commit, {
        failed: () => undefined, // reported with its tag: whoever asks for the commit's tree meets it too
        object: (type, data) => {
          const parsed = type === 'commit' ? parseCommit(data) : undefined;
          if (parsed) this.says.set(commit, parsed);
        },
      });
    }
    await reader.settle();
  }

  /** A tag that is here and whose commit is not. */
  private lostCommit({ ref, commit }: CommitTag): Diagnostic | undefined {
    const reason = this.commits.failure(commit);
    return reason && unreadableRef(ref, reason);
  }

  private isSpeechless({ header, commit }: CommitTag): boolean {
    return header !== null && header.tagger === null && !this.says.has(commit);
  }
}

/** The tags that count: all but those that `versions.ignore` names. */
export function wantedTags(view: RefsView, { versions }: Settings): WantedTags {
  const ignored = versions.ignore.length === 0 ? undefined : picomatch([...versions.ignore], { dot: true });
  const tags = ignored ? view.tags.filter((tag) => !ignored(tag.name)) : view.tags;
  // Compared as it is: that costs less than a hash of it, and mistakes nothing.
  const key = [...tags.map(({ name, id }) => `${id} ${name}`), versions.tags].join('\n');
  return { tags, key };
}

/** Tells by its name whether a tag may register a version. */
function versionNames(template: string): (name: string) => boolean {
  const scheme = template === 'gto' ? undefined : compileTagTemplate(template);
  return (name) => parseTagName(name)?.kind === 'version' || scheme?.parse(name) !== undefined;
}
