/** A tracked file that wants a name; `declared` when an `artifacts:` section already gives one. */
export interface Nameable {
  readonly path: string;
  readonly declared: string | null;
}

/**
 * Names the models of one commit (design.md: a model's name): declared, given in `models.names`, bound by the
 * path's newest version, else derived from the path. The answer has the order of `models`.
 * @param given path to name, from the settings.
 * @param bound path to name, from registered versions.
 * @param taken names that other models of the commit already have.
 */
export function assignNames(
  models: readonly Nameable[],
  given: ReadonlyMap<string, string>,
  bound: ReadonlyMap<string, string>,
  taken: ReadonlySet<string> = new Set(),
): readonly string[] {
  const names: (string | undefined)[] = models.map(
    (model) => model.declared ?? given.get(model.path) ?? bound.get(model.path),
  );
  const used = new Set(taken);
  for (const name of names) if (name !== undefined) used.add(name);
  const open = models.map((_, index) => index).filter((index) => names[index] === undefined);
  return deriveOpen(models, names, open, used);
}

function deriveOpen(
  models: readonly Nameable[],
  names: (string | undefined)[],
  open: readonly number[],
  used: Set<string>,
): readonly string[] {
  let unsettled = open;
  for (const derive of [shortName, folderName, wholeName]) {
    if (unsettled.length === 0) break;
    for (const index of unsettled) names[index] = derive(models[index]?.path ?? '');
    const counts = new Map<string, number>();
    for (const index of open) {
      const name = names[index] ?? '';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    unsettled = unsettled.filter((index) => {
      const name = names[index] ?? '';
      return used.has(name) || (counts.get(name) ?? 0) > 1;
    });
  }
  if (unsettled.length > 0) number(models, names, open, unsettled, used);
  return names.map((name) => name ?? '');
}

/** Models that are still equal get `-2`, `-3` in byte order of path. */
function number(
  models: readonly Nameable[],
  names: (string | undefined)[],
  open: readonly number[],
  unsettled: readonly number[],
  used: Set<string>,
): void {
  const waiting = new Set(unsettled);
  for (const index of open) if (!waiting.has(index)) used.add(names[index] ?? '');
  const pathOf = (index: number): string => models[index]?.path ?? '';
  for (const index of [...unsettled].sort((left, right) => compareBytes(pathOf(left), pathOf(right)))) {
    const base = names[index] ?? '';
    let name = base;
    for (let count = 2; used.has(name); count += 1) name = `${base}-${count}`;
    used.add(name);
    names[index] = name;
  }
}

/** The file name up to its first dot (a leading dot does not count), in the registry's alphabet. */
export function shortName(path: string): string {
  const file = fileName(path);
  const dot = file.indexOf('.', 1);
  return slug(dot < 0 ? file : file.slice(0, dot));
}

function folderName(path: string): string {
  return inFolder(path, shortName(path));
}

function wholeName(path: string): string {
  return inFolder(path, slug(fileName(path)));
}

function inFolder(path: string, name: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return name;
  const folder = path.slice(0, slash).replace(/[^A-Za-z0-9._/-]/gu, '-');
  return `${folder}:${name}`;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function slug(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_-]/gu, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return name === '' ? 'model' : name;
}

/** Byte order of UTF-8, which is the order of code points. */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
