import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { parse } from 'yaml';
import { DEFAULT_MATCH } from '../../../src/core/settings/settings.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';

/** A model as the slow way finds it, in the words of the command line. */
export interface SlowModel {
  readonly name: string;
  readonly path: string;
  readonly tracking: string;
  readonly pointer: string | null;
  readonly declared: boolean;
  /** `md5:…`, `md5 legacy:…`, `sha256:…`, `git:…`; null where nothing says. */
  readonly digest: string | null;
  readonly size: number | null;
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

interface SlowVersion {
  readonly tag: string;
  readonly active: boolean;
  readonly commit: string;
  readonly model: SlowModel | undefined;
}

type Found = Omit<SlowModel, 'name'> & { readonly declaredName: string | null; readonly isModel: boolean };

/**
 * The catalog the slow, obvious way: every commit that matters is checked out and its files are read one by one;
 * Git is asked about every branch and tag by a process of its own. Written from the rules alone.
 */
export class SlowCatalog {
  private readonly found = new Map<string, readonly Found[]>();
  private readonly worktree: GitRepo;
  private readonly versions: readonly SlowVersion[];
  private readonly bound = new Map<string, string>();

  constructor(private readonly repo: GitRepo) {
    this.worktree = repo.worktree('checked-out-in-turn');
    this.versions = this.readVersions();
    for (const { model } of this.versions) {
      if (model && !this.bound.has(model.path)) this.bound.set(model.path, model.name);
    }
  }

  dispose(): void {
    this.worktree.dispose();
  }

  get branches(): readonly string[] {
    const names = this.repo.git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads').split('\n');
    return names.filter((name) => name !== 'checked-out-in-turn');
  }

  /** Models of a branch with their versions, by path; and the names of the plain tags it contains. */
  branch(name: string): {
    readonly models: readonly object[];
    readonly others: readonly object[];
    readonly tags: readonly string[];
  } {
    const commit = this.repo.head(name);
    return {
      models: this.named(commit, this.bound).map((model) => {
        const own = this.versionsOf(model, commit).filter((version) => isSame(version.model, model));
        const all = this.versionsOf(model, commit).filter(
          (version) => isSame(version.model, model) || this.contains(commit, version.commit),
        );
        return {
          ...model,
          versions: all.map(({ tag }) => tag),
          at: own.find(({ active }) => active)?.tag ?? null,
        };
      }),
      others: this.files(commit)
        .filter(({ isModel }) => !isModel)
        .map(({ path: file, tracking, pointer, digest, size }) => ({
          path: file,
          tracking,
          pointer,
          digest,
          size,
        })),
      tags: this.repo.git('tag', '--list', 'release-*', '--merged', commit).split('\n').filter(Boolean),
    };
  }

  /** Paths that a branch changes against main; undefined where Git itself sees several merge bases. */
  changed(name: string): readonly string[] | undefined {
    const [tip, main] = [this.repo.head(name), this.repo.head('main')];
    const bases = this.repo.git('merge-base', '--all', tip, main).split('\n');
    if (bases.length !== 1) return undefined;
    const [here, there, before] = [tip, main, bases[0] ?? ''].map((commit) => {
      const models = this.named(commit, this.bound);
      return new Map(
        [...new Set(models.map((model) => model.path))].map((file) => [
          file,
          JSON.stringify(
            models
              .filter((model) => model.path === file)
              .map(({ name: n, digest, tracking }) => [n, digest, tracking])
              .sort(),
          ),
        ]),
      );
    });
    const paths = [...new Set([...(here?.keys() ?? []), ...(there?.keys() ?? [])])];
    return paths
      .filter((file) => here?.get(file) !== there?.get(file) && here?.get(file) !== before?.get(file))
      .sort();
  }

  private versionsOf(model: SlowModel, commit: string): readonly SlowVersion[] {
    const models = this.named(commit, this.bound);
    return this.versions.filter((version) => {
      const bound = version.model;
      if (!bound) return false;
      const samePath = models.filter((each) => each.path === bound.path);
      const exact = samePath.filter((each) => each.name === bound.name);
      const sameName = models.filter((each) => each.name === bound.name);
      const candidates = exact.length > 0 ? exact : samePath.length > 0 ? samePath : sameName;
      return candidates.length === 1 && candidates[0] === model;
    });
  }

  private readonly history = new Map<string, ReadonlySet<string>>();

  private contains(tip: string, commit: string): boolean {
    let known = this.history.get(tip);
    if (!known) this.history.set(tip, (known = new Set(this.repo.git('rev-list', tip).split('\n'))));
    return known.has(commit);
  }

  /** Newest first. */
  private readVersions(): readonly SlowVersion[] {
    const lines = this.repo
      .git('for-each-ref', '--sort=-taggerdate', '--format=%(refname:short) %(*objectname)', 'refs/tags')
      .split('\n')
      .map((line) => line.split(' '));
    const tags = lines.map(([tag]) => tag ?? '');
    return lines
      .filter(([tag]) => /@v\d\.0\.0$/.test(tag ?? ''))
      .map(([tag = '', commit = '']) => {
        const name = tag.slice(0, tag.lastIndexOf('@')).replace('=', ':');
        const fitting = this.named(commit, NO_NAMES).filter((model) => model.name === name);
        // A data set of DVC can be registered too, under the name it would have; a model of that name goes first.
        // (An LFS file that no pattern includes is not read for this.)
        const models =
          fitting.length > 0 ? fitting : this.namedOthers(commit).filter((file) => file.name === name);
        const declared = models.filter((model) => model.declared);
        const among = declared.length > 0 ? declared : models;
        return {
          tag,
          commit,
          active: !tags.includes(`${tag}!`),
          model: among.length === 1 ? among[0] : undefined,
        };
      });
  }

  private readonly namedBefore = new Map<ReadonlyMap<string, string>, Map<string, readonly SlowModel[]>>();

  private named(commit: string, bound: ReadonlyMap<string, string>): readonly SlowModel[] {
    const known = this.namedBefore.get(bound) ?? new Map<string, readonly SlowModel[]>();
    this.namedBefore.set(bound, known);
    let named = known.get(commit);
    if (!named) {
      named = nameAll(
        this.files(commit).filter(({ isModel }) => isModel),
        bound,
      );
      known.set(commit, named);
    }
    return named;
  }

  private namedOthers(commit: string): readonly SlowModel[] {
    const taken = this.named(commit, NO_NAMES).map(({ name }) => name);
    return nameAll(
      this.files(commit).filter(({ isModel, tracking }) => !isModel && tracking !== 'lfs'),
      NO_NAMES,
      taken,
    );
  }

  private files(commit: string): readonly Found[] {
    let found = this.found.get(commit);
    if (!found) {
      this.worktree.git('checkout', '-q', '--force', '--detach', commit);
      this.found.set(commit, (found = readWorkingCopy(this.worktree)));
    }
    return found;
  }
}

function isSame(version: SlowModel | undefined, model: SlowModel): boolean {
  if (!version || version.digest === null || model.digest === null) return false;
  return version.digest.replace(' legacy', '') === model.digest.replace(' legacy', '');
}

function nameAll(
  models: readonly Found[],
  bound: ReadonlyMap<string, string>,
  others: readonly string[] = [],
): readonly SlowModel[] {
  const fixed = models.map((model) => model.declaredName ?? bound.get(model.path));
  const taken = new Set([...others, ...fixed.filter((name) => name !== undefined)]);
  const slug = (text: string): string =>
    [...text]
      .map((character) => (/[A-Za-z0-9_-]/.test(character) ? character : '-'))
      .join('')
      .replace(/^[^A-Za-z0-9]+/, '')
      .replace(/[^A-Za-z0-9]+$/, '') || 'model';
  const short = (file: string): string => slug(/^\.?[^.]*/.exec(path.posix.basename(file))?.[0] ?? '');
  const prefix = (file: string): string => {
    const folder = path.posix.dirname(file);
    return folder === '.' ? '' : `${[...folder].map((c) => (/[A-Za-z0-9._/-]/.test(c) ? c : '-')).join('')}:`;
  };
  const forms = [
    short,
    (file: string) => prefix(file) + short(file),
    (file: string) => prefix(file) + slug(path.posix.basename(file)),
  ];
  const level = models.map(() => 0);
  const current = (index: number): string =>
    fixed[index] ?? forms[level[index] ?? 0]?.(models[index]?.path ?? '') ?? '';
  const clashes = (index: number): boolean =>
    taken.has(current(index)) ||
    models.some(
      (_, other) => other !== index && fixed[other] === undefined && current(other) === current(index),
    );
  for (let round = 0; round < forms.length - 1; round++) {
    const clashing = models.map(
      (_, index) => fixed[index] === undefined && level[index] === round && clashes(index),
    );
    clashing.forEach((clash, index) => {
      if (clash) level[index] = round + 1;
    });
  }
  return models.map(({ declaredName: _, isModel: __, ...model }, index) => ({
    ...model,
    name: current(index),
  }));
}

function readWorkingCopy(worktree: GitRepo): readonly Found[] {
  const files = walk(worktree.dir, '');
  const read = (file: string): string => readFileSync(worktree.at(file), 'utf8');
  const ignoredFolders = files.includes('.dvcignore')
    ? read('.dvcignore')
        .split('\n')
        .filter((line) => line.startsWith('/'))
        .map((line) => `${line.slice(1)}/`)
    : [];
  const visible = files.filter((file) => !ignoredFolders.some((folder) => file.startsWith(folder)));
  const tracked: Omit<Found, 'declaredName' | 'isModel' | 'declared'>[] = [];
  const declarations: { readonly name: string; readonly path: string }[] = [];
  for (const file of visible.filter((each) => /.\.dvc$/.test(each)))
    tracked.push(...readDvcFile(file, read(file)));
  for (const file of visible.filter((each) => path.posix.basename(each) === 'dvc.yaml')) {
    const folder = path.posix.dirname(file);
    const pipeline = parse(read(file)) as Pipeline;
    const lock = parse(read(path.posix.join(folder, 'dvc.lock'))) as Lock;
    for (const [stage, { outs }] of Object.entries(pipeline.stages)) {
      for (const out of outs) {
        const entry = (lock.stages[stage]?.outs ?? []).find((each) => each.path === out);
        tracked.push({
          path: path.posix.join(folder, out),
          tracking: 'dvc',
          pointer: path.posix.join(folder, entry ? 'dvc.lock' : 'dvc.yaml'),
          digest: entry ? `md5:${entry.md5}` : null,
          size: entry?.size ?? null,
        });
      }
    }
    for (const [name, artifact] of Object.entries(pipeline.artifacts ?? {})) {
      declarations.push({
        name: folder === '.' ? name : `${folder}:${name}`,
        path: path.posix.join(folder, artifact.path),
      });
    }
  }
  for (const file of files) {
    const pointer =
      statSync(worktree.at(file)).size < 1024 &&
      /^version .*\noid sha256:(\w+)\nsize (\d+)\n$/.exec(read(file));
    if (pointer)
      tracked.push({
        path: file,
        tracking: 'lfs',
        pointer: file,
        digest: `sha256:${pointer[1] ?? ''}`,
        size: Number(pointer[2]),
      });
  }
  const undeclared = tracked.filter((file) => !declarations.some((each) => each.path === file.path));
  const all: Found[] = undeclared.map((file) => ({
    ...file,
    declared: false,
    declaredName: null,
    isModel: isModelPath(file.path),
  }));
  for (const { name, path: file } of declarations) {
    const it = tracked.find((each) => each.path === file) ?? untracked(worktree, files, file);
    all.push({ ...it, declared: true, declaredName: name, isModel: true });
  }
  return all.sort((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
}

interface Pipeline {
  readonly stages: Readonly<Record<string, { readonly outs: readonly string[] }>>;
  readonly artifacts?: Readonly<Record<string, { readonly path: string }>>;
}

interface Lock {
  readonly stages: Readonly<
    Record<string, { readonly outs?: readonly { path: string; md5: string; size: number }[] }>
  >;
}

function readDvcFile(file: string, text: string): Omit<Found, 'declaredName' | 'isModel' | 'declared'>[] {
  const { wdir, outs } = parse(text) as {
    wdir?: string;
    outs: { md5: string; size: number; path: string; hash?: string }[];
  };
  return outs.map((out) => ({
    path: path.posix.join(path.posix.dirname(file), wdir ?? '', out.path),
    tracking: 'dvc',
    pointer: file,
    digest: `md5${out.hash === undefined ? ' legacy' : ''}:${out.md5}`,
    size: out.size,
  }));
}

function untracked(
  worktree: GitRepo,
  files: readonly string[],
  file: string,
): Omit<Found, 'declaredName' | 'isModel' | 'declared'> {
  const inGit = files.includes(file);
  return {
    path: file,
    tracking: inGit ? 'git' : 'none',
    pointer: inGit ? file : null,
    digest: inGit ? `git:${worktree.git('rev-parse', `HEAD:${file}`)}` : null,
    size: inGit ? statSync(worktree.at(file)).size : null,
  };
}

/** Read as in `.gitignore`: the last matching line decides. */
function isModelPath(file: string): boolean {
  let included = false;
  for (const line of DEFAULT_MATCH) {
    const excludes = line.startsWith('!');
    if (picomatch.isMatch(file, excludes ? line.slice(1) : line, { dot: true, nocase: true }))
      included = !excludes;
  }
  return included;
}

function walk(root: string, folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.name === '.git') return [];
    return entry.isDirectory() ? walk(root, name) : [name];
  });
}
