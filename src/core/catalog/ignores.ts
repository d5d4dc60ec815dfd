import type { Diagnostic } from '../diagnostic.js';
import { compileDvcIgnore } from '../tracking/dvc/dvcIgnore.js';
import type { BlobMemo } from './blobs.js';
import type { ObjectNumber } from './objectIds.js';
import type { Placed } from './placed.js';
import { join } from './placed.js';
import { FileKind } from './treeNames.js';
import { unreadableFile } from './treeProblems.js';

type Ignores = (path: string) => boolean;
type Rules = ReturnType<typeof compileDvcIgnore> | null;

/** `.dvcignore` as it holds in each commit: a nested DVC repository answers to its own files only. */
export class IgnoreRules {
  private readonly compiled = new Map<ObjectNumber, Rules>();

  constructor(private readonly blobs: BlobMemo) {}

  /** Tells which pointer files DVC would not see; undefined when no rule is in force. */
  of(placed: Placed): Ignores | undefined {
    const active = placed.ignores.flatMap(({ folder, blob }) => {
      const rules = this.compile(blob);
      return rules ? [{ prefix: folder === '' ? '' : `${folder}/`, rules }] : [];
    });
    if (active.length === 0) return undefined;
    const roots = placed.dvcRoots.map((folder) => (folder === '' ? '' : `${folder}/`));
    return (path) => {
      const root = roots
        .filter((prefix) => path.startsWith(prefix))
        .reduce((a, b) => (b.length > a.length ? b : a), '');
      const around = active.filter(({ prefix }) => prefix.startsWith(root) && path.startsWith(prefix));
      return isIgnored(path, inForce(around));
    };
  }

  /** Files that cannot be read: what they would hide is listed until they can. */
  problems(placed: Placed): readonly Diagnostic[] {
    return placed.ignores.flatMap(({ folder, blob }) => {
      const parsed = this.blobs.get(FileKind.ignore, blob);
      return parsed.ok ? [] : unreadableFile(join(folder, '.dvcignore'), parsed.reason);
    });
  }

  private compile(blob: ObjectNumber): Rules {
    let rules = this.compiled.get(blob);
    if (rules === undefined) {
      const parsed = this.blobs.get(FileKind.ignore, blob);
      const text = parsed.ok ? parsed.value : '';
      // `dvc init` writes a file of comments: that is no rule at all.
      rules = /^[^#\r\n]/m.test(text) ? compileDvcIgnore(text) : null;
      this.compiled.set(blob, rules);
    }
    return rules;
  }
}

interface Holding {
  readonly prefix: string;
  readonly rules: Exclude<Rules, null>;
}

/** The deepest first; a `.dvcignore` that those above it ignore is not read (DVC). */
function inForce(around: readonly Holding[]): readonly Holding[] {
  if (around.length < 2) return around;
  let holding: readonly Holding[] = [];
  for (const one of [...around].sort((left, right) => left.prefix.length - right.prefix.length))
    if (!isIgnored(`${one.prefix}.dvcignore`, holding)) holding = [one, ...holding];
  return holding;
}

/** A file is ignored when it or a folder around it is; the deepest `.dvcignore` that has an opinion decides. */
function isIgnored(path: string, holding: readonly Holding[]): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (decided(path.slice(0, slash), true, holding)) return true;
  }
  return decided(path, false, holding);
}

function decided(path: string, isFolder: boolean, holding: readonly Holding[]): boolean {
  for (const { prefix, rules } of holding) {
    if (path.length <= prefix.length) continue;
    const answer = rules.decide(path.slice(prefix.length), isFolder);
    if (answer !== undefined) return answer;
  }
  return false;
}
