import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RepositoryCatalog } from '../../../src/core/catalog/repositoryCatalog.js';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { ObjectReader } from '../../../src/core/git/objects.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { importInto } from '../../fixtures/fastImport.js';
import { dvcFile, md5 } from '../../fixtures/pointers.js';

const MODELS = 40;
const REVISIONS = 30;
const START = 1_790_000_000;

type Meanwhile = (this: ObjectReader, work: readonly (() => void)[]) => void;

describe('what tags mean, in a repository with many', () => {
  const meanwhile: Meanwhile = Reflect.get(ObjectReader.prototype, 'meanwhile');
  let folder: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-tags-'));
    await importInto(folder, async (stream) => {
      for (let revision = 0; revision < REVISIONS; revision += 1) {
        const time = START + revision * 3600;
        const files = Array.from({ length: MODELS }, (_, model): [string, string] => [
          `models/m${model}.pkl.dvc`,
          // Every third revision has the bits of the one before.
          dvcFile(`m${model}.pkl`, { md5: md5(`${model} ${revision - (revision % 3 === 2 ? 1 : 0)}`) }),
        ]);
        stream.commit({ ref: 'refs/heads/main', mark: revision + 1, message: 'train', time, files });
        for (let model = 0; model < MODELS; model += 1) {
          const tag = `m${model}@v1.${revision}.0`;
          stream.tag(tag, revision + 1, `Registering ${tag}`, time + (model % 7));
        }
        stream.tag(`m0#prod#${revision + 1}`, revision + 1, 'Assigning', time + 30);
        stream.tag(`nightly-${revision}`, revision + 1, 'nightly', time + 60);
        await stream.drained();
      }
    });
  });
  afterEach(() => {
    ObjectReader.prototype.meanwhile = meanwhile;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The catalog, and what it leaves to the next. */
  async function load(): Promise<{ readonly catalog: RepositoryCatalog; readonly kept: Buffer }> {
    const repository = await openRepository(folder, { git: gitEnvironment() });
    const cacheFolder = mkdtempSync(path.join(tmpdir(), 'modelkeep-tags-cache-'));
    try {
      const source = new CatalogSource(repository, { cacheFolder });
      const catalog = await source.load({ branches: ({ branches }) => branches });
      await source.save();
      const [file = ''] = readdirSync(cacheFolder);
      return { catalog, kept: readFileSync(path.join(cacheFolder, file)) };
    } finally {
      rmSync(cacheFolder, { recursive: true, force: true });
    }
  }

  it('is the same whether it is worked out while Git answers or afterwards', async () => {
    let steps = 0;
    ObjectReader.prototype.meanwhile = function (work) {
      meanwhile.call(
        this,
        work.map((step) => () => {
          steps += 1;
          step();
        }),
      );
    };
    const { catalog: ahead, kept } = await load();
    assert.ok(steps > 0, 'something was worked out ahead');
    ObjectReader.prototype.meanwhile = () => undefined;
    const { catalog: afterwards, kept: keptAfterwards } = await load();
    assert.deepEqual([...ahead.versions], [...afterwards.versions]);
    assert.deepEqual(ahead.registered(), afterwards.registered());
    assert.deepEqual(ahead.plainTags, afterwards.plainTags);
    assert.ok(kept.equals(keptAfterwards), 'what is kept of them is the same');
    assert.equal(ahead.versions.size, MODELS * REVISIONS);
    assert.equal(ahead.plainTags.length, REVISIONS);
    assert.equal(ahead.plainTags[0]?.name, `nightly-${REVISIONS - 1}`);
    assert.deepEqual(ahead.versions.get('m0@v1.2.0')?.alike, ['m0@v1.1.0', 'm0@v1.2.0']);
    assert.deepEqual(ahead.versions.get(`m0@v1.${REVISIONS - 1}.0`)?.stages, ['prod']);
  });
});
