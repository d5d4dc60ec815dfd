import assert from 'node:assert/strict';
import path from 'node:path';
import { ESLint } from 'eslint';
import type { Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const ROOT = path.resolve(__dirname, '../../..');
const LAYER_RULES = [
  '@typescript-eslint/no-restricted-imports',
  'no-restricted-syntax',
  'import-x/no-restricted-paths',
];

/** Every way there is to load `x` in TypeScript. */
const WAYS = (module: string): string[] => [
  `import * as loaded from '${module}'; loaded;`,
  `import '${module}';`,
  `import type { Some } from '${module}'; export type Other = Some;`,
  `export * from '${module}';`,
  `export { some } from '${module}';`,
  `export const loaded = import('${module}');`,
  `export const loaded = require('${module}');`,
  `import loaded = require('${module}'); loaded;`,
];

/** Not even where the package itself is allowed: it escapes the rules about folders. */
const INLINE = (module: string): string => `export type Some = import('${module}').Some;`;

describe('The layers of the source, as lint keeps them', () => {
  let eslint: ESLint;

  before(() => {
    eslint = new ESLint({
      cwd: ROOT,
      // The layer rules need no types, and the files of these tests do not exist.
      overrideConfig: tseslint.configs.disableTypeChecked as Linter.Config,
    });
  });

  async function complaints(file: string, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(code, { filePath: path.join(ROOT, file) });
    return (result?.messages ?? [])
      .map(({ ruleId }) => ruleId ?? 'fatal')
      .filter((rule) => LAYER_RULES.includes(rule));
  }

  async function isRefused(file: string, module: string): Promise<void> {
    for (const code of [...WAYS(module), INLINE(module)]) {
      assert.notDeepEqual(await complaints(file, code), [], `${file}: ${code}`);
    }
  }

  async function isAllowed(file: string, module: string): Promise<void> {
    for (const code of WAYS(module)) {
      assert.deepEqual(await complaints(file, code), [], `${file}: ${code}`);
    }
  }

  for (const file of [
    'src/core/catalog/new.ts',
    'src/cli/new.ts',
    'src/cli.ts',
    'src/protocol/new.ts',
    'webview-ui/new.ts',
    'webview-ui/ui/new.ts',
    'test/unit/new.ts',
  ]) {
    it(`${file} cannot load vscode`, () => isRefused(file, 'vscode'));
  }

  for (const file of ['src/editor/tree/new.ts', 'src/extension.ts', 'test/host/new.ts']) {
    it(`${file} may load vscode`, () => isAllowed(file, 'vscode'));
  }

  for (const file of [
    'webview-ui/new.ts',
    'webview-ui/view/new.ts',
    'src/editor/new.ts',
    'src/core/new.ts',
  ]) {
    it(`${file} cannot load the toolkit, whole or in part`, async () => {
      await isRefused(file, '@vscode/webview-ui-toolkit');
      await isRefused(file, '@vscode/webview-ui-toolkit/dist/button');
    });
  }

  it('webview-ui/ui may load the toolkit', () =>
    isAllowed('webview-ui/ui/new.ts', '@vscode/webview-ui-toolkit'));

  it('core cannot load the editor, the command line or the page', async () => {
    await isRefused('src/core/git/new.ts', '../../extension.js');
    await isRefused('src/core/git/new.ts', '../../cli.js');
    await isRefused('src/core/git/new.ts', '../../editor/ids.js');
    await isRefused('src/core/git/new.ts', '../../../webview-ui/main.js');
  });

  it('what tracks files and what talks to Git does not know the catalog', async () => {
    await isRefused('src/core/git/new.ts', '../catalog/catalog.js');
    await isRefused('src/core/tracking/dvc/new.ts', '../../catalog/catalog.js');
    await isAllowed('src/core/catalog/new.ts', '../git/refs.js');
  });

  it('the editor and the command line do not know each other', async () => {
    await isRefused('src/editor/new.ts', '../cli.js');
    await isRefused('src/cli/new.ts', '../extension.js');
  });

  it('nothing is loaded by a name that cannot be read in the source', async () => {
    assert.notDeepEqual(
      await complaints('src/core/new.ts', 'export const load = (name: string) => import(name);'),
      [],
    );
    assert.notDeepEqual(await complaints('src/core/new.ts', 'export const load = import(`vscode`);'), []);
    assert.notDeepEqual(
      await complaints('src/core/new.ts', "export const load = require('vs' + 'code');"),
      [],
    );
  });

  it('a package whose name only begins alike is not meant', () =>
    isAllowed('src/core/new.ts', 'vscode-languageserver-types'));
});
