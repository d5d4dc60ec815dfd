import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AnswerParser } from '../../../src/core/git/answers.js';
import type { Request } from '../../../src/core/git/requests.js';

const id = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  // Larger than a chunk, with line ends and what looks like answers in it.
  fc.constantFrom(70_000, 200_000).map((size) => Buffer.alloc(size, 'ab blob 3\nxyz\n')),
);
const answer = fc.oneof(
  fc.record({
    kind: fc.constant('contents' as const),
    id,
    type: fc.constantFrom('blob', 'tree', 'commit', 'tag'),
    body,
    limit: fc.option(fc.constantFrom(10, 1_000, 100_000), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('info' as const),
    id,
    type: fc.constantFrom('blob', 'tree'),
    size: fc.nat(),
  }),
  fc.record({
    kind: fc.constant('missing' as const),
    asked: fc.constantFrom('contents' as const, 'info' as const),
    spec: fc.oneof(id, fc.constant('abc:a blob 12'), fc.constant('abc:tree 1 2 missing')),
  }),
  fc.record({ kind: fc.constant('ambiguous' as const), spec: fc.constant('abcd') }),
);
type Answer = typeof answer extends fc.Arbitrary<infer T> ? T : never;

describe('the answers of cat-file', () => {
  it('reach who asked, whole, in order and however they are cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(answer, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 90_000 })),
        (all, cuts) => {
          const told: string[] = [];
          const requests = all.map((one) => asRequest(one, told));
          let head = 0;
          const parser = new AnswerParser({
            next: () => requests[head],
            answered: () => (head += 1),
            missing: ({ spec }) => told.push(`${spec} missing`),
          });
          const output = Buffer.concat(all.map(written));
          let at = 0;
          for (const cut of [...cuts, output.length]) {
            parser.push(Buffer.from(output.subarray(at, at + cut)));
            at += cut;
          }
          assert.deepEqual(told, all.map(expected));
          assert.equal(head, all.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function asRequest(one: Answer, told: string[]): Request {
  const failed = (reason: string): void => {
    told.push(reason);
  };
  const contents = {
    failed,
    object: (type: string, data: Buffer) => told.push(`${type} ${data.toString('latin1')}`),
    tooLarge: () => told.push('too large'),
  };
  const info = {
    failed,
    info: (type: string, size: number, of: string) => told.push(`${of} ${type} ${size}`),
  };
  switch (one.kind) {
    case 'contents': {
      const limited = one.limit === undefined ? contents : { ...contents, limit: one.limit };
      return { kind: 'contents', spec: one.id, handler: limited };
    }
    case 'info':
      return { kind: 'info', spec: one.id, handler: info };
    case 'missing':
      return one.asked === 'info'
        ? { kind: 'info', spec: one.spec, handler: info }
        : { kind: 'contents', spec: one.spec, handler: contents };
    case 'ambiguous':
      return { kind: 'contents', spec: one.spec, handler: contents };
  }
}

function written(one: Answer): Buffer {
  switch (one.kind) {
    case 'contents':
      return Buffer.concat([
        Buffer.from(`${one.id} ${one.type} ${one.body.length}\n`),
        one.body,
        Buffer.from('\n'),
      ]);
    case 'info':
      return Buffer.from(`${one.id} ${one.type} ${one.size}\n`);
    case 'missing':
    case 'ambiguous':
      return Buffer.from(`${one.spec} ${one.kind}\n`);
  }
}

function expected(one: Answer): string {
  switch (one.kind) {
    case 'contents':
      return one.limit !== undefined && one.body.length >= one.limit
        ? 'too large'
        : `${one.type} ${one.body.toString('latin1')}`;
    case 'info':
      return `${one.id} ${one.type} ${one.size}`;
    case 'missing':
      return `${one.spec} missing`;
    case 'ambiguous':
      return 'ambiguous';
  }
}
