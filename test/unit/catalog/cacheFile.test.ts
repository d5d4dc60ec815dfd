import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import {
  appendCacheFile,
  cacheFileOf,
  defaultCacheFolder,
  readCacheFile,
  sweepCache,
  writeCacheFile,
} from '../../../src/core/catalog/cacheFile.js';

describe('a cache file, whatever it holds', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is named after its repository, wherever that lies', () => {
    const nameOf = (commonDir: string, settings?: string): string =>
      path.relative(folder, cacheFileOf(folder, commonDir, settings));
    assert.match(nameOf('/home/ada/fraud-service/.git'), /^fraud-service-[0-9a-f]{16}\.catalog$/);
    assert.match(nameOf('C:\\work\\churn model\\.git'), /^churn_model-[0-9a-f]{16}\.catalog$/);
    assert.match(nameOf('/srv/git/mirror.git'), /^mirror\.git-[0-9a-f]{16}\.catalog$/);
    assert.match(nameOf('/'), /^-[0-9a-f]{16}\.catalog$/);
    assert.equal(nameOf(`/${'ä'.repeat(300)}/.git`).length, 40 + '-0123456789abcdef.catalog'.length);
    const names = ['/a/x/.git', '/b/x/.git', '/x/.git'].flatMap((place) => [
      nameOf(place),
      nameOf(place, 'own'),
    ]);
    assert.equal(new Set(names).size, names.length);
  });

  it('lies where the environment says, else where the platform keeps caches', () => {
    const xdg = path.resolve('/xdg');
    assert.equal(defaultCacheFolder({ MODELKEEP_CACHE_DIR: xdg }, 'linux'), xdg);
    assert.equal(defaultCacheFolder({ XDG_CACHE_HOME: xdg }, 'linux'), path.join(xdg, 'modelkeep'));
    assert.match(defaultCacheFolder({}, 'linux'), /[\\/]\.cache[\\/]modelkeep$/);
    assert.match(defaultCacheFolder({}, 'darwin'), /Library[\\/]Caches[\\/]modelkeep$/);
  });

  it('is whole where Node begins a checksum anew with no bytes, as Node 20 does', async () => {
    const { crc32 } = zlib;
    const file = path.join(folder, 'parts.catalog');
    zlib.crc32 = (data, value) => (Buffer.byteLength(data) === 0 ? 0 : crc32(data, value));
    try {
      const nothing = new Uint8Array(0);
      const written = await writeCacheFile(file, [Buffer.from('first'), nothing, Buffer.from('part')]);
      assert.ok(written);
      assert.ok(await appendCacheFile(file, written, [nothing, Buffer.from('second'), nothing]));
    } finally {
      zlib.crc32 = crc32;
    }
    const read = await readCacheFile(file);
    assert.deepEqual(read?.parts.map(String), ['firstpart', 'second']);
    assert.equal(read.state.torn, false);
    rmSync(file);
  });

  it('stays as it was where the disk has room for a part of what is new', () => {
    const small = path.join(folder, 'small.catalog');
    writeFileSync(small, 'what was there');
    const module = path.resolve('src/core/catalog/cacheFile.ts');
    const script = `require(${JSON.stringify(module)}).writeCacheFile(${JSON.stringify(small)},
      [new Uint8Array(100_000)]).then((state) => console.log(typeof state))`;
    // A limit for files acts like a disk with as much room.
    const limited = ['-c', 'ulimit -f 16; exec "$0" --require tsx/cjs -e "$1"', process.execPath, script];
    assert.equal(execFileSync('sh', limited, { encoding: 'utf8' }).trim(), 'undefined');
    assert.equal(readFileSync(small, 'utf8'), 'what was there');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
    rmSync(small);
  });

  it('is swept when nobody has used it for long, with what killed writers left', async () => {
    const old = path.join(folder, `${'0'.repeat(32)}.catalog`);
    const abandoned = path.join(folder, `${'1'.repeat(32)}.catalog.1.aa.tmp`);
    const other = path.join(folder, 'somebody-else.txt');
    const fresh = path.join(folder, `${'2'.repeat(32)}.catalog`);
    writeFileSync(fresh, 'x');
    for (const one of [old, abandoned, other]) {
      writeFileSync(one, 'x');
      utimesSync(one, new Date(0), new Date(0));
    }
    await sweepCache(folder);
    assert.deepEqual([old, abandoned, other].map(existsSync), [false, false, true]);
    assert.ok(existsSync(fresh));
  });

  it('is swept from the oldest on when all files together are too large', async () => {
    const own = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
    try {
      const files = ['1', '2', '3'].map((name) => path.join(own, `${name.repeat(32)}.catalog`));
      files.forEach((one, index) => {
        writeFileSync(one, Buffer.alloc(1000));
        utimesSync(one, new Date(), new Date(Date.now() - (3 - index) * 60_000));
      });
      await sweepCache(own, Date.now(), 2500);
      assert.deepEqual(files.map(existsSync), [false, true, true]);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });
});
