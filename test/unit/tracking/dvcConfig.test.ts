import assert from 'node:assert/strict';
import { mergeDvcConfigs, parseDvcConfig, remoteUrl } from '../../../src/core/tracking/dvc/config.js';

const parse = (text: string) => parseDvcConfig(Buffer.from(text));

// The rows were compared with DVC's own reader (ConfigObj).
describe('.dvc/config', () => {
  it('reads remotes, the default one and the cache', () => {
    const config = parse(`[core]
    remote = MyRemote
['remote "MyRemote"']
    url = s3://bucket/key  # comment
    Profile = 'x # y'
[cache]
    dir = "../../shared cache"
`);
    assert.equal(config.defaultRemote, 'myremote');
    assert.equal(config.cacheDir, '../../shared cache');
    assert.deepEqual(
      [...(config.remotes.get('myremote') ?? [])],
      [
        ['url', 's3://bucket/key'],
        ['profile', 'x # y'],
      ],
    );
    assert.deepEqual(config.problems, []);
  });

  const urls: [string, string, string][] = [
    ['dots in a name', `['remote "a.b"']\nurl = x`, 'a.b'],
    ['a quote in a name', `['remote "it's"']\nurl = x`, "it's"],
    ['white space in the brackets', `[ 'remote "s"' ]  # c\r\nurl=x\r\n`, 's'],
    ['no outer quotes', `[remote "z"]\nurl = x`, 'z'],
  ];
  for (const [what, text, name] of urls) it(what, () => assert.equal(remoteUrl(parse(text), name), 'x'));

  it('keeps what ini would cut: semicolons and equal signs', () => {
    assert.equal(remoteUrl(parse(`['remote "a"']\nurl = http://h/x;v=1?a=b`), 'a'), 'http://h/x;v=1?a=b');
  });

  it('follows remotes that build on others, and no circles', () => {
    const config = parse(
      `['remote "base"']\nurl = s3://b/\n['remote "up"']\nurl = remote://base/sub\n['remote "c"']\nurl = remote://c/x`,
    );
    assert.equal(remoteUrl(config, 'up'), 's3://b/sub');
    assert.equal(remoteUrl(config, 'c'), null);
    assert.equal(remoteUrl(config, 'none'), null);
  });

  it('lets a later configuration win key by key', () => {
    const merged = mergeDvcConfigs([
      parse(`['remote "a"']\nurl = x\nuser = u`),
      parse(`['remote "a"']\nurl = y\n[core]\nremote = a`),
    ]);
    assert.equal(remoteUrl(merged, 'a'), 'y');
    assert.equal(merged.remotes.get('a')?.get('user'), 'u');
    assert.equal(merged.defaultRemote, 'a');
  });

  const broken: [string, string, number][] = [
    ['a section without end', '[core\nremote = x', 1],
    ['a line without value', '[core]\nnope', 2],
    ['a key twice', '[core]\nremote = a\nremote = b', 3],
  ];
  for (const [what, text, line] of broken) {
    it(`reports ${what}`, () =>
      assert.deepEqual(
        parse(text).problems.map((problem) => [problem.code, problem.line]),
        [['dvc-config', line]],
      ));
  }

  it('reports conflict markers once', () => {
    assert.deepEqual(
      parse('<<<<<<< HEAD\n[core]\n=======\n>>>>>>> b\n').problems.map(({ code, line }) => [code, line]),
      [['conflict-markers', 1]],
    );
  });
});
