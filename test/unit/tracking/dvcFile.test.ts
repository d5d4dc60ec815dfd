import assert from 'node:assert/strict';
import { parseDvcFile } from '../../../src/core/tracking/dvc/dvcFile.js';

const MD5 = '5d41402abc4b2a76b9719d911017c592';
const parse = (content: string | Uint8Array) => parseDvcFile(Buffer.from(content));
const codes = (content: string | Uint8Array) => parse(content).problems.map(({ code, line }) => [code, line]);
const digests = (content: string | Uint8Array) =>
  parse(content).outs.map((out) => [out.path, out.digest?.value ?? null]);

describe('.dvc files', () => {
  it('reads what dvc add writes', () => {
    const text = `outs:\n- md5: ${MD5}\n  size: 5\n  hash: md5\n  path: model.pkl\n`;
    assert.deepEqual(parse(text), {
      outs: [{ path: 'model.pkl', digest: { algorithm: 'md5', value: MD5 }, size: 5, line: 2, cached: true }],
      imported: false,
      deps: [],
      problems: [],
    });
  });

  it('takes a hash without `hash:` for the older one', () => {
    const [out] = parse(`outs:\n- md5: ${MD5}\n  path: model.pkl\n`).outs;
    assert.deepEqual(out?.digest, { algorithm: 'md5', value: MD5, legacy: true });
    assert.equal(out?.size, null);
    const [named] = parse(`outs:\n- md5: ${MD5}\n  hash: md5-dos2unix\n  path: model.pkl\n`).outs;
    assert.deepEqual(named?.digest, out?.digest);
  });

  it('reads several outputs, wdir, folders and annotations', () => {
    const { outs } = parse(`wdir: ../data
desc: all of it
outs:
- path: a
  md5: ${MD5}.dir
  hash: md5
  nfiles: 3
  size: 12
- path: b.bin
  md5: ${MD5}
  hash: md5
  type: model
  desc: a model
  labels: [x, y]
  remote: big
- path: metrics.json
  cache: false
`);
    assert.deepEqual(
      outs.map(({ path }) => path),
      ['../data/a', '../data/b.bin', '../data/metrics.json'],
    );
    assert.deepEqual(
      outs.map(({ cached }) => cached),
      [true, true, false],
    );
    assert.equal(outs[0]?.files, 3);
    assert.equal(outs[0]?.digest?.value, `${MD5}.dir`);
    const { type, description, labels, remote } = outs[1] ?? {};
    assert.deepEqual(
      { type, description, labels, remote },
      { type: 'model', description: 'a model', labels: ['x', 'y'], remote: 'big' },
    );
  });

  it('reads an import and where it comes from', () => {
    const parsed = parse(`md5: ${MD5}
frozen: true
deps:
- path: data/x
  repo: {url: https://example.com/r, rev: v1, rev_lock: 0123456789012345678901234567890123456789}
outs:
- {path: x, md5: ${MD5}, hash: md5}
`);
    assert.equal(parsed.imported, true);
    assert.deepEqual(parsed.source, { path: 'data/x', repository: 'https://example.com/r', rev: 'v1' });
    // YAML takes 40 digits for a number; DVC fails there
    assert.deepEqual(
      parsed.problems.map(({ code }) => code),
      ['dvc-wrong-type'],
    );
  });

  it('reads a partial import, which has no hash', () => {
    const parsed = parse('deps:\n- path: x\n  repo:\n    url: ../r\nouts:\n- path: x\n');
    assert.deepEqual([parsed.imported, parsed.outs[0]?.digest, parsed.problems.length], [true, null, 0]);
  });

  it('reads an import from an address', () => {
    const parsed = parse(
      `deps:\n- etag: '"abc"'\n  path: https://example.com/x\nouts:\n- md5: ${MD5}\n  hash: md5\n  path: x\n`,
    );
    assert.deepEqual(parsed.source, { path: 'https://example.com/x' });
    assert.deepEqual(parsed.deps[0]?.digest, { algorithm: 'etag', value: '"abc"' });
  });

  it('reads etag and checksum', () => {
    const { outs } = parse(
      `outs:\n- {path: a, etag: AbC, hash: etag}\n- {path: b, checksum: ABC, hash: checksum}\n`,
    );
    assert.deepEqual(
      outs.map(({ digest }) => digest),
      [
        { algorithm: 'etag', value: 'AbC' },
        { algorithm: 'checksum', value: 'abc' },
      ],
    );
  });

  it('reads cloud-versioned outputs', () => {
    const { outs } = parse(
      `outs:\n- path: a\n  cloud:\n    s3:\n      etag: abc\n      version_id: v7\n      size: 9\n`,
    );
    assert.deepEqual(outs[0], {
      path: 'a',
      digest: { algorithm: 'etag', value: 'abc' },
      size: 9,
      cloudVersion: 'v7',
      line: 2,
      cached: true,
    });
  });

  it('computes the folder hash of a list of files as DVC does', () => {
    const { outs } = parse(`outs:
- path: d
  hash: md5
  files:
  - {relpath: b.txt, md5: ${MD5}, size: 4}
  - {relpath: b, md5: ${MD5}, size: 4}
  - {relpath: b-a, md5: ${MD5}}
`);
    assert.deepEqual(outs[0]?.digest, { algorithm: 'md5', value: '74c083d08938a0b4e446c9d2b58552ae.dir' });
    assert.deepEqual([outs[0]?.size, outs[0]?.files], [8, 3]);
  });

  describe('has no outputs and no problem in', () => {
    for (const text of ['', '\n', '# nothing\n', 'outs:\n', 'outs: []\n', '---\n']) {
      it(JSON.stringify(text), () =>
        assert.deepEqual(parse(text), { outs: [], imported: false, deps: [], problems: [] }),
      );
    }
  });

  describe('reads, as DVC does,', () => {
    const out = `{path: m.pkl, md5: ${MD5}, hash: md5}`;
    const fine: [string, string, string][] = [
      ['CRLF', `outs:\r\n- md5: ${MD5}\r\n  path: m.pkl\r\n`, 'm.pkl'],
      ['a byte-order mark', `\ufeffouts:\n- ${out}\n`, 'm.pkl'],
      ['comments', `# c\nouts: # c\n- ${out} # c\n`, 'm.pkl'],
      ['spaces in a name', `outs:\n- md5: ${MD5}\n  path: my model.pkl\n`, 'my model.pkl'],
      ['quotes in a name', `outs:\n- md5: ${MD5}\n  path: 'it''s "it"'\n`, `it's "it"`],
      ['a newline in a name', `outs:\n- md5: ${MD5}\n  path: "a\\nb"\n`, 'a\nb'],
      ['unicode in a name', `outs:\n- md5: ${MD5}\n  path: café/模型.pkl\n`, 'café/模型.pkl'],
      ['a backslash in a name', `outs:\n- md5: ${MD5}\n  path: a\\b.pkl\n`, 'a\\b.pkl'],
      ['a merge key', `outs:\n- &a {md5: ${MD5}, path: x}\n- <<: *a\n  path: y\n`, 'y'],
      ['an alias', `meta: {p: &p m.pkl}\nouts:\n- md5: ${MD5}\n  path: *p\n`, 'm.pkl'],
      [
        'hashes that only look like numbers',
        `outs:\n- md5: '12345678901234567890123456789012'\n  path: m.pkl\n`,
        'm.pkl',
      ],
    ];
    for (const [what, text, path] of fine) {
      it(what, () => {
        assert.deepEqual(codes(text), []);
        assert.equal(parse(text).outs.at(-1)?.path, path);
        assert.notEqual(parse(text).outs.at(-1)?.digest, null);
      });
    }
  });

  describe('reports, with its line,', () => {
    const broken: [string, string | Uint8Array, string, number | undefined][] = [
      [
        'conflict markers',
        `outs:\n<<<<<<< HEAD\n- md5: ${MD5}\n=======\n- md5: x\n>>>>>>> b\n`,
        'conflict-markers',
        2,
      ],
      ['UTF-16', Buffer.from(`\ufeffouts:\n`, 'utf16le'), 'not-utf8', 1],
      ['other bytes', Buffer.from('outs:\n- path: caf\xe9\n', 'latin1'), 'not-utf8', 2],
      ['NUL', 'outs:\n- path: a\0b\n', 'control-character', 2],
      ['two documents', 'outs:\n---\nouts:\n', 'yaml-multiple-documents', 2],
      ['a tab for indentation', 'outs:\n\t- path: a\n', 'yaml-tab', 2],
      ['a tag', 'outs:\n- path: !!python/object x\n', 'yaml-tag', 2],
      ['a key that stands twice', 'wdir: a\nwdir: b\n', 'yaml-duplicate-key', 2],
      ['a broken flow', 'outs: [\n', 'yaml-syntax', 2],
      ['depth', `${'['.repeat(3000)}\n`, 'yaml-too-deep', 1],
      ['an alias without anchor', 'outs: *nope\n', 'yaml-alias', 1],
      ['a list at the top', '- a\n', 'dvc-wrong-type', 1],
      ['text at the top', 'version https://example.com\n', 'dvc-wrong-type', 1],
      ['outs that are no list', 'outs: {path: a}\n', 'dvc-wrong-type', 1],
      ['an output that is no mapping', 'outs:\n- path: b\n- a\n', 'dvc-wrong-type', 3],
      ['a tag on an item of a list', 'meta:\n- a\n- !new b\n', 'yaml-tag', 3],
      ['a missing path', `outs:\n- md5: ${MD5}\n`, 'dvc-missing-path', 2],
      ['a hash that is none', 'outs:\n- path: a\n  md5: xyz\n', 'dvc-bad-hash', 3],
      ['an unknown key', 'cmds: x\n', 'dvc-unknown-key', 1],
      ['an unknown key of an output', 'outs:\n- path: a\n  metric: true\n', 'dvc-unknown-key', 3],
      ['a size that is no number', 'outs:\n- path: a\n  size: big\n', 'dvc-wrong-type', 3],
    ];
    for (const [what, content, code, line] of broken) {
      it(what, () => assert.deepEqual(codes(content)[0], [code, line]));
    }

    it('a number that is no size, as it is written', () => {
      for (const size of ['-3', '1.50', '-0x10'])
        assert.deepEqual(
          parse(`outs:\n- path: a\n  size: ${size}\n`).problems.map(({ message, line }) => [message, line]),
          [[`"size" must be a whole number of 0 or more, not ${size}`, 3]],
        );
    });

    it('a file over 10 MB', () =>
      assert.deepEqual(codes(new Uint8Array(10_000_001)), [['too-large', undefined]]));

    it('aliases that expand without end, at once', () => {
      const levels = Array.from(
        { length: 30 },
        (_, index) =>
          `a${index}: &a${index} [${Array(9)
            .fill(index === 0 ? 'x' : `*a${index - 1}`)
            .join(', ')}]`,
      );
      assert.equal(parse(`meta:\n  ${levels.join('\n  ')}\n`).problems[0]?.code, 'yaml-too-complex');
    });
  });

  it('reads an unquoted hash of digits from its source, and says so', () => {
    for (const hash of [
      '12345678901234567890123456789012',
      '01234567890123456789012345678901',
      '1234567890123456789012345678e123',
    ]) {
      const text = `outs:\n- path: a\n  hash: md5\n  md5: ${hash}\n`;
      assert.deepEqual(digests(text), [['a', hash]]);
      assert.deepEqual(codes(text), [['dvc-number-hash', 4]]);
    }
  });

  it('keeps the other outputs when one is broken', () => {
    const text = `outs:
- path: a
  md5: ${MD5}
- md5: ${MD5}
- path: c
  md5: nonsense
- path: d
  md5: ${MD5}
  md5: ${MD5}
- 7
- path: f
  md5: ${MD5}
`;
    assert.deepEqual(digests(text), [
      ['a', MD5],
      ['c', null],
      ['d', null],
      ['f', MD5],
    ]);
    assert.deepEqual(
      codes(text)
        .map(([code]) => code)
        .sort(),
      ['dvc-bad-hash', 'dvc-missing-path', 'dvc-wrong-type', 'yaml-duplicate-key'],
    );
  });

  it('reports at most a hundred problems', () => {
    assert.equal(
      parse(
        `outs:\n${'- 7\n'.repeat(500)}- path: a\n${Array.from({ length: 500 }, (_, index) => `  k${index}: 1\n`).join('')}`,
      ).problems.length,
      100,
    );
  });
});
