import type { Digest } from '../digest.js';
import type { CommitId } from '../git/ids.js';
import type { Version } from './catalog.js';
import { packTexts, unpackTexts } from './packedTexts.js';

/**
 * Versions as they are kept: numbers and texts for each, and what many of them share once. There are thousands, and
 * JSON would take longer than reading their tags.
 */
export interface PackedVersions {
  /** `NUMBERS` for each. */
  readonly numbers: Uint32Array;
  /** `TEXTS` for each, as `packTexts` packs them. */
  readonly texts: Uint8Array;
  readonly models: readonly NonNullable<Version['model']>[];
  readonly stages: readonly (readonly string[])[];
  /** Digests without their values. */
  readonly algorithms: readonly Omit<Digest, 'value'>[];
}

/** Kind and activity as bits; then, from 1, with 0 for none: stages, model, algorithm, group of those that are alike. */
const NUMBERS = 5;
/** Tag, version, artifact, commit, time, author, message, value of the digest. */
const TEXTS = 8;

const IS_GTO = 1;
const IS_ACTIVE = 2;

/** @param versions newest first. */
export function packVersions(versions: readonly Version[]): PackedVersions {
  const numbers = new Uint32Array(versions.length * NUMBERS);
  const texts: string[] = [];
  const stages: (readonly string[])[] = [];
  const models = new Models();
  const algorithms = new Algorithms();
  const alike = new Map<readonly string[], number>();
  for (let index = 0; index < versions.length; index += 1) {
    const version = versions[index];
    if (!version) continue;
    const { digest, model } = version;
    const at = index * NUMBERS;
    numbers[at] = (version.kind === 'gto' ? IS_GTO : 0) | (version.active ? IS_ACTIVE : 0);
    numbers[at + 1] = version.stages.length === 0 ? 0 : stages.push(version.stages);
    numbers[at + 2] = model === null ? 0 : models.number(model);
    numbers[at + 3] = digest === null ? 0 : algorithms.number(digest);
    numbers[at + 4] = version.alike.length === 0 ? 0 : numberOf(alike, version.alike);
    texts.push(version.tag, version.version, version.artifact, version.commit);
    texts.push(version.time, version.author, version.message, digest?.value ?? '');
  }
  return { numbers, texts: packTexts(texts), models: models.all, stages, algorithms: algorithms.all };
}

export function unpackVersions(packed: PackedVersions): readonly Version[] {
  const { numbers, models, stages, algorithms } = packed;
  const texts = unpackTexts(packed.texts);
  const groups: string[][] = [];
  const versions: Version[] = [];
  for (let index = 0; index * NUMBERS < numbers.length; index += 1) {
    const at = index * NUMBERS;
    const text = index * TEXTS;
    const flags = numbers[at] ?? 0;
    const algorithm = algorithms[(numbers[at + 3] ?? 0) - 1];
    const group = numbers[at + 4] ?? 0;
    versions.push({
      kind: (flags & IS_GTO) === 0 ? 'tag' : 'gto',
      tag: texts[text] ?? '',
      version: texts[text + 1] ?? '',
      artifact: texts[text + 2] ?? '',
      model: models[(numbers[at + 2] ?? 0) - 1] ?? null,
      commit: (texts[text + 3] ?? '') as CommitId,
      digest: algorithm ? digestOf(algorithm, texts[text + 7] ?? '') : null,
      time: texts[text + 4] ?? '',
      author: texts[text + 5] ?? '',
      message: texts[text + 6] ?? '',
      active: (flags & IS_ACTIVE) !== 0,
      stages: stages[(numbers[at + 1] ?? 0) - 1] ?? NONE,
      alike: group === 0 ? NONE : (groups[group] ??= []),
    });
  }
  // Who is alike is told oldest first.
  for (let index = versions.length - 1; index >= 0; index -= 1) {
    const group = groups[numbers[index * NUMBERS + 4] ?? 0];
    if (group) group.push(versions[index]?.tag ?? '');
  }
  return versions;
}

const NONE: readonly never[] = [];

/** With its fields in the order in which they are told. */
function digestOf({ algorithm, legacy }: Omit<Digest, 'value'>, value: string): Digest {
  return legacy ? { algorithm, value, legacy } : { algorithm, value };
}

/** Models by number, from 1; those of one path have one name almost always, and are kept twice where they have not. */
class Models {
  readonly all: NonNullable<Version['model']>[] = [];
  private readonly byPath = new Map<string | null, number>();

  number(model: NonNullable<Version['model']>): number {
    const known = this.byPath.get(model.path);
    if (known !== undefined && this.all[known - 1]?.name === model.name) return known;
    const number = this.all.push(model);
    this.byPath.set(model.path, number);
    return number;
  }
}

/** Algorithms by number, from 1: there is a handful. */
class Algorithms {
  readonly all: Omit<Digest, 'value'>[] = [];

  number({ algorithm, legacy }: Digest): number {
    const known = this.all.findIndex((one) => one.algorithm === algorithm && one.legacy === legacy);
    if (known >= 0) return known + 1;
    return this.all.push(legacy ? { algorithm, legacy } : { algorithm });
  }
}

function numberOf<T>(numbers: Map<T, number>, item: T): number {
  let number = numbers.get(item);
  if (number === undefined) numbers.set(item, (number = numbers.size + 1));
  return number;
}
