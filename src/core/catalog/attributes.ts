import type { Diagnostic } from '../diagnostic.js';
import { AttributesStack, compileAttributes } from '../tracking/lfs/attributes.js';
import type { BlobMemo } from './blobs.js';
import type { Placed } from './place.js';
import { plainFilesOf } from './place.js';
import { FileKind } from './treeNames.js';

/** Tells files that `.gitattributes` gives to Git LFS and that are no pointers all the same. */
export class AttributeRules {
  private readonly stacks = new Map<string, AttributesStack | null>();
  private readonly answers = new Map<string, boolean>();

  constructor(private readonly blobs: BlobMemo) {}

  /** One diagnostic per file whose bytes went into Git although its attributes say `filter=lfs`. */
  check(placed: Placed): readonly Diagnostic[] {
    if (placed.attributes.length === 0) return [];
    const key = placed.attributes.map(({ folder, blob }) => `${folder}\0${blob}`).join('\0');
    const stack = this.stack(key, placed);
    return stack
      ? plainFilesOf(placed)
          .filter((path) => this.isLfs(key, path, stack))
          .map(notAPointer)
      : [];
  }

  private isLfs(key: string, path: string, stack: AttributesStack): boolean {
    const question = `${key}\u0001${path}`;
    let answer = this.answers.get(question);
    if (answer === undefined) this.answers.set(question, (answer = stack.filterOf(path) === 'lfs'));
    return answer;
  }

  /** Null where no file speaks of LFS at all. Folders come from the root down: a parent sorts before its children. */
  private stack(key: string, placed: Placed): AttributesStack | null {
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
          AttributesStack.from(),
        )
      : null;
    this.stacks.set(key, stack);
    return stack;
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
