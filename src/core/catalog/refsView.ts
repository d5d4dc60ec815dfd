import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Diagnostic } from '../diagnostic.js';
import type { CommitId, ObjectId, RefName } from '../git/ids.js';
import type { ObjectFailure } from '../git/objects.js';
import type { HeadRef, Refs } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import type { Branch, DefaultBranch, Experiment, Head } from './catalog.js';

/** The refs of a repository, sorted into what they mean to people. */
export interface RefsView {
  /** A detached or unborn HEAD first, then local branches, then remote ones, each by name. */
  readonly branches: readonly Branch[];
  readonly tags: readonly { readonly name: string; readonly ref: RefName; readonly id: ObjectId }[];
  readonly experiments: readonly Experiment[];
  /** Remote name to the branch that its HEAD names. */
  readonly remoteHeads: ReadonlyMap<string, string>;
  readonly head: Head;
  /** Refs of which Git can make nothing. */
  readonly broken: readonly RefName[];
  /** HEAD as a branch of the list; null where its ref is broken. */
  readonly current: Branch | null;
}

const HEADS = 'refs/heads/';
const REMOTES = 'refs/remotes/';
const TAGS = 'refs/tags/';
/** What DVC calls an experiment: `refs/exps/ab/cdef…/name`, the commit it started from and its name; not its stash. */
const EXPERIMENT = /^refs\/exps\/([0-9a-f]{2})\/([0-9a-f]{38,62})\/(.+)$/;

/** Sorts refs. Symbolic refs are left out; `refs/remotes/origin/HEAD` only says what origin's default is. */
export function viewRefs({ refs, broken }: Refs, head: HeadRef, remotes: readonly string[]): RefsView {
  const local: Branch[] = [];
  const remote: Branch[] = [];
  const tags: { name: string; ref: RefName; id: ObjectId }[] = [];
  const experiments: Experiment[] = [];
  const remoteHeads = new Map<string, string>();
  for (const ref of refs) {
    const { name } = ref;
    if (name.startsWith(HEADS)) {
      if (ref.symref === '') {
        local.push({ name: name.slice(HEADS.length), remote: null, ref: name, commit: ref.id as CommitId });
      }
    } else if (name.startsWith(REMOTES)) {
      const { of, branch } = splitRemote(name.slice(REMOTES.length), remotes);
      if (ref.symref === '') remote.push({ name: branch, remote: of, ref: name, commit: ref.id as CommitId });
      else if (branch === 'HEAD') {
        remoteHeads.set(of, splitRemote(ref.symref.slice(REMOTES.length), remotes).branch);
      }
    } else if (name.startsWith(TAGS)) {
      if (ref.symref === '') tags.push({ name: name.slice(TAGS.length), ref: name, id: ref.id });
    } else {
      const [, start, rest, called] = EXPERIMENT.exec(name) ?? [];
      if (called === undefined) continue;
      const baseline = `${start ?? ''}${rest ?? ''}` as CommitId;
      experiments.push({ name: called, baseline, ref: name, commit: ref.id as CommitId });
    }
  }
  const isBroken = head.ref !== null && broken.includes(head.ref);
  const current = isBroken ? null : currentBranch(head, local);
  const extra = current && !local.includes(current) ? [current] : [];
  return {
    branches: [...extra, ...local, ...remote],
    tags,
    experiments,
    remoteHeads,
    head: { branch: head.ref === null ? null : shortBranch(head.ref), commit: current?.commit ?? null },
    broken,
    current,
  };
}

function currentBranch(head: HeadRef, local: readonly Branch[]): Branch | null {
  if (head.ref === null) {
    return head.commit === null
      ? null
      : { name: 'HEAD', remote: null, ref: 'HEAD' as RefName, commit: head.commit };
  }
  const found = local.find((branch) => branch.ref === head.ref);
  return found ?? { name: shortBranch(head.ref), remote: null, ref: head.ref, commit: null };
}

function shortBranch(ref: RefName): string {
  return ref.startsWith(HEADS) ? ref.slice(HEADS.length) : ref;
}

/** A remote's name may hold slashes: the longest configured one that fits, else the first segment. */
function splitRemote(name: string, remotes: readonly string[]): { of: string; branch: string } {
  const of = remotes
    .filter((remote) => name.startsWith(`${remote}/`))
    .reduce((best, remote) => (remote.length > best.length ? remote : best), '');
  const length = of === '' ? name.indexOf('/') : of.length;
  return length < 0
    ? { of: name, branch: '' }
    : { of: name.slice(0, length), branch: name.slice(length + 1) };
}

/** The branch others are measured against (design.md: default branch). */
export function findDefaultBranch(
  view: RefsView,
  setting: string | null,
  remote: string,
): DefaultBranch | null {
  const named = (name: string): Branch | undefined =>
    view.branches.find(
      (branch) => branch.name === name && branch.remote === null && branch.commit !== null,
    ) ??
    view.branches.find((branch) => branch.name === name && branch.remote === remote) ??
    view.branches.find((branch) => branch.remote !== null && `${branch.remote}/${branch.name}` === name);
  if (setting !== null) {
    const branch = named(setting);
    if (branch) return { branch, because: 'setting' };
  }
  const remoteHead = view.remoteHeads.get(remote);
  if (remoteHead !== undefined) {
    const branch = named(remoteHead);
    if (branch) return { branch, because: 'remote-head' };
  }
  for (const name of ['main', 'master', 'trunk']) {
    const branch = view.branches.find(
      (one) => one.name === name && one.remote === null && one.commit !== null,
    );
    if (branch) return { branch, because: 'name' };
  }
  return view.current ? { branch: view.current, because: 'head' } : null;
}

/** A ref that is damaged itself: Git leaves it out as if it were not there. */
export function brokenRef(ref: RefName): Diagnostic {
  const message = `${shortName(ref)} is damaged: Git finds no object's name in it; see git reflog ${shortName(ref)}, and write or delete the ref.`;
  return { severity: 'error', code: 'ref-corrupt', message, ref };
}

function shortName(ref: RefName): string {
  return ref.replace(/^refs\/(?:heads|tags|remotes)\//, '');
}

/** A ref whose object is missing or damaged costs its own entry. */
export function unreadableRef(ref: RefName, reason: ObjectFailure): Diagnostic {
  const short = shortName(ref);
  return reason === 'corrupt'
    ? {
        severity: 'error',
        code: 'ref-corrupt',
        message: `${short} names a damaged object; run git fsck and fetch it again.`,
        ref,
      }
    : {
        severity: 'error',
        code: 'ref-missing',
        message: `${short} names an object that is not in this clone; fetch it or delete the ref.`,
        ref,
      };
}

/** The names of configured remotes, read from the file: it only decides where a remote's name ends. */
export async function readRemoteNames(repository: Repository): Promise<readonly string[]> {
  const text = await readFile(path.join(repository.commonDir, 'config'), 'utf8').catch(() => '');
  return [...text.matchAll(/^\s*\[remote "((?:[^"\\]|\\.)*)"\]/gm)].map(([, name = '']) =>
    name.replace(/\\(.)/g, '$1'),
  );
}
