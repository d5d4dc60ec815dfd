// What our command line and the real tools say about one repository, brought into the same words.

/** Of `list --tracked --json`, what the other tools know too. */
export interface OurList {
  readonly branches: readonly { readonly name: string; readonly models: readonly OurModel[] }[];
}

export interface OurModel {
  readonly path: string | null;
  readonly tracking: string;
  readonly digest: { readonly algorithm: string; readonly value: string } | null;
  readonly size: number | null;
}

export interface OurShow {
  readonly models: readonly {
    readonly name: string;
    readonly active: boolean;
    readonly latest: string | null;
    readonly versions: readonly unknown[];
    readonly stages: Readonly<Record<string, readonly string[]>>;
  }[];
}

/** An entry of `dvc ls --json`. */
export interface DvcEntry {
  readonly path: string;
  readonly isdir: boolean;
  readonly md5: string | null;
  readonly size: number | null;
}

/** `git lfs ls-files --json`. */
export interface LfsList {
  readonly files: readonly { readonly name: string; readonly oid: string; readonly size: number }[] | null;
}

/** `gto show --json`: an artifact's name to its state. */
export type GtoShow = Readonly<
  Record<
    string,
    {
      readonly version: string | null;
      readonly stage: Readonly<Record<string, string | null>>;
      readonly registered: boolean;
      readonly active: boolean;
    }
  >
>;

/** One line per tracked file, `path algorithm digest size`, as our list has them. */
export function ourTracked(models: readonly OurModel[], tracking: 'dvc' | 'lfs'): string[] {
  return models
    .filter((model) => model.tracking === tracking)
    .map(({ path, digest, size }) => line(path, digest?.algorithm, digest?.value, size))
    .sort();
}

/** The same lines from DVC, which prints size 0 where the lock has no entry. */
export function dvcTracked(entries: readonly DvcEntry[]): string[] {
  return entries
    .map(({ path, md5, size }) =>
      md5 === null ? line(path, undefined, undefined, null) : line(path, 'md5', md5, size),
    )
    .sort();
}

/** The same lines from Git LFS. */
export function lfsTracked(list: LfsList): string[] {
  return (list.files ?? []).map(({ name, oid, size }) => line(name, 'sha256', oid, size)).sort();
}

/** One line per active artifact with its latest version and the holder of each stage, as our `show` has them. */
export function ourRegistry(show: OurShow): string[] {
  return show.models
    .filter(({ active, versions, stages }) => active && versions.length + Object.keys(stages).length > 0)
    .map(({ name, latest, stages }) =>
      artifact(
        name,
        latest,
        Object.entries(stages).map(([stage, holders]) => [stage, holders[0] ?? null]),
      ),
    )
    .sort();
}

/** The same lines from GTO, which names every stage for every artifact. */
export function gtoRegistry(show: GtoShow): string[] {
  return Object.entries(show)
    .map(([name, { version, stage }]) => artifact(name, version, Object.entries(stage)))
    .sort();
}

function artifact(
  name: string,
  latest: string | null,
  stages: readonly (readonly [string, string | null])[],
): string {
  const held = stages
    .filter(([, holder]) => holder !== null)
    .map(([stage, holder]) => `${stage}=${String(holder)}`);
  return [name, latest ?? 'none', ...held.sort()].join(' ');
}

function line(path: string | null, algorithm = 'none', value = 'none', size: number | null = null): string {
  return `${JSON.stringify(path)} ${algorithm} ${value} ${String(size)}`;
}
