import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { bundleFile, extract } from '../../../l10n/extract.mjs';

/** The TypeScript files of a folder with all their nodes. */
function nodesOf(folder: string): readonly { readonly node: ts.Node; readonly at: string }[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const name = path.join(folder, file);
    const source = ts.createSourceFile(name, readFileSync(name, 'utf8'), ts.ScriptTarget.Latest, true);
    const found: { node: ts.Node; at: string }[] = [];
    const visit = (node: ts.Node): void => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ node, at: `${name}:${line + 1} ${node.getText().split('\n', 1)[0] ?? ''}` });
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function isCallOf(node: ts.Node, ...names: readonly string[]): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && names.includes(node.expression.text)
  );
}

/** Text in quotes or backticks with a word in it; what stands in `${}` is looked at by itself. */
function hasWords(node: ts.Node): boolean {
  if (ts.isTemplateExpression(node))
    return [node.head, ...node.templateSpans.map(({ literal }) => literal)].some(({ text }) =>
      /\p{L}/u.test(text),
    );
  return ts.isStringLiteralLike(node) && /\p{L}/u.test(node.text);
}

describe('the strings for translators', () => {
  it('are those of the code (node l10n/extract.mjs writes them anew)', () => {
    assert.deepEqual(JSON.parse(readFileSync(bundleFile, 'utf8')), extract());
  });

  it('use no exclamation mark, and placeholders counted from 0', () => {
    for (const text of Object.keys(extract())) {
      assert.ok(!text.includes('!'), text);
      const used = [...text.matchAll(/\{(\d+)\}/g)].map(([, index]) => Number(index));
      assert.deepEqual(
        [...new Set(used)].sort(),
        [...new Set(used)].map((_, index) => index),
        text,
      );
    }
  });

  it('are all that the compare page says itself', () => {
    const bundle = extract();
    const page = nodesOf('webview-ui');
    const outside = page.flatMap(({ node, at }) => {
      if (!isCallOf(node, 't')) return [];
      const [text] = node.arguments;
      return text !== undefined && ts.isStringLiteralLike(text) && Object.hasOwn(bundle, text.text) ? [] : at;
    });
    assert.deepEqual(outside, []);
    assert.ok(page.filter(({ node }) => isCallOf(node, 't')).length > 100);
    const SHOWN = ['text', 'title', 'label', 'aria-label', 'placeholder', 'textContent', 'ariaLabel'];
    const raw = page.flatMap(({ node, at }) => {
      if (ts.isPropertyAssignment(node))
        return SHOWN.includes(node.name.getText().replaceAll("'", '')) && hasWords(node.initializer)
          ? at
          : [];
      if (ts.isBinaryExpression(node) && ts.isPropertyAccessExpression(node.left))
        return SHOWN.includes(node.left.name.text) && hasWords(node.right) ? at : [];
      if (!isCallOf(node, 'spoken', 'button', 'checkbox', 'searchField', 'paragraph')) return [];
      const [text] = node.arguments;
      return text !== undefined && hasWords(text) ? at : [];
    });
    assert.deepEqual(raw, []);
  });

  it('are also why the core does not know a value', () => {
    const unmarked = ['src/core/parameters', 'src/core/compare'].flatMap((folder) =>
      nodesOf(folder).flatMap(({ node, at }) =>
        ts.isPropertyAssignment(node) &&
        node.name.getText() === 'reason' &&
        ts.isStringLiteral(node.initializer)
          ? at
          : [],
      ),
    );
    assert.deepEqual(unmarked, []);
    for (const text of ['not local', 'no table of numbers', 'corrupt in the DVC cache', 'This is no zip'])
      assert.ok(Object.hasOwn(extract(), text), text);
  });
});
