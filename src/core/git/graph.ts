import { append } from '../append.js';
import type { CommitId } from './ids.js';
import { runGit } from './process.js';
import type { Repository } from './repository.js';

interface ReadOptions {
  readonly signal?: AbortSignal;
}

/**
 * The history of some commits, held as numbers: who descends from whom. One `git rev-list --parents` reads
 * it; later tips cost only the commits that are new.
 */
export class CommitGraph {
  private readonly ids: CommitId[] = [];
  private readonly indexes = new Map<string, number>();
  private readonly parents: (readonly number[])[] = [];
  private readonly tips = new Set<string>();

  /** Reads what is not yet known of the history of these tips. Tips that are not in this clone are left out. */
  async extend(repository: Repository, tips: Iterable<CommitId>, options: ReadOptions = {}): Promise<void> {
    const wanted = [...new Set(tips)].filter((tip) => !this.indexes.has(tip));
    if (wanted.length === 0) return;
    const known = [...this.tips].map((tip) => `^${tip}\n`);
    const { stdout } = await runGit(
      repository.git,
      ['rev-list', '--parents', '--ignore-missing', '--stdin'],
      { cwd: repository.root, input: `${wanted.join('\n')}\n${known.join('')}`, ...options },
    );
    this.add(stdout.toString('latin1'));
    for (const tip of wanted) if (this.indexes.has(tip)) this.tips.add(tip);
  }

  /** Whether the history of this commit has been read. */
  has(commit: CommitId): boolean {
    return this.indexes.has(commit);
  }

  /**
   * Which of the marked commits each tip contains (itself included), as positions in `marked`; one pass over
   * the history for all tips together.
   */
  contained(
    tips: readonly CommitId[],
    marked: readonly CommitId[],
  ): ReadonlyMap<CommitId, readonly number[]> {
    const words = Math.ceil(marked.length / 32);
    const own = new Map<number, number[]>();
    marked.forEach((commit, position) => {
      const index = this.indexes.get(commit);
      if (index === undefined) return;
      const at = own.get(index);
      if (at) at.push(position);
      else own.set(index, [position]);
    });
    const none = new Uint32Array(words);
    const bits = new Map<number, Uint32Array>();
    const answer = new Map<CommitId, readonly number[]>();
    for (const tip of tips) {
      const start = this.indexes.get(tip);
      if (start === undefined) continue;
      this.fillBits(start, own, bits, none);
      answer.set(tip, positionsOf(bits.get(start) ?? none));
    }
    return answer;
  }

  /** Every commit that this one contains, itself included. */
  ancestors(commit: CommitId): Ancestors {
    const start = this.indexes.get(commit);
    const marks = new Uint8Array(this.ids.length);
    const stack = start === undefined ? [] : [start];
    while (stack.length > 0) {
      const index = stack.pop();
      if (index === undefined || marks[index] === 1) continue;
      marks[index] = 1;
      for (const parent of this.parents[index] ?? []) if (marks[parent] === 0) stack.push(parent);
    }
    return { has: (id) => marks[this.indexes.get(id) ?? -1] === 1, marks };
  }

  /**
   * The best common ancestor of a commit and the history it is compared with; among several (criss-cross
   * merges) one that none of the others contains. Undefined without common history.
   */
  mergeBase(commit: CommitId, base: Ancestors): CommitId | undefined {
    const start = this.indexes.get(commit);
    if (start === undefined) return undefined;
    const frontier: number[] = [];
    const seen = new Set<number>();
    const stack = [start];
    while (stack.length > 0) {
      const index = stack.pop();
      if (index === undefined || seen.has(index)) continue;
      seen.add(index);
      if (base.marks[index] === 1) frontier.push(index);
      else append(stack, this.parents[index] ?? []);
    }
    // rev-list prints children before parents almost always: the smallest number is the newest candidate.
    frontier.sort((left, right) => left - right);
    const best = frontier.filter(
      (candidate) => !frontier.some((other) => other !== candidate && this.descends(other, candidate)),
    );
    const found = best[0] ?? frontier[0];
    return found === undefined ? undefined : this.ids[found];
  }

  private descends(from: number, ancestor: number): boolean {
    const seen = new Set<number>();
    const stack = [from];
    while (stack.length > 0) {
      const index = stack.pop();
      if (index === undefined || seen.has(index)) continue;
      if (index === ancestor) return true;
      seen.add(index);
      append(stack, this.parents[index] ?? []);
    }
    return false;
  }

  private add(text: string): void {
    let start = 0;
    const rows: [number, string[]][] = [];
    while (start < text.length) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      const [id, ...parents] = text.slice(start, end).split(' ');
      start = end + 1;
      if (id === undefined || id === '' || this.indexes.has(id)) continue;
      rows.push([this.number(id), parents]);
    }
    // Parents outside what was listed are the edge of a shallow clone or already known.
    for (const [index, parents] of rows) {
      this.parents[index] = parents.flatMap((parent) => this.indexes.get(parent) ?? []);
    }
  }

  private number(id: string): number {
    const index = this.ids.length;
    this.ids.push(id as CommitId);
    this.indexes.set(id, index);
    return index;
  }

  /** Depth first, children after parents; a commit with one parent and no mark shares its parent's bits. */
  private fillBits(
    start: number,
    own: ReadonlyMap<number, readonly number[]>,
    bits: Map<number, Uint32Array>,
    none: Uint32Array,
  ): void {
    const stack = [start];
    while (stack.length > 0) {
      const index = stack[stack.length - 1];
      if (index === undefined) return;
      const parents = this.parents[index] ?? [];
      if (!bits.has(index)) {
        const before = stack.length;
        for (const parent of parents) if (!bits.has(parent)) stack.push(parent);
        if (stack.length > before) continue;
        bits.set(index, this.combine(index, parents, own, bits, none));
      }
      stack.pop();
    }
  }

  private combine(
    index: number,
    parents: readonly number[],
    own: ReadonlyMap<number, readonly number[]>,
    bits: ReadonlyMap<number, Uint32Array>,
    none: Uint32Array,
  ): Uint32Array {
    const marks = own.get(index);
    const inherited = [...new Set(parents.map((parent) => bits.get(parent) ?? none))];
    const [first = none, ...others] = inherited;
    if (!marks && others.length === 0) return first;
    const union = Uint32Array.from(first);
    for (const other of others) {
      for (let word = 0; word < union.length; word += 1)
        union[word] = (union[word] ?? 0) | (other[word] ?? 0);
    }
    for (const mark of marks ?? []) {
      const word = mark >>> 5;
      union[word] = (union[word] ?? 0) | (1 << (mark & 31));
    }
    return union;
  }
}

/** A set of commits as `CommitGraph.ancestors` marks it. */
export interface Ancestors {
  has(commit: CommitId): boolean;
  readonly marks: Uint8Array;
}

function positionsOf(bits: Uint32Array): readonly number[] {
  const positions: number[] = [];
  bits.forEach((word, index) => {
    for (let rest = word; rest !== 0; rest &= rest - 1) {
      positions.push(index * 32 + (31 - Math.clz32(rest & -rest)));
    }
  });
  return positions;
}
