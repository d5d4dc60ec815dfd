import path from 'node:path';
import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { GitRepo, md5 } from '../../fixtures/gitRepo.js';

/** One thing somebody does in a repository; numbers pick from what is there. */
export type Deed =
  | { readonly kind: 'track'; readonly folder: number; readonly file: number; readonly content: number }
  | {
      readonly kind: 'pipeline';
      readonly folder: number;
      readonly content: number;
      readonly declared: boolean;
    }
  | { readonly kind: 'bundle'; readonly folder: number; readonly content: number }
  | { readonly kind: 'remove'; readonly pick: number }
  | { readonly kind: 'rename'; readonly pick: number; readonly folder: number }
  | { readonly kind: 'renameFolder'; readonly folder: number; readonly to: number }
  | { readonly kind: 'ignore'; readonly folder: number }
  | { readonly kind: 'attributes'; readonly folder: number }
  | { readonly kind: 'branch'; readonly pick: number }
  | { readonly kind: 'merge'; readonly pick: number }
  | { readonly kind: 'version'; readonly artifact: number; readonly major: number }
  | { readonly kind: 'deregister'; readonly pick: number }
  | { readonly kind: 'tag'; readonly annotated: boolean };

const FOLDERS = ['', 'models', 'a', 'a/models', 'data', 'deep/er/weights', 'sp ace', 'ünï'];
const FILES = ['churn.pkl', 'xgb.json', 'churn.v2.pt', 'rows.csv', 'enc.onnx', 'cat.png', '.hidden.onnx'];
const ARTIFACTS = [
  'churn',
  'enc',
  'xgb',
  'clf',
  'models:churn',
  'a/models:churn',
  'hidden',
  'fit',
  'one',
  'rows',
];
const BRANCHES = ['main', 'feature/x', 'y'];

const small = fc.nat({ max: 50 });
const content = fc.nat({ max: 3 });

/** Weighted so that most deeds track, change or register something. */
export const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('track' as const), folder: small, file: small, content }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('pipeline' as const),
        folder: small,
        content,
        declared: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('bundle' as const), folder: small, content }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: small }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('rename' as const), pick: small, folder: small }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('renameFolder' as const), folder: small, to: small }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('ignore' as const), folder: small }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('attributes' as const), folder: small }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('branch' as const), pick: small }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const), pick: small }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('version' as const), artifact: small, major: content }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('deregister' as const), pick: small }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('tag' as const), annotated: fc.boolean() }) },
  ),
  { minLength: 5, maxLength: 20, size: 'max' },
);

/** A repository with one commit on `main`. */
export function begin(): GitRepo {
  const repo = GitRepo.create();
  repo.dvcPointer('models/first.pkl', { content: 'first' }).commit('First');
  return repo;
}

/** Does the deeds with real Git and ends on `main`; what cannot be done there is left out. */
export function doAll(repo: GitRepo, list: readonly Deed[]): void {
  for (const deed of list) act(repo, deed);
  save(repo);
  repo.switch('main');
}

function act(repo: GitRepo, deed: Deed): void {
  switch (deed.kind) {
    case 'track': {
      const file = path.posix.join(at(FOLDERS, deed.folder), at(FILES, deed.file));
      if (/\.(?:onnx|png)$/.test(file)) repo.lfsPointer(file, { content: `content ${deed.content}` });
      else repo.dvcPointer(file, { content: `content ${deed.content}` });
      return;
    }
    case 'pipeline':
      return writePipeline(repo, at(FOLDERS, deed.folder), deed.content, deed.declared);
    case 'bundle': {
      const one = `- md5: ${md5(`one ${deed.content}`)}\n  size: 10\n  hash: md5\n  path: one.pt\n`;
      const two = `- path: two.bin\n  size: 20\n  md5: ${md5(`two ${deed.content}`)}\n`;
      repo.write(path.posix.join(at(FOLDERS, deed.folder), 'bundle.dvc'), `wdir: sub\nouts:\n${one}${two}`);
      return;
    }
    case 'remove': {
      const file = pick(pointers(repo), deed.pick);
      if (file !== undefined) repo.remove(file);
      return;
    }
    case 'rename': {
      const file = pick(pointers(repo), deed.pick);
      if (file !== undefined)
        move(repo, file, path.posix.join(at(FOLDERS, deed.folder), path.posix.basename(file)));
      return;
    }
    case 'renameFolder': {
      const folder = at(FOLDERS, deed.folder);
      if (folder !== '' && existsSync(repo.at(folder))) move(repo, folder, `moved-${deed.to % 3}`);
      return;
    }
    case 'ignore':
      repo.write('.dvcignore', `# left out\n/${at(FOLDERS, deed.folder) || 'nothing'}\n`);
      return;
    case 'attributes':
      repo.write(
        path.posix.join(at(FOLDERS, deed.folder), '.gitattributes'),
        '*.onnx filter=lfs diff=lfs merge=lfs -text\n',
      );
      return;
    case 'branch':
      save(repo);
      repo.switch(at(BRANCHES, deed.pick));
      return;
    case 'merge': {
      save(repo);
      const other = pick(
        repo.git('for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n'),
        deed.pick,
      );
      if (other !== undefined) repo.git('merge', '-q', '--no-edit', '-s', 'ours', other);
      return;
    }
    case 'version': {
      save(repo);
      const tag = `${at(ARTIFACTS, deed.artifact).replace(':', '=')}@v${deed.major}.0.0`;
      if (!tags(repo).includes(tag)) repo.annotatedTag(tag);
      return;
    }
    case 'deregister': {
      const version = pick(
        tags(repo).filter((tag) => /@v\d\.0\.0$/.test(tag)),
        deed.pick,
      );
      if (version !== undefined && !tags(repo).includes(`${version}!`))
        repo.annotatedTag(`${version}!`, 'gone', { on: version });
      return;
    }
    case 'tag': {
      save(repo);
      const name = `release-${tags(repo).length}`;
      if (deed.annotated) repo.annotatedTag(name);
      else repo.tag(name);
      return;
    }
  }
}

/** A stage with a model, a table and a metrics file that Git keeps; content 3 has not been run yet. */
function writePipeline(repo: GitRepo, folder: string, content: number, declared: boolean): void {
  const artifacts = `artifacts:
  clf:
    path: fit.joblib
    type: model
  notes:
    path: notes.md
    type: model
  gone:
    path: nowhere/model.bin
    type: model
`;
  repo.write(path.posix.join(folder, 'notes.md'), `notes ${content}\n`);
  repo.write(
    path.posix.join(folder, 'dvc.yaml'),
    `stages:
  train:
    cmd: python train.py
    outs:
    - fit.joblib
    - side.csv
    metrics:
    - score.json:
        cache: false
${declared ? artifacts : ''}`,
  );
  const outs = content === 3 ? [] : ['fit.joblib', 'side.csv', 'score.json'];
  repo.dvcLock(folder, {
    train: { outs: outs.map((name) => ({ path: name, content: `${name} ${content}` })) },
    leftover: { outs: [{ path: 'old.pkl', content: 'old' }] },
  });
}

function save(repo: GitRepo): void {
  repo.commit('Work');
}

function move(repo: GitRepo, from: string, to: string): void {
  if (!existsSync(repo.at(to)) && !to.startsWith(`${from}/`)) repo.rename(from, to);
}

/** Pointer files of the working copy, committed or not. */
function pointers(repo: GitRepo): readonly string[] {
  return repo
    .git('-c', 'core.quotePath=false', 'ls-files', '-z', '--cached', '--others', '--deduplicate')
    .split('\0')
    .filter((file) => /(?:.\.dvc|\.onnx|\.png)$/.test(file) && existsSync(repo.at(file)));
}

function tags(repo: GitRepo): readonly string[] {
  return repo.git('tag').split('\n').filter(Boolean);
}

function at(list: readonly string[], index: number): string {
  return list[index % list.length] ?? '';
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list.length === 0 ? undefined : list[index % list.length];
}
