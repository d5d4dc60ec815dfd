import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly vscode: string };
}

const manifest = JSON.parse(read('package.json')) as Manifest;

describe('The minute-by-minute loop', () => {
  it('leaves out only files that are there', () => {
    const quick = createRequire(__filename)('../../quick.mocharc.cjs') as {
      readonly ignore: readonly string[];
    };
    assert.deepEqual(
      quick.ignore.filter((file) => !existsSync(path.join(ROOT, file))),
      [],
    );
  });
});

describe('What the product depends on', () => {
  it('every runtime dependency is justified in the README, and nothing else is', () => {
    const [, section = ''] = read('README.md').split('## What it is built on');
    const named = [...section.matchAll(/^\| `([^`]+)`\s+\| \S/gm)].map(([, name]) => name);
    assert.deepEqual(named, Object.keys(manifest.dependencies));
  });

  it('every runtime dependency is used by the product', () => {
    const sources = ['src', 'webview-ui'].flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => read(path.join(folder, file))),
    );
    const isUsed = (name: string): boolean =>
      sources.some((text) => text.includes(`'${name}'`) || text.includes(`'${name}/`));
    assert.deepEqual(
      Object.keys(manifest.dependencies).filter((name) => !isUsed(name)),
      [],
    );
  });

  it('the API it is checked against is that of the oldest VS Code it runs on', () => {
    assert.equal(`^${manifest.devDependencies['@types/vscode']}`, manifest.engines.vscode);
  });

  it('the lockfile names no address, so that any registry serves it', () => {
    assert.doesNotMatch(read('package-lock.json'), /"resolved"/);
  });
});
