import type { Diagnostic } from '../diagnostic.js';
import { AttributesStack, compileAttributes } from '../tracking/lfs/attributes.js';
import type { BlobMemo } from './blobs.js';
import type { Placed } from './placed.js';
import { join } from './placed.js';
import { FileKind } from './treeNames.js';
import { unreadableFile } from './treeProblems.js';

interface Rules {
  readonly stack: AttributesStack;
  readonly answers: Map<Placed, readonly Diagnostic[]>;
}

const NONE: readonly never[] = [];

/** Tells files that `.gitattributes` gives to Git LFS and that are no pointers all the same. */
export class AttributeRules {
  private readonly stacks = new Map<string, Rules | null>();

  constructor(
    private readonly blobs: BlobMemo,
    /** `core.ignoreCase` of the clone. */
    private readonly ignoreCase: boolean,
  ) {}

  /** One diagnostic per file whose bytes went into Git although its attributes say `filter=lfs`. */
  check(placed: Placed): readonly Diagnostic[] {
    if (placed.attributes.length === 0 || !placed.plainFiles) return NONE;
    const key = placed.attributes.map(({ folder, blob }) => `${folder}\0${blob}`).join('\0');
    const rules = this.stack(key, placed);
    const problems = this.problems(placed);
    const found = rules ? this.checkPart(placed, rules) : NONE;
    return problems.length > 0 ? [...problems, ...found] : found;
  }

  /** Files that cannot be read: what they would say is not known. */
  private problems(placed: Placed): readonly Diagnostic[] {
    return placed.attributes.flatMap(({ folder, blob }) => {
      const parsed = this.blobs.get(FileKind.attributes, blob);
      return parsed.ok ? [] : unreadableFile(join(folder, '.gitattributes'), parsed.reason);
    });
  }

  /** Folders that many commits share are asked once per set of attributes files. */
  private checkPart(part: Placed, rules: Rules): readonly Diagnostic[] {
    if (!part.plainFiles) return NONE;
    const known = rules.answers.get(part);
    if (known) return known;
    const found: Diagnostic[] = [];
    for (const path of part.ownPlainFiles)
      if (rules.stack.filterOf(path) === 'lfs') found.push(notAPointer(path));
    for (const inner of part.parts) found.push(...this.checkPart(inner, rules));
    const answer = found.length > 0 ? found : NONE;
    rules.answers.set(part, answer);
    return answer;
  }

  /** Null where no file speaks of LFS at all. Folders come from the root down: a parent sorts before its children. */
  private stack(key: string, placed: Placed): Rules | null {
    const known = this.stacks.get(key);
    if (known !== undefined) return known;
    const texts = [...placed.attributes]
      .sort((left, right) => (left.folder < right.folder ? -1 : 1))
      .map(({ folder, blob }) => {
        const parsed = this.blobs.get(FileKind.attributes, blob);
        return { folder, text: Buffer.from(parsed.ok ? parsed.value : []) };
      });
    const stack = texts.some(({ text }) => text.includes('lfs'))
      ? texts.reduce(
          (all, { folder, text }) => all.with(folder, compileAttributes(text)),
          AttributesStack.from({ ignoreCase: this.ignoreCase }),
        )
      : null;
    const rules = stack && { stack, answers: new Map<Placed, readonly Diagnostic[]>() };
    this.stacks.set(key, rules);
    return rules;
  }
}

function notAPointer(path: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'lfs-not-a-pointer',
    message: `${path} should be a Git LFS pointer by .gitattributes, but its bytes are in Git itself; "git lfs migrate import --no-rewrite ${path}" moves them.`,
    path,
  };
}
