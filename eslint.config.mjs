import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TOOLKIT = '@vscode/webview-ui-toolkit';

const SPREAD = {
  selector: 'CallExpression[callee.property.name=/^(push|unshift)$/] > SpreadElement.arguments',
  message: 'Some hundred thousand spread into a call are more than the stack takes: append() of core/append.',
};

/**
 * Which packages the files of a layer may not load, in any of the ways there are: `import`, `export from`, `import()`,
 * `require()`, `import x = require()` and the type `import('x')`. A later block replaces the options of an earlier one,
 * so every file belongs to one layer only.
 *
 * @param {string} name
 * @param {{ files: string[], ignores?: string[], packages: string[], why: string }} layer
 * @returns {import('eslint').Linter.Config}
 */
function layer(name, { files, ignores = [], packages, why }) {
  const ships = !files.every((each) => each.startsWith('test/'));
  const loaded = `/^(${packages.map((each) => each.replace('/', String.raw`\u002F`)).join('|')})(\\u002F.*)?$/`;
  return {
    name: `modelkeep/layer/${name}`,
    files,
    ignores,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: packages.map((each) => ({ group: [each, `${each}/*`], message: why })) },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: `ImportExpression > Literal[value=${loaded}].source`, message: why },
        { selector: `CallExpression[callee.name='require'] > Literal[value=${loaded}]`, message: why },
        { selector: 'TSImportType', message: 'import type { … } from, at the top, where it can be seen.' },
        {
          selector: 'ImportExpression:not([source.type="Literal"])',
          message: 'import() takes a plain string, so that what is loaded can be seen.',
        },
        {
          selector: "CallExpression[callee.name='require']:not([arguments.0.type='Literal'])",
          message: 'require() takes a plain string, so that what is loaded can be seen.',
        },
        ...(ships ? [SPREAD] : []),
      ],
    },
  };
}

/**
 * A folder that may not import from others of this repository, whichever way.
 * @param {string} target
 * @param {string[]} from
 * @param {string} message
 */
const zones = (target, from, message) =>
  from.map((each) => ({ target: `./${target}`, from: `./${each}`, message }));

const DIRECTION =
  'The direction is editor, cli, webview-ui -> core, and in core catalog -> tracking, registry -> git.';

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.modelkeep-dev/'] },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    name: 'modelkeep/typescript',
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    name: 'modelkeep/import-direction',
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.json' })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            ...zones('src/core', ['src/editor', 'src/cli', 'src/extension.ts', 'src/cli.ts'], DIRECTION),
            ...zones('src/core', ['src/protocol', 'webview-ui'], DIRECTION),
            ...zones(
              'src/core/git',
              ['tracking', 'registry', 'catalog'].map((each) => `src/core/${each}`),
              DIRECTION,
            ),
            ...zones('src/core/tracking', ['src/core/registry', 'src/core/catalog'], DIRECTION),
            ...zones('src/core/registry/gto', ['src/core/tracking', 'src/core/catalog'], DIRECTION),
            ...zones('src/cli', ['src/editor', 'src/extension.ts', 'webview-ui'], DIRECTION),
            ...zones('src/cli.ts', ['src/editor', 'src/extension.ts', 'webview-ui'], DIRECTION),
            ...zones('src/editor', ['src/cli', 'src/cli.ts', 'webview-ui'], DIRECTION),
            ...zones('src/extension.ts', ['src/cli', 'src/cli.ts', 'webview-ui'], DIRECTION),
            ...zones('webview-ui', ['src/editor', 'src/cli', 'src/extension.ts', 'src/cli.ts'], DIRECTION),
            ...zones('src', ['test', 'scripts'], 'The product does not contain its tests and tools.'),
            ...zones('webview-ui', ['test', 'scripts'], 'The product does not contain its tests and tools.'),
          ],
        },
      ],
    },
  },
  layer('core', {
    files: ['src/**/*.ts'],
    ignores: ['src/editor/**', 'src/extension.ts'],
    packages: ['vscode', TOOLKIT],
    why: 'Only src/editor and src/extension.ts may know VS Code; only webview-ui/ui the toolkit.',
  }),
  layer('editor', {
    files: ['src/editor/**/*.ts', 'src/extension.ts', 'test/host/**/*.ts'],
    packages: [TOOLKIT],
    why: 'Only webview-ui/ui may import the toolkit.',
  }),
  layer('page', {
    files: ['webview-ui/**/*.ts'],
    ignores: ['webview-ui/ui/**'],
    packages: ['vscode', TOOLKIT],
    why: 'The page never imports vscode, and the toolkit only through webview-ui/ui.',
  }),
  layer('toolkit', {
    files: ['webview-ui/ui/**/*.ts'],
    packages: ['vscode'],
    why: 'The page never imports vscode.',
  }),
  layer('tests', {
    files: ['test/**/*.ts'],
    ignores: ['test/host/**'],
    packages: ['vscode', TOOLKIT],
    why: 'Only the host tests run inside VS Code.',
  }),
  {
    name: 'modelkeep/tests',
    files: ['test/**/*.ts'],
    rules: {
      // `describe` and `it` take functions whose promises mocha awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              name: ['describe', 'it', 'before', 'after', 'beforeEach', 'afterEach'],
              package: 'mocha',
            },
          ],
        },
      ],
    },
  },
  {
    name: 'modelkeep/plain-javascript',
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@typescript-eslint/no-require-imports': 'off',
      'no-undef': 'off',
    },
  },
);
