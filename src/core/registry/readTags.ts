import type { CommitId, ObjectId } from '../git/ids.js';
import { openObjects } from '../git/objects.js';
import { runGit } from '../git/process.js';
import { parseRefs } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import { peelTag } from '../git/tags.js';
import { shortTag } from './gto/event.js';
import type { TagObject } from './gto/tagObject.js';

/** The tags of a repository as they stand now, apart from any catalog. */
export interface TagRefs {
  /** Those that peel to a commit, whatever their names. */
  readonly annotated: readonly TagObject[];
  /** Short name to commit. */
  readonly lightweight: ReadonlyMap<string, CommitId>;
  /** Every tag's short name to what its ref holds (a tag object, a commit, anything). */
  readonly refs: ReadonlyMap<string, ObjectId>;
}

/** Reads all tags with two processes. Broken tags and tags of trees or blobs stand in `refs` only. */
export async function readTagRefs(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<TagRefs> {
  const { stdout } = await runGit(
    repository.git,
    ['for-each-ref', '--format=%(objectname) %(symref) %(refname)', 'refs/tags'],
    { cwd: repository.root, ...options },
  );
  const refs = new Map<string, ObjectId>();
  const lightweight = new Map<string, CommitId>();
  const annotated: TagObject[] = [];
  const reader = openObjects(repository, options);
  try {
    for (const ref of parseRefs(stdout.toString('utf8'))) {
      const name = shortTag(ref.name);
      refs.set(name, ref.id);
      peelTag(reader, ref.id, (tag) => {
        if (tag.kind === 'lightweight') lightweight.set(name, tag.commit);
        if (tag.kind !== 'annotated') return;
        const { header, commit } = tag;
        const { message, tagger } = header;
        annotated.push({ ref: ref.name, id: ref.id, name: header.name, commit, tagger, message });
      });
    }
    await reader.settle();
  } finally {
    reader.close();
  }
  return { annotated, lightweight, refs };
}
