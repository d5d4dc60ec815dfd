import { append } from '../append.js';
import type { Diagnostic } from '../diagnostic.js';
import { AttributesStack, compileAttributes } from '../tracking/lfs/attributes.js';
import type { AttributesFile } from '../tracking/lfs/attributes.js';
import type { BlobMemo } from './blobs.js';
import type { Placed } from './placed.js';
import { join } from './placed.js';
import { FileKind } from './treeNames.js';
import { unreadableFile } from './treeProblems.js';

interface Rules {
  readonly stack: AttributesStack;
  readonly answers: Map<Placed, readonly Diagnostic[]>;
}

type AttributesBlob = Placed['attributes'][number]['blob'];

const NONE: readonly never[] = [];

/** Tells files that `.gitattributes` gives to Git LFS and that are no pointers all the same, and lines that Git ignores. */
export class AttributeRules {
  private readonly stacks = new Map<string, Rules | null>();
  private readonly compiled = new Map<AttributesBlob, AttributesFile>();

  constructor(
    private readonly blobs: BlobMemo,
    /** `core.ignoreCase` of the clone. */
    private readonly ignoreCase: boolean,
  ) {}

  /** One diagnostic per file whose bytes went into Git although its attributes say `filter=lfs`, or per ignored line. */
  check(placed: Placed): readonly Diagnostic[] {
    if (placed.attributes.length === 0) return NONE;
    const ignored = this.ignoredLines(placed);
    const files = placed.plainFiles ? this.checkFiles(placed) : NONE;
    return ignored.length === 0 ? files : [...ignored, ...files];
  }

  private ignoredLines(placed: Placed): readonly Diagnostic[] {
    let found: Diagnostic[] | undefined;
    for (const { folder, blob } of placed.attributes) {
      const { problems } = this.compile(blob);
      if (problems.length > 0)
        append(
          (found ??= []),
          problems.map((problem) => ({ ...problem, path: join(folder, '.gitattributes') })),
        );
    }
    return found ?? NONE;
  }

  private compile(blob: AttributesBlob): AttributesFile {
    let file = this.compiled.get(blob);
    if (!file) {
      const parsed = this.blobs.get(FileKind.attributes, blob);
      this.compiled.set(blob, (file = compileAttributes(Buffer.from(parsed.ok ? parsed.value : []))));
    }
    return file;
  }

  private checkFiles(placed: Placed): readonly Diagnostic[] {
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
    for (const inner of part.parts) append(found, this.checkPart(inner, rules));
    const answer = found.length > 0 ? found : NONE;
    rules.answers.set(part, answer);
    return answer;
  }

  /** Null where no file speaks of LFS at all. Folders come from the root down: a parent sorts before its children. */
  private stack(key: string, placed: Placed): Rules | null {
    const known = this.stacks.get(key);
    if (known !== undefined) return known;
    const files = [...placed.attributes]
      .sort((left, right) => (left.folder < right.folder ? -1 : 1))
      .map(({ folder, blob }) => ({ folder, file: this.compile(blob) }));
    const stack = files.some(({ file }) => file.mentionsLfs)
      ? files.reduce(
          (all, { folder, file }) => all.with(folder, file),
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
