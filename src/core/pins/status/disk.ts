import { stat } from 'node:fs/promises';
import type { Hasher } from '../../artifacts/hash.js';
import { folderSize } from '../../artifacts/folders.js';
import { dvcIgnored } from '../../artifacts/ignored.js';
import { insidePath } from '../../artifacts/insidePath.js';
import { workingPointer } from '../../artifacts/workingPointer.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { Digest } from '../../digest.js';
import { compareDigests, shortDigest } from '../../digest.js';
import type { Meaning, PinnedModel } from '../forms.js';
import { modelAt } from '../forms.js';
import type { DeployedRef } from '../read.js';
import type { Finding } from './side.js';
import { because, notApplicable } from './side.js';

interface Request {
  readonly catalog: Catalog;
  readonly model: PinnedModel;
  readonly meaning: Meaning;
  readonly ref: DeployedRef;
  readonly hasher: Hasher;
  /** Read the bytes, instead of going by their size and their pointer. */
  readonly hash: boolean;
  readonly now: string;
  readonly signal?: AbortSignal;
  readonly progress?: (bytes: number) => void;
}

/** Whether the bytes in the working copy are the pinned ones; asked for `ref: worktree` only. */
export async function judgeDisk(request: Request): Promise<Finding> {
  const { catalog, model, meaning, now } = request;
  const modelPath = model.path ?? meaning.model?.path ?? null;
  if (!request.ref.worktree || catalog.repository.bare || modelPath === null)
    return notApplicable('working copy');
  const side = { source: modelPath, asOf: now };
  const expected = meaning.digest;
  if (expected === null) {
    return because(
      side,
      'unknown',
      'no-digest',
      `"${model.name}" has no digest that its bytes could be compared with`,
    );
  }
  const place = await insidePath(catalog.repository.root, modelPath, 'kept');
  const found = place === null ? null : await stat(place).catch(() => null);
  if (place === null || found === null) {
    return because(side, 'unknown', 'not-local', `${modelPath} is not here: fetch ${nameOf(meaning)}`);
  }
  const pointer = await pointerHere(request, modelPath);
  if (meaning.model?.tracking === 'lfs' && pointer !== null) {
    const here = { ...side, digest: pointer.digest };
    if (compareDigests(pointer.digest, expected) !== 'same') {
      return because(
        here,
        'differs',
        'disk-differs',
        `${modelPath} is the pointer of other bits than ${nameOf(meaning)}`,
      );
    }
    return because(
      here,
      'unknown',
      'not-local',
      `${modelPath} is only a pointer here: fetch ${nameOf(meaning)}`,
    );
  }
  const size = meaning.model?.size ?? null;
  const actualSize = found.isDirectory() ? ((await folderSize(place)) ?? null) : found.size;
  if (
    size !== null &&
    actualSize !== null &&
    size !== actualSize &&
    !expected.legacy &&
    !found.isDirectory()
  ) {
    return because(
      side,
      'differs',
      'disk-differs',
      `${modelPath} has ${actualSize} bytes, ${nameOf(meaning)} has ${size}`,
    );
  }
  if (
    !request.hash &&
    pointer !== null &&
    compareDigests(pointer.digest, expected) === 'same' &&
    size === actualSize
  ) {
    return {
      side: { ...side, digest: pointer.digest, source: `${modelPath}, by size`, state: 'ok' },
      reasons: [],
    };
  }
  return judgeBytes(request, place, modelPath, expected);
}

async function judgeBytes(
  request: Request,
  place: string,
  modelPath: string,
  expected: Digest,
): Promise<Finding> {
  const { catalog, meaning, now, signal, progress } = request;
  const side = { source: modelPath, asOf: now };
  const hashed = await request.hasher.hash(place, expected, {
    ...(signal ? { signal } : {}),
    ...(progress ? { progress } : {}),
    ignored: await dvcIgnored(catalog.repository.root, modelPath),
  });
  if (hashed.kind === 'absent') {
    return because(side, 'unknown', 'not-local', `${modelPath} is not here: fetch ${nameOf(meaning)}`);
  }
  if (hashed.kind === 'unreadable') {
    return because(side, 'unknown', 'disk-unreadable', `${modelPath} cannot be hashed: ${hashed.message}`);
  }
  const here = { ...side, digest: hashed.digest };
  if (compareDigests(hashed.digest, expected) === 'same')
    return { side: { ...here, state: 'ok' }, reasons: [] };
  return because(
    here,
    'differs',
    'disk-differs',
    `${modelPath} has ${shortDigest(hashed.digest)}, ${nameOf(meaning)} has ${shortDigest(expected)}`,
  );
}

/** With `loads: checkout`: whether the pointer beside the code, at the deployed commit, is the pinned version's. */
export async function judgePointer(request: Omit<Request, 'hasher' | 'hash'>): Promise<Finding> {
  const { catalog, model, meaning, ref, signal } = request;
  const modelPath = model.path ?? meaning.model?.path ?? null;
  const abortable = signal ? { signal } : {};
  const commit = ref.worktree ? catalog.head.commit : ref.commit;
  const side = { source: `${meaning.model?.pointer ?? model.name} on ${ref.name}` };
  if (commit === null)
    return because(side, 'unknown', 'pointer-unknown', `"${ref.name}" has no commit to read it from`);
  const committed = await modelAt(catalog, model, commit, abortable);
  const working =
    ref.worktree && modelPath !== null && committed
      ? await workingPointer(catalog.repository, committed)
      : null;
  const digest = working?.digest ?? committed?.digest ?? null;
  if (digest === null) {
    return because(
      side,
      'unknown',
      'pointer-unknown',
      `"${model.name}" has no pointer with a digest on ${ref.name}`,
    );
  }
  const here = { ...side, digest };
  switch (compareDigests(digest, meaning.digest)) {
    case 'same':
      return { side: { ...here, state: 'ok' }, reasons: [] };
    case 'different':
      return because(
        here,
        'differs',
        'pointer-differs',
        `${committed?.pointer ?? ''} on ${ref.name} names other bits than ${nameOf(meaning)}`,
      );
    case 'unknown':
      return because(
        here,
        'unknown',
        'pointer-unknown',
        `The pointer on ${ref.name} cannot be compared with ${nameOf(meaning)}`,
      );
  }
}

async function pointerHere(request: Request, modelPath: string): Promise<{ readonly digest: Digest } | null> {
  const { catalog, model, meaning, signal } = request;
  const { head } = catalog;
  const present =
    head.commit === null ? null : await modelAt(catalog, model, head.commit, signal ? { signal } : {});
  const from = present?.path === modelPath ? present : meaning.model;
  return from ? workingPointer(catalog.repository, from) : null;
}

function nameOf(meaning: Meaning): string {
  return meaning.version?.version ?? meaning.tag ?? meaning.commit.slice(0, 8);
}
