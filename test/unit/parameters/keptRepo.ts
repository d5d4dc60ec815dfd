import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { folderDigest, formatManifest } from '../../../src/core/artifacts/manifest.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { findModel } from '../../../src/core/catalog/select.js';
import { commitId } from '../../../src/core/git/ids.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { parametersOf } from '../../../src/core/parameters/modelFacts.js';
import type { RevisionFacts } from '../../../src/core/parameters/modelFacts.js';
import { GitRepo, md5, sha256 } from '../../fixtures/gitRepo.js';

/** Contents by path. */
export type Files = Readonly<Record<string, string>>;

/** A folder as dvclive leaves it. */
export const LIVE: Files = {
  'metrics.json': '{"auc": 0.9, "step": 3}',
  'params.yaml': 'lr: 0.2\nepochs: 3\n',
  'plots/metrics/auc.tsv': 'step\tauc\n0\t0.5\n',
};

/** A `dvc.yaml` whose one stage makes a model and dvclive's folder. */
export const stage = (more: string): string =>
  `stages:\n  train:\n    cmd: x\n    params: [lr]\n    outs: [models/churn.pkl, dvclive]\n${more}`;

export const entriesOf = (files: Files): { md5: string; relpath: string }[] =>
  Object.entries(files).map(([relpath, content]) => ({ md5: md5(content), relpath }));

/** A repository with what DVC and Git LFS keep beside it. */
export class KeptRepo {
  readonly repo = GitRepo.create().write('.dvc/config', '');

  /** What the checked-out commit says of a model. */
  async facts(model: string): Promise<RevisionFacts> {
    const repository = await openRepository(this.repo.dir, { git: gitEnvironment(this.repo.env) });
    const catalog = await openCatalog(repository);
    const found = await findModel(catalog, model);
    assert.ok(found.kind === 'found' && found.selected.model, JSON.stringify(found));
    return parametersOf(catalog, found.selected.model, commitId(this.repo.head()));
  }

  /** Puts a file into DVC's cache, under whatever digest. */
  put(hash: string, content: string): void {
    const file = path.join(this.repo.dir, '.dvc/cache/files/md5', hash.slice(0, 2), hash.slice(2));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** Puts a folder into DVC's cache: its manifest and its files. */
  cache(files: Files): void {
    this.put(folderDigest(entriesOf(files)), formatManifest(entriesOf(files)));
    for (const content of Object.values(files)) this.put(md5(content), content);
  }

  /** Puts a file into the store of Git LFS. */
  keepInLfs(content: string): void {
    const oid = sha256(content);
    this.repo.write(`.git/lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`, content);
  }

  /** Writes the lock of the stage with its folders, kept under their digests. */
  lock(outs: Readonly<Record<string, Files>>): void {
    this.repo.dvcLock('.', {
      train: {
        params: { 'params.yaml': { lr: 0.2 } },
        outs: [
          { path: 'models/churn.pkl', content: 'm' },
          ...Object.entries(outs).map(([out, files]) => ({ path: out, md5: folderDigest(entriesOf(files)) })),
        ],
      },
    });
  }
}
