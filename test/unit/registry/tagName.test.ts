import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatTagName,
  isArtifactName,
  isPlainName,
  parseTagName,
} from '../../../src/core/registry/gto/tagName.js';
import type { GtoTag } from '../../../src/core/registry/gto/tagName.js';

describe('GTO tag names', () => {
  const read: readonly (readonly [string, GtoTag])[] = [
    ['m@v1.0.0', { kind: 'version', artifact: 'm', version: 'v1.0.0', active: true }],
    ['m@v1.0.0!', { kind: 'version', artifact: 'm', version: 'v1.0.0', active: false }],
    ['m@v0.0.1#2', { kind: 'version', artifact: 'm', version: 'v0.0.1', active: true, counter: 2 }],
    ['m@v0.0.1!#12', { kind: 'version', artifact: 'm', version: 'v0.0.1', active: false, counter: 12 }],
    [
      'm@v3.4.5-pre.2+build.4',
      { kind: 'version', artifact: 'm', version: 'v3.4.5-pre.2+build.4', active: true },
    ],
    ['m#1', { kind: 'stage', artifact: 'm', stage: '1', active: true }],
    ['m#prod', { kind: 'stage', artifact: 'm', stage: 'prod', active: true }],
    ['m#prod#007', { kind: 'stage', artifact: 'm', stage: 'prod', active: true, counter: 7 }],
    ['m#prod!#3', { kind: 'stage', artifact: 'm', stage: 'prod', active: false, counter: 3 }],
    ['m#a/b_c-d', { kind: 'stage', artifact: 'm', stage: 'a/b_c-d', active: true }],
    ['m@deprecated', { kind: 'deprecation', artifact: 'm' }],
    ['m@deprecated#4', { kind: 'deprecation', artifact: 'm', counter: 4 }],
    ['m@created', { kind: 'creation', artifact: 'm' }],
    ['a/b@v1.0.0', { kind: 'version', artifact: 'a/b', version: 'v1.0.0', active: true }],
    ['sub/dir=model@v1.0.0', { kind: 'version', artifact: 'sub/dir:model', version: 'v1.0.0', active: true }],
    ['.x_y.z=m#dev#1', { kind: 'stage', artifact: '.x_y.z:m', stage: 'dev', active: true, counter: 1 }],
  ];
  for (const [name, tag] of read) {
    it(`reads ${name}`, () => assert.deepEqual(parseTagName(name), tag));
  }

  const others = [
    'm@v1',
    'm@V1.0.0',
    'm@1.0.0',
    'm@v01.0.0',
    'm@v1.0.0#prod',
    'm@v1.0.0-01',
    'a=b=c@v1.0.0',
    '_m@v1.0.0',
    'm_@v1.0.0',
    'm.x@v1.0.0',
    'm@deprecated!',
    'm#prod!!',
    'm#',
    'm',
    'v1.0.0',
    '@v1.0.0',
    'm@v1.0.0#',
    'm@v1.0.0\n',
    'm#prod#1#2',
    'mé@v1.0.0',
  ];
  for (const name of others) {
    it(`does not take ${JSON.stringify(name)} for GTO's`, () => assert.equal(parseTagName(name), undefined));
  }

  it('reads back what it writes', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9/_-]{0,5}[A-Za-z0-9])?$/);
    const artifact = fc.oneof(
      name,
      fc.tuple(fc.stringMatching(/^[A-Za-z0-9_./-]{1,6}$/), name).map((parts) => parts.join(':')),
    );
    const counter = fc.oneof(fc.constant({}), fc.record({ counter: fc.nat() }));
    const version = fc.constantFrom('v0.0.0', 'v1.2.3-rc.1', 'v10.20.30+b.1', 'v1.0.0-a-b.c+d-e');
    const tag: fc.Arbitrary<GtoTag> = fc.oneof(
      fc
        .tuple(
          fc.record({ kind: fc.constant('version' as const), artifact, version, active: fc.boolean() }),
          counter,
        )
        .map(([one, two]) => ({ ...one, ...two })),
      fc
        .tuple(
          fc.record({ kind: fc.constant('stage' as const), artifact, stage: name, active: fc.boolean() }),
          counter,
        )
        .map(([one, two]) => ({ ...one, ...two })),
      fc
        .tuple(fc.record({ kind: fc.constant('deprecation' as const), artifact }), counter)
        .map(([one, two]) => ({ ...one, ...two })),
    );
    fc.assert(fc.property(tag, (one) => assert.deepEqual(parseTagName(formatTagName(one)), one)));
  });

  it('answers at once for names made to be slow', () => {
    assert.equal(parseTagName(`${'a-'.repeat(20_000)}@v1`), undefined);
    assert.equal(parseTagName(`m#${'a/'.repeat(20_000)}`), undefined);
  });

  it('takes one-letter names, folders before a colon, and no dots or edges of punctuation', () => {
    for (const name of ['m', 'a/b', 'a.b/c:m', 'A-b_c9']) assert.ok(isArtifactName(name), name);
    for (const name of ['', 'm.x', '-m', 'm-', 'a:b:c', 'a b', ':m', 'a:'])
      assert.ok(!isArtifactName(name), name);
    assert.ok(isPlainName('prod'));
    assert.ok(!isPlainName('dir:prod'));
  });
});
