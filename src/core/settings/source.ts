import { LineCounter, isAlias, isCollection, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Pair, YAMLMap, YAMLSeq } from 'yaml';
import type { Diagnostic } from '../diagnostic.js';

/** Name of the team's settings at the repository root. */
export const SETTINGS_FILE = 'modelkeep.yaml';

/** The largest file that is read; a parser's time grows faster than its input. */
export const SETTINGS_LIMIT = 128 * 1024;

export type Path = readonly (string | number)[];

/** The parser gave up: aliases that multiply or lead nowhere, nesting beyond the stack. */
export class UnreadableSettings extends Error {
  override readonly name = 'UnreadableSettings';
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UnreadableSettings(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** A settings file whose mistakes can be named by line and taken out one by one. */
export class SettingsSource {
  readonly diagnostics: Diagnostic[] = [];
  private readonly lines = new LineCounter();
  private readonly document: Document;
  /** Pairs by key, once a mapping was asked for one. */
  private readonly pairs = new Map<unknown, Map<string, Pair>>();

  /** @throws UnreadableSettings */
  constructor(text: string) {
    const content = this.withoutConflicts(text.replace(/^\uFEFF/, ' '));
    // Duplicates are looked for here: the parser's own search is quadratic.
    this.document = readable(() =>
      parseDocument(content, {
        lineCounter: this.lines,
        prettyErrors: false,
        uniqueKeys: false,
        merge: true,
        logLevel: 'silent',
      }),
    );
    for (const { message, pos } of this.document.errors.slice(0, 20)) {
      this.report('settings-syntax', this.lines.linePos(pos[0]).line, message.split('\n')[0] ?? message);
    }
    readable(() => this.tidy(this.document.contents, new Set()));
  }

  /** The settings as plain data. @throws UnreadableSettings */
  value(): unknown {
    return readable((): unknown => this.document.toJS({ maxAliasCount: 100 })) ?? {};
  }

  /** 1-based line of the value at a path, of its key where there is one; the nearest enclosing one otherwise. */
  lineOf(path: Path): number {
    let offset = 0;
    let node: unknown = this.document.contents;
    for (const step of path) {
      const child = this.childOf(node, step);
      if (child === undefined) break;
      node = child.value;
      offset = startOf(child.key) ?? startOf(node) ?? offset;
    }
    return this.lines.linePos(offset).line;
  }

  /** Takes the values at these paths out, or the nearest enclosing ones where a path leads through a merge. */
  remove(paths: readonly Path[]): void {
    const doomed = new Map<YAMLMap | YAMLSeq, Set<unknown>>();
    for (const path of paths) {
      let last: Child | undefined;
      let node: unknown = this.document.contents;
      for (const step of path) {
        const child = this.childOf(node, step);
        if (child === undefined) break;
        last = child;
        node = child.value;
      }
      if (last === undefined) this.document.contents = null;
      else doomed.set(last.holder, (doomed.get(last.holder) ?? new Set()).add(last.item));
    }
    for (const [holder, items] of doomed) {
      // By identity: one node never stands twice in a list, an alias is a node of its own.
      if (isMap(holder)) holder.items = holder.items.filter((item) => !items.has(item));
      else holder.items = holder.items.filter((item) => !items.has(item));
      if (isMap(holder)) this.pairs.delete(holder);
    }
  }

  /** The keys of the mapping at a path. */
  keysAt(path: Path): readonly string[] {
    let node: unknown = this.document.contents;
    for (const step of path) node = this.childOf(node, step)?.value;
    const map = this.resolve(node);
    return isMap(map) ? map.items.map((pair) => keyOf(pair)) : [];
  }

  report(code: string, line: number, message: string, severity: Diagnostic['severity'] = 'error'): void {
    this.diagnostics.push({ severity, code, message, path: SETTINGS_FILE, line });
  }

  private resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.document) : node;
  }

  private childOf(node: unknown, step: string | number): Child | undefined {
    const holder = this.resolve(node);
    if (isMap(holder)) {
      let pairs = this.pairs.get(holder);
      if (pairs === undefined) {
        pairs = new Map(holder.items.map((item) => [keyOf(item), item]));
        this.pairs.set(holder, pairs);
      }
      const pair = pairs.get(String(step));
      return pair && { holder, item: pair, key: pair.key, value: pair.value };
    }
    if (isSeq(holder) && typeof step === 'number' && step < holder.items.length) {
      const item = holder.items[step];
      return { holder, item, key: undefined, value: item };
    }
    return undefined;
  }

  /** Blanks what stands between conflict markers: neither side is taken for the team's word. */
  private withoutConflicts(text: string): string {
    if (!/^<{7}(?: |\r?$)/m.test(text)) return text;
    let inside = false;
    return text
      .split('\n')
      .map((line, index) => {
        if (/^<{7}(?: |\r?$)/.test(line)) {
          inside = true;
          this.report(
            'settings-conflict',
            index + 1,
            'Conflict markers: a merge is not finished here. What stands between them does not count.',
          );
          return '';
        }
        if (!inside) return line;
        if (/^>{7}(?: |\r?$)/.test(line)) inside = false;
        return '';
      })
      .join('\n');
  }

  /** Drops empty values (a key whose lines are commented out is as good as absent) and names doubled keys. */
  private tidy(node: unknown, seen: Set<unknown>): void {
    if (!isCollection(node) || seen.has(node)) return;
    seen.add(node);
    if (isMap(node)) {
      const lines = new Map<string, number>();
      const kept: Pair[] = [];
      for (const pair of node.items) {
        if (isEmpty(pair.value)) continue;
        const line = this.lines.linePos(startOf(pair.key) ?? 0).line;
        if (!isScalar(pair.key)) {
          this.report('settings-syntax', line, 'A key must be plain text');
          continue;
        }
        const key = keyOf(pair);
        const first = key === '<<' ? undefined : lines.get(key);
        if (first === undefined) {
          lines.set(key, line);
          kept.push(pair);
        } else {
          this.report(
            'settings-duplicate-key',
            line,
            `"${key}" stands here twice, first in line ${String(first)}, which counts`,
          );
        }
      }
      node.items = kept;
      for (const pair of kept) this.tidy(pair.value, seen);
    } else if (isSeq(node)) {
      node.items = node.items.filter((item) => !isEmpty(item));
      for (const item of node.items) this.tidy(item, seen);
    }
  }
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined;
}

interface Child {
  readonly holder: YAMLMap | YAMLSeq;
  /** The pair or item to take out. */
  readonly item: unknown;
  readonly key: unknown;
  readonly value: unknown;
}
