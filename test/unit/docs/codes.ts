import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Problems that are wrapped before anybody sees them: values of pin files, objects of Git, rules of names. */
const INTERNAL = [
  'core/pins/targets',
  'core/pins/read.ts',
  'core/git',
  'core/catalog/blobs.ts',
  'core/branches',
];

/** Unions of codes, with what the command line puts before each. */
const UNIONS: Readonly<Record<string, string>> = {
  ProblemCode: '',
  PinFailure: '',
  RegistryRefusal: '',
  BranchFailure: 'branch-',
  GitFailure: 'git-',
};

/** Where the reasons of drift are listed. */
const DRIFT = 'core/pins/status/side.ts';

/** Families whose codes go through several hands before they are a diagnostic's. */
const FAMILY = /^(?:settings|gto|service)-[a-z-]+$/;

const CODE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const SOURCES = path.resolve('src');

/** Every code that a diagnostic, a reason or a refusal can have, as the sources write it. */
export function codesInSources(): ReadonlySet<string> {
  const files = sources('core').concat(sources('cli'));
  const takers = new Map<string, number>();
  for (const file of files) each(file, (node) => noteTaker(node, takers));
  const codes = new Set<string>();
  for (const file of files) {
    const internal = INTERNAL.some((one) => file.fileName.startsWith(one));
    each(file, (node) => {
      for (const code of unionCodes(node)) codes.add(code);
      if (internal) return;
      for (const written of codesOf(node, takers)) if (CODE.test(written)) codes.add(written);
    });
  }
  return codes;
}

function sources(folder: string): ts.SourceFile[] {
  return readdirSync(path.join(SOURCES, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.split(path.sep).join('/')}`)
    .filter((name) => name.endsWith('.ts'))
    .map((name) =>
      ts.createSourceFile(name, readFileSync(path.join(SOURCES, name), 'utf8'), ts.ScriptTarget.Latest, true),
    );
}

function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
}

/** A function or constructor with a parameter called `code`: its calls name codes. */
function noteTaker(node: ts.Node, takers: Map<string, number>): void {
  if (!ts.isConstructorDeclaration(node) && !ts.isFunctionDeclaration(node)) return;
  const index = node.parameters.findIndex(({ name }) => ts.isIdentifier(name) && name.text === 'code');
  const name = ts.isConstructorDeclaration(node) ? node.parent.name : node.name;
  if (index < 0 || !name) return;
  takers.set(name.getText(), index);
  // Helpers of one name in two files take their codes in different places.
  takers.set(`${node.getSourceFile().fileName} ${name.getText()}`, index);
}

function codesOf(node: ts.Node, takers: ReadonlyMap<string, number>): readonly string[] {
  if (ts.isStringLiteral(node) && FAMILY.test(node.text)) return [node.text];
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'code') return literals(node.initializer);
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return [];
  const { expression } = node;
  // Methods are left out: `add` is also what sets have, and the codes that lists of problems take are a union.
  const name = ts.isIdentifier(expression) ? expression.text : '';
  const index = takers.get(`${node.getSourceFile().fileName} ${name}`) ?? takers.get(name);
  const argument = index === undefined ? undefined : node.arguments?.[index];
  return argument ? literals(argument) : [];
}

function literals(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteral(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)];
  return ts.isAsExpression(node) ? literals(node.expression) : [];
}

function unionCodes(node: ts.Node): readonly string[] {
  if (ts.isTypeAliasDeclaration(node)) {
    const prefix = UNIONS[node.name.text];
    if (prefix === undefined || !ts.isUnionTypeNode(node.type)) return [];
    return node.type.types.flatMap((type) =>
      ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [prefix + type.literal.text] : [],
    );
  }
  if (
    !ts.isVariableDeclaration(node) ||
    node.name.getText() !== 'REASONS' ||
    node.getSourceFile().fileName !== DRIFT ||
    !node.initializer
  )
    return [];
  const codes: string[] = [];
  each(node.initializer, (inner) => {
    if (!ts.isPropertyAssignment(inner)) return;
    codes.push(ts.isIdentifier(inner.name) || ts.isStringLiteral(inner.name) ? inner.name.text : '');
  });
  return codes;
}
