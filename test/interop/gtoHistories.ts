import fc from 'fast-check';
import { parseTagName, formatTagName } from '../../src/core/registry/gto/tagName.js';
import type { GitRepo } from '../fixtures/gitRepo.js';

/** One tag of a random history, before it is written. */
export interface TagSpec {
  readonly name: string;
  readonly kind: 'annotated' | 'lightweight' | 'copy';
  /** Index into the repository's commits. */
  readonly commit: number;
  readonly seconds: number;
  readonly zone: string;
  readonly message: string;
}

/** The tags of one artifact. */
export interface History {
  readonly artifact: string;
  readonly tags: readonly TagSpec[];
}

export const COMMITS = 5;
const FIRST_SECOND = Date.UTC(2024, 2, 1) / 1000;

const VERSIONS = [
  'v0.0.1',
  'v0.0.2',
  'v1.0.0',
  'v1.0.0-rc.1',
  'v1.0.0+b2',
  'v1.0.0-rc.1+b',
  'v10.0.0',
  'v2.0.0-9',
  'v2.0.0-a.b-c',
];
const STAGES = ['dev', 'prod', 'a/b', '1', 'X-y_z'];
const SHAPES = ['m', 'some-model_x', 'a/b', 'dir:m', 'some/folder:some/artifact', 'a.b/c_d:nn'];

const step = fc.record({
  what: fc.constantFrom(
    'register',
    'register',
    'deregister',
    'assign',
    'assign',
    'assign',
    'unassign',
    'deprecate',
  ),
  version: fc.constantFrom(...VERSIONS),
  stage: fc.constantFrom(...STAGES),
  commit: fc.nat(COMMITS - 1),
  // Few seconds for many tags: ties of every kind.
  second: fc.nat(7),
  zone: fc.constantFrom('+0000', '+0100', '-0730'),
  counter: fc.boolean(),
  kind: fc.constantFrom(
    'annotated',
    'annotated',
    'annotated',
    'annotated',
    'annotated',
    'lightweight',
    'copy',
  ),
  message: fc.constantFrom('one', 'two\n\nlines', '  spaces around \n', 'ünïcode'),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Random histories, one artifact each. The same seed gives the same ones. */
export function randomHistories(count: number, seed: number): readonly History[] {
  const one = fc.tuple(fc.constantFrom(...SHAPES), fc.array(step, { minLength: 1, maxLength: 9 }));
  return fc.sample(one, { numRuns: count, seed }).map(([shape, steps], index) => {
    const artifact = `${shape}${index}`;
    return { artifact, tags: withoutCrashes(toTags(artifact, steps)) };
  });
}

function toTags(artifact: string, steps: readonly Step[]): TagSpec[] {
  const tags = new Map<string, TagSpec>();
  for (const [index, step] of steps.entries()) {
    const counter = step.counter ? { counter: index + 1 } : {};
    const active = step.what === 'register' || step.what === 'assign';
    const name = formatTagName(
      step.what === 'deprecate'
        ? { kind: 'deprecation', artifact, ...counter }
        : step.what === 'register' || step.what === 'deregister'
          ? { kind: 'version', artifact, version: step.version, active, ...counter }
          : { kind: 'stage', artifact, stage: step.stage, active, ...counter },
    );
    if (tags.has(name)) continue;
    const { kind, commit, zone, message } = step;
    tags.set(name, { name, kind, commit, zone, message, seconds: FIRST_SECOND + step.second });
  }
  return [...tags.values()];
}

/** GTO fails as a whole when a stage tag stands on a commit with two versions: such stage tags are left out. */
function withoutCrashes(tags: readonly TagSpec[]): readonly TagSpec[] {
  const versions = new Map<number, Set<string>>();
  for (const tag of tags) {
    const said = parseTagName(tag.name);
    if (said?.kind !== 'version' || tag.kind === 'lightweight') continue;
    versions.set(tag.commit, (versions.get(tag.commit) ?? new Set()).add(said.version));
  }
  return tags.filter(
    (tag) => parseTagName(tag.name)?.kind !== 'stage' || (versions.get(tag.commit)?.size ?? 0) < 2,
  );
}

/** Writes commits and tags with one `fast-import` and one `update-ref`. */
export function writeHistories(repo: GitRepo, histories: readonly History[]): void {
  const start = Date.UTC(2024, 0, 1) / 1000;
  const script: string[] = [];
  for (let index = 0; index < COMMITS; index += 1) {
    script.push(
      'commit refs/heads/main',
      `mark :${index + 1}`,
      `committer C <c@example.com> ${start + index} +0000`,
      data(`commit ${index}`),
    );
    if (index > 0) script.push(`from :${index}`);
  }
  const all = histories.flatMap((history) => history.tags);
  for (const tag of all) {
    if (tag.kind === 'lightweight') {
      script.push(`reset refs/tags/${tag.name}`, `from :${tag.commit + 1}`, '');
      continue;
    }
    script.push(
      `tag ${tag.name}`,
      `from :${tag.commit + 1}`,
      `tagger T Agger <t@example.com> ${tag.seconds} ${tag.zone}`,
      data(tag.message),
    );
  }
  repo.run(['fast-import', '--quiet', '--force'], { input: `${script.join('\n')}\n` });
  // A copied tag object: the same object under one more ref of GTO's grammar.
  const copies = all.filter((tag) => tag.kind === 'copy' && !/#[0-9]+$/.test(tag.name));
  const ids = new Map(
    repo
      .git('for-each-ref', '--format=%(refname:strip=2) %(objectname)', 'refs/tags')
      .split('\n')
      .map((line) => {
        const [name = '', id = ''] = line.split(' ');
        return [name, id];
      }),
  );
  repo.run(['update-ref', '--stdin'], {
    input: copies.map((tag) => `create refs/tags/${tag.name}#999 ${ids.get(tag.name) ?? ''}\n`).join(''),
  });
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
