import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Hasher, hashLike } from '../../../src/core/artifacts/hash.js';
import type { Hashed } from '../../../src/core/artifacts/hash.js';
import { dvcIgnored } from '../../../src/core/artifacts/ignored.js';
import type { Digest } from '../../../src/core/digest.js';

const md5 = (bytes: string | Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const MD5: Digest = { algorithm: 'md5', value: '0'.repeat(32) };
const FOLDER: Digest = { algorithm: 'md5', value: `${'0'.repeat(32)}.dir` };
const LEGACY: Digest = { ...MD5, legacy: true };

describe('hashing what lies on disk', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-hash-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, bytes: string | Uint8Array): string => {
    const place = path.join(folder, name);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, bytes);
    return place;
  };
  const value = (hashed: Hashed): string => (hashed.kind === 'digest' ? hashed.digest.value : hashed.kind);

  it('is done as the expected digest was: md5, sha256, or DVC’s older hash of text', async () => {
    const place = put('a', 'one\r\ntwo\rthree\n');
    assert.equal(value(await hashLike(place, MD5)), md5('one\r\ntwo\rthree\n'));
    assert.equal(value(await hashLike(place, LEGACY)), md5('one\ntwo\rthree\n'));
    const sha256 = createHash('sha256').update('one\r\ntwo\rthree\n').digest('hex');
    assert.equal(value(await hashLike(place, { algorithm: 'sha256', value: '0'.repeat(64) })), sha256);
    assert.equal(value(await hashLike(path.join(folder, 'none'), MD5)), 'absent');
    assert.equal(value(await hashLike(place, { algorithm: 'etag', value: 'x' })), 'unreadable');
  });

  it('takes for text what DVC does: chunk by chunk, by the first 512 bytes of each', async () => {
    const binary = Buffer.concat([Buffer.from([0]), Buffer.from('a\r\n')]);
    assert.equal(value(await hashLike(put('nul', binary), LEGACY)), md5(binary));
    const odd = Buffer.concat([Buffer.alloc(31, 200), Buffer.alloc(69, 'a'), Buffer.from('\r\n')]);
    assert.equal(value(await hashLike(put('odd', odd), LEGACY)), md5(odd));
    const mostly = Buffer.concat([Buffer.alloc(30, 200), Buffer.alloc(70, 'a'), Buffer.from('\r\n')]);
    assert.equal(
      value(await hashLike(put('mostly', mostly), LEGACY)),
      md5(Buffer.concat([mostly.subarray(0, 100), Buffer.from('\n')])),
    );
    // A line end across two chunks stays; a chunk that is binary stays, whatever the one before was.
    const mebi = 1024 * 1024;
    const long = Buffer.concat([Buffer.alloc(mebi - 1, 'x'), Buffer.from('\r\n'), Buffer.from('\r\n')]);
    const expected = Buffer.concat([Buffer.alloc(mebi - 1, 'x'), Buffer.from('\r\n'), Buffer.from('\n')]);
    assert.equal(value(await hashLike(put('long', long), LEGACY)), md5(expected));
  });

  it('of a folder is that of DVC’s manifest', async () => {
    put('out/b.txt', 'two');
    put('out/sub/a.txt', 'one');
    const manifest = `[{"md5": "${md5('two')}", "relpath": "b.txt"}, {"md5": "${md5('one')}", "relpath": "sub/a.txt"}]`;
    const hashed = await hashLike(path.join(folder, 'out'), FOLDER);
    assert.deepEqual(hashed, {
      kind: 'digest',
      digest: { algorithm: 'md5', value: `${md5(manifest)}.dir` },
      size: 6,
    });
  });

  it('leaves out what .dvcignore names, from the root down', async () => {
    put('.dvcignore', '*.tmp\n/models/out/cache/\n');
    put('models/.dvcignore', '!keep.tmp\n');
    put('models/out/a', 'one');
    const before = await hashLike(path.join(folder, 'models/out'), FOLDER);
    put('models/out/x.tmp', 'junk');
    put('models/out/cache/y', 'junk');
    put('models/out/.git/config', 'junk');
    const ignored = await dvcIgnored(folder, 'models/out');
    assert.deepEqual(await hashLike(path.join(folder, 'models/out'), FOLDER, { ignored }), before);
    put('models/out/keep.tmp', 'kept');
    assert.notDeepEqual(await hashLike(path.join(folder, 'models/out'), FOLDER, { ignored }), before);
  });

  it('follows links to files and does not walk linked folders', async () => {
    put('cache/one', 'one');
    mkdirSync(path.join(folder, 'out'));
    symlinkSync('../cache/one', path.join(folder, 'out/a'));
    symlinkSync('..', path.join(folder, 'out/loop'));
    const manifest = `[{"md5": "${md5('one')}", "relpath": "a"}]`;
    assert.equal(value(await hashLike(path.join(folder, 'out'), FOLDER)), `${md5(manifest)}.dir`);
  });

  it('can be stopped', async () => {
    const place = put('big', Buffer.alloc(3 * 1024 * 1024));
    const stop = new AbortController();
    const hashing = hashLike(place, MD5, { signal: stop.signal, progress: () => stop.abort() });
    await assert.rejects(hashing, (error) => error === stop.signal.reason);
  });

  it('is remembered until the file changes', async () => {
    const place = put('a', 'one');
    const hasher = new Hasher();
    let read = 0;
    const hash = (): Promise<Hashed> =>
      hasher.hash(place, MD5, { progress: (bytes) => void (read += bytes) });
    assert.deepEqual([value(await hash()), value(await hash()), read], [md5('one'), md5('one'), 3]);
    writeFileSync(place, 'two');
    utimesSync(place, 1_000_000_000, 1_000_000_000);
    assert.deepEqual([value(await hash()), read], [md5('two'), 6]);
  });
});
