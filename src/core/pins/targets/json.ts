import type { Node, ParseError } from 'jsonc-parser';
import { parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Finding, Replacement, TargetFormat } from './finding.js';
import { DEPTH_LIMIT, lineOf, nesting, problem } from './finding.js';
import type { ValuePath } from './valuePath.js';
import { formatValuePath, parseValuePath } from './valuePath.js';

/** JSON, with comments and trailing commas allowed and kept. */
export const json: TargetFormat = { name: 'json', findValue, replaceValue };

function findValue(text: string, written: string): Finding {
  const steps = parseValuePath(written);
  if ('problem' in steps) return problem('bad-path', steps.problem);
  const mark = text.startsWith('\ufeff') ? 1 : 0;
  const body = text.slice(mark);
  if (nesting(body) > DEPTH_LIMIT) return problem('syntax', 'The file is nested too deeply');
  const errors: ParseError[] = [];
  const root = parseTree(body, errors, { allowTrailingComma: true, disallowComments: false });
  const [error] = errors;
  if (error || !root) {
    const reason = error ? printParseErrorCode(error.error) : 'ValueExpected';
    return problem('syntax', `The file is not JSON: ${reason}`, lineOf(body, error?.offset ?? 0));
  }
  const node = walk(body, root, steps.path);
  if ('problem' in node) return node;
  const range = { offset: node.offset + mark, length: node.length };
  const line = lineOf(text, range.offset);
  if (node.type === 'object' || node.type === 'array') {
    return problem(
      'not-a-value',
      `${written} holds ${node.type === 'object' ? 'an object' : 'a list'}, not a version`,
      line,
    );
  }
  const source = body.slice(node.offset, node.offset + node.length);
  const value = node.type === 'string' ? String(node.value) : node.type === 'null' ? '' : source;
  return { value, range, line };
}

function replaceValue(text: string, path: string, value: string): Replacement {
  const found = findValue(text, path);
  return 'problem' in found ? found : { ...found.range, text: JSON.stringify(value) };
}

function walk(
  text: string,
  root: Node,
  path: ValuePath,
): Node | { problem: ReturnType<typeof problem>['problem'] } {
  let node = root;
  for (const [index, step] of path.entries()) {
    const next = node.type === 'array' ? item(node, step) : members(node, String(step));
    const [only, second] = next;
    const name = formatValuePath(path.slice(0, index + 1));
    if (!only)
      return problem(
        'missing',
        `There is no ${name}: add it with an empty value first`,
        lineOf(text, node.offset),
      );
    if (second) return problem('ambiguous', `${name} is there twice: keep one`, lineOf(text, second.offset));
    node = only;
  }
  return node;
}

function item(node: Node, step: string | number): readonly Node[] {
  const index = typeof step === 'number' || /^\d{1,9}$/.test(step) ? Number(step) : -1;
  const found = node.children?.[index];
  return found ? [found] : [];
}

function members(node: Node, key: string): readonly Node[] {
  if (node.type !== 'object') return [];
  return (node.children ?? []).flatMap((property) => {
    const [name, value] = property.children ?? [];
    return name?.value === key && value ? [value] : [];
  });
}
