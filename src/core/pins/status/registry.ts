import type { Catalog, Version } from '../../catalog/catalog.js';
import { versionsOf } from '../../catalog/select.js';
import type { Digest } from '../../digest.js';
import { sameBits } from '../../digest.js';
import { runGit } from '../../git/process.js';
import { readTrailers } from '../../registry/versions/messages.js';
import type { PinnedModel, PinResolution } from '../forms.js';
import type { PinReading } from '../read.js';
import { whyTagsMayBeMissing } from './fetched.js';
import type { Finding, Reason, Side } from './side.js';
import { because } from './side.js';

/** The registry's side, with the approval where the environment wants one. */
export interface RegistrySide extends Side {
  readonly stage?: {
    readonly name: string;
    /** The version that holds it now; null when none does. */
    readonly holder: string | null;
    /** Who answers for it: those whom the tag's message names as approving, else the tagger. */
    readonly by?: string;
    /** ISO 8601. */
    readonly at?: string;
  } & StageApproval;
}

/** Only where the tag's message names somebody. */
interface StageApproval {
  readonly approvedBy?: readonly string[];
  readonly tagger?: string;
}

interface Request {
  readonly catalog: Catalog;
  readonly model: PinnedModel;
  readonly reading: PinReading;
  readonly value: string;
  readonly resolution: PinResolution;
  /** When the pin was written, as far as known. */
  readonly since: Date | null;
  readonly signal?: AbortSignal;
}

/** Whether the registry agrees: registered, active, its tag has the pinned digest, and it holds the stage. */
export async function judgeRegistry(request: Request): Promise<Finding<RegistrySide>> {
  const { catalog, model, value, resolution } = request;
  const side = { source: `tags of ${model.name}` };
  switch (resolution.kind) {
    case 'empty':
      return because(side, 'unknown', 'empty-pin', `No version of "${model.name}" is pinned`);
    case 'ambiguous': {
      const names = resolution.meanings.map(
        ({ form, tag, commit }) => `the ${form} ${tag ?? commit.slice(0, 8)}`,
      );
      return because(
        side,
        'unknown',
        'ambiguous-pin',
        `"${value}" means ${names.join(' and ')}, with different bits`,
      );
    }
    case 'floating': {
      const now = resolution.now;
      const meaning = now ? `now ${now.version?.version ?? now.commit.slice(0, 8)}` : 'nothing now';
      const found = because(
        {
          ...side,
          ...(now?.version ? { value: now.version.version } : {}),
          ...(now?.digest ? { digest: now.digest } : {}),
        },
        'unknown',
        'floating-pin',
        `"${value}" is a ${resolution.what === 'latest' ? 'moving name' : resolution.what}, ${meaning}: pin a version`,
      );
      return found;
    }
    case 'unresolved': {
      const missing = await whyTagsMayBeMissing(
        catalog,
        request.since,
        request.signal ? { signal: request.signal } : {},
      );
      return missing === undefined
        ? because(side, 'differs', 'not-registered', `"${value}" is no version of "${model.name}"`)
        : because(
            side,
            'unknown',
            'tags-not-fetched',
            `"${value}" is not known here, and ${missing}: fetch the tags`,
          );
    }
    case 'fixed':
      return judgeVersion(request, resolution);
  }
}

async function judgeVersion(
  request: Request,
  meaning: Extract<PinResolution, { kind: 'fixed' }>,
): Promise<Finding<RegistrySide>> {
  const { catalog, model, reading } = request;
  const wanted = reading.environment.stage;
  const version = meaning.version ?? registeredAs(catalog, model, meaning, wanted);
  const reasons: Reason[] = [];
  let unknown = false;
  const name = version?.version ?? meaning.tag ?? meaning.commit.slice(0, 8);
  if (version === null && meaning.form === 'commit') {
    reasons.push({
      code: 'not-registered',
      message: `No version of "${model.name}" has the bits of ${name}`,
    });
  } else if (version?.active === false) {
    reasons.push({ code: 'deregistered', message: `${name} of "${model.name}" is deregistered` });
  }
  const pinned = pinnedDigest(reading);
  if (pinned !== undefined && pinned !== '') {
    const verdict = compareWritten(pinned, meaning.digest);
    if (verdict === 'different') {
      const message = `${meaning.tag ?? name} has ${meaning.digest?.algorithm ?? ''} ${meaning.digest?.value ?? ''}, pinned is ${pinned}`;
      reasons.push({ code: 'tag-moved', message });
    } else if (verdict === 'unknown') {
      unknown = true;
      reasons.push({
        code: 'digest-not-comparable',
        message: `The pinned digest "${pinned}" cannot be compared with that of ${name}`,
      });
    }
  } else if (meaning.digest === null) {
    unknown = true;
    reasons.push({ code: 'no-digest', message: `"${model.name}" has no digest in ${name}` });
  }
  const stage = wanted === null ? undefined : await stageOf(request, wanted, version);
  if (wanted !== null && !(version?.stages.includes(wanted) ?? false)) {
    const missing = (stage?.holder ?? null) === null ? await structurallyMissing(request) : undefined;
    if (missing !== undefined) unknown = true;
    reasons.push(
      missing === undefined
        ? {
            code: 'not-approved',
            message: `${name} does not hold ${wanted}${stage === undefined || stage.holder === null ? '' : `, ${stage.holder} does`}`,
          }
        : {
            code: 'tags-not-fetched',
            message: `Whether ${name} holds ${wanted} is not known here: ${missing}`,
          },
    );
  }
  const drift = reasons.some(
    ({ code }) => code !== 'digest-not-comparable' && code !== 'no-digest' && code !== 'tags-not-fetched',
  );
  return {
    side: {
      value: name,
      ...(meaning.digest ? { digest: meaning.digest } : {}),
      source: version?.tag ?? meaning.tag ?? meaning.commit,
      ...(version ? { asOf: version.time } : {}),
      state: drift ? 'differs' : unknown ? 'unknown' : 'ok',
      ...(stage ? { stage } : {}),
      ...(unknown && !drift ? { error: reasons[0]?.message ?? '' } : {}),
    },
    reasons,
  };
}

/** A plain tag or a commit is as good as the version that has its bits: an active one, best with the stage wanted. */
function registeredAs(
  catalog: Catalog,
  model: PinnedModel,
  meaning: Extract<PinResolution, { kind: 'fixed' }>,
  stage: string | null,
): Version | null {
  const same = versionsOf(catalog, model).filter(
    (version) =>
      version.active && (version.commit === meaning.commit || sameBits(version.digest, meaning.digest)),
  );
  return same.find((version) => stage !== null && version.stages.includes(stage)) ?? same[0] ?? null;
}

function pinnedDigest(reading: PinReading): string | undefined {
  for (const { deployed } of reading.files)
    if (deployed.kind === 'value' && deployed.digest) return deployed.digest.value;
  return undefined;
}

/** Compares a digest as somebody wrote it (`md5:…` or bare hex) with one of the catalog's. */
export function compareWritten(written: string, digest: Digest | null): 'same' | 'different' | 'unknown' {
  if (digest === null) return 'unknown';
  const [, algorithm, value = ''] = /^(?:([a-z0-9]+):)?(.*)$/.exec(written.trim()) ?? [];
  if (algorithm !== undefined && algorithm !== digest.algorithm) return 'unknown';
  if (value.toLowerCase() === digest.value) return 'same';
  const hex = (text: string): number => text.replace(/\.(?:dir|lfsdir)$/, '').length;
  if (digest.legacy || (algorithm === undefined && hex(value) !== hex(digest.value))) return 'unknown';
  return 'different';
}

async function structurallyMissing(request: Request): Promise<string | undefined> {
  return whyTagsMayBeMissing(request.catalog, null, request.signal ? { signal: request.signal } : {});
}

async function stageOf(
  request: Request,
  name: string,
  version: Version | null,
): Promise<NonNullable<RegistrySide['stage']>> {
  const { catalog, model } = request;
  const registered = catalog.registered().find((one) => one.name === (version?.artifact ?? model.name));
  const holders = registered && Object.hasOwn(registered.stages, name) ? registered.stages[name] : undefined;
  const holder = holders?.[0] ?? null;
  if (holder === null || registered === undefined) return { name, holder };
  const commit = registered.versions.find((one) => one.version === holder)?.commit ?? holder;
  const assigned = await newestAssignment(request, registered.name, name, commit);
  return { name, holder, ...assigned };
}

/** Who gave a stage to a commit, and when: the newest of its tags there (GTO: `name#stage`, perhaps with a counter). */
async function newestAssignment(
  { catalog, signal }: Request,
  artifact: string,
  stage: string,
  commit: string,
): Promise<{ readonly by?: string; readonly at?: string } & StageApproval> {
  const tag = `refs/tags/${artifact.replace(':', '=')}#${stage}`;
  const { stdout } = await runGit(
    catalog.repository.git,
    [
      'for-each-ref',
      '--sort=-taggerdate',
      // Every field ends in a NUL; the body is without the signature, which would hide the trailers.
      '--format=%(*objectname)%00%(taggername)%00%(taggerdate:iso-strict)%00%(contents:subject)%0a%0a%(contents:body)%00',
      tag,
      `${tag}#*`,
    ],
    { cwd: catalog.repository.root, ...(signal ? { signal } : {}) },
  );
  const fields = stdout.toString('utf8').split('\0');
  for (let record = 0; record + 4 <= fields.length; record += 4) {
    const [peeled = '', tagger = '', at = '', message = ''] = fields.slice(record, record + 4);
    if (peeled.trim() !== commit) continue;
    const { approvedBy } = readTrailers(message);
    return approvedBy === undefined
      ? { by: tagger, at }
      : { by: approvedBy.join(', '), at, approvedBy, tagger };
  }
  return {};
}
