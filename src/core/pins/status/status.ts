import { stat } from 'node:fs/promises';
import { Hasher } from '../../artifacts/hash.js';
import { insidePath } from '../../artifacts/insidePath.js';
import type { Catalog } from '../../catalog/catalog.js';
import { readBlobAt } from '../../git/files.js';
import { runGit } from '../../git/process.js';
import type { RegistryOf } from '../elsewhere.js';
import { registries } from '../elsewhere.js';
import type { Meaning, PinnedModel, PinResolution } from '../forms.js';
import { identify, resolvePin } from '../forms.js';
import { targetsOf } from '../plan.js';
import type { PinReading } from '../read.js';
import { agreedValue, decode, locate, readPins } from '../read.js';
import type { AskOptions } from './ask.js';
import { judgeDisk, judgePointer } from './disk.js';
import { lastFetch } from './fetched.js';
import type { RegistrySide } from './registry.js';
import { judgeRegistry } from './registry.js';
import type { RemoteCheck } from './remote.js';
import type { ServiceSide } from './service.js';
import { judgeService } from './service.js';
import type { Finding, PinState, Reason, Side } from './side.js';
import { because, notApplicable, stateOf } from './side.js';

/** What is written: where it is deployed, and in the working copy where that differs. */
export interface PinnedSide extends Side {
  /** The working copy's value, only where it is another one. */
  readonly here?: string;
}

/** One pin, seen from every side (cli.md: `status`). */
export interface PinStatus {
  readonly environment: string;
  readonly model: string;
  readonly targets: readonly string[];
  readonly pinned: PinnedSide;
  readonly registry: RegistrySide;
  /** With `loads: checkout` only: the pointer beside the code. */
  readonly pointer?: Side;
  readonly disk: Side;
  /** With `verify --remote` only. */
  readonly remote?: Side;
  readonly service: ServiceSide;
  readonly state: PinState;
  readonly reasons: readonly Reason[];
}

export interface StatusOptions {
  readonly environment?: string;
  readonly model?: string;
  readonly buffers?: ReadonlyMap<string, string>;
  /** Read the bytes on disk (`verify`); else their size and pointer are enough where those agree. */
  readonly hash?: boolean;
  /** Ask no service. */
  readonly offline?: boolean;
  /** Asks whether a host that the repository names may be contacted; all may when left out. */
  readonly mayContact?: (address: string) => Promise<boolean> | boolean;
  readonly ask?: Omit<AskOptions, 'reports' | 'signal'>;
  /** Looks for the pinned bytes at the remote. */
  readonly remote?: RemoteCheck;
  readonly registryOf?: RegistryOf;
  /** Kept by who asks often: unchanged files are not read again. */
  readonly hasher?: Hasher;
  readonly progress?: (bytes: number) => void;
  readonly now?: () => Date;
  readonly signal?: AbortSignal;
}

/**
 * Proves, pin by pin, whether what is pinned, registered, on disk and running are the same. A side that cannot be
 * looked up is unknown, and nothing unknown is ever in sync.
 */
export async function pinStatus(
  catalog: Catalog,
  options: StatusOptions = {},
): Promise<readonly PinStatus[]> {
  const { environment, model, buffers, signal } = options;
  const readings = await readPins(catalog, {
    ...(environment === undefined ? {} : { environment }),
    ...(model === undefined ? {} : { model }),
    ...(buffers ? { buffers } : {}),
    ...(signal ? { signal } : {}),
  });
  const shared: Shared = {
    catalog,
    options,
    registryOf: options.registryOf ?? registries(catalog, signal ? { signal } : {}),
    hasher: options.hasher ?? new Hasher(),
    now: (options.now?.() ?? new Date()).toISOString(),
    fetched: await lastFetch(catalog.repository, catalog.settings.remote),
    abortable: signal ? { signal } : {},
  };
  // One after the other: each may hash gigabytes; the addresses of one service are asked at once.
  const statuses: PinStatus[] = [];
  for (const reading of readings) statuses.push(await statusOf(shared, reading));
  return statuses;
}

interface Shared {
  readonly catalog: Catalog;
  readonly options: StatusOptions;
  readonly registryOf: RegistryOf;
  readonly hasher: Hasher;
  readonly now: string;
  readonly fetched: Date | null;
  readonly abortable: { readonly signal?: AbortSignal };
}

async function statusOf(shared: Shared, reading: PinReading): Promise<PinStatus> {
  const { options, abortable, now } = shared;
  const pinned = readPinned(shared, reading);
  const registry = await shared.registryOf(reading.pin);
  if ('unavailable' in registry) {
    const finding = because(
      { source: reading.pin.repository ?? '' },
      'unknown',
      'registry-unavailable',
      registry.unavailable,
    );
    return compose(reading, pinned, { registry: finding });
  }
  const model = await identify(registry, reading.model, abortable);
  const value = pinned.side.value;
  if (value === undefined) {
    const unread = {
      source: `tags of ${model.name}`,
      state: 'unknown',
      error: 'no pinned value to look up',
    } as const;
    const service = await service_(shared, registry, model, reading, '', null);
    return compose(reading, pinned, { registry: { side: unread, reasons: [] }, service });
  }
  const resolution = await resolvePin(registry, model, value, abortable);
  const since = resolution.kind === 'unresolved' ? await writtenAt(shared, reading) : null;
  const meaning = resolution.kind === 'fixed' ? resolution : null;
  const findings: Partial<Findings> & Pick<Findings, 'registry'> = {
    registry: await judgeRegistry({
      catalog: registry,
      model,
      reading,
      value,
      resolution,
      since,
      ...abortable,
    }),
    service: await service_(shared, registry, model, reading, value, meaning),
  };
  if (meaning) {
    const about = { catalog: registry, model, meaning, ref: reading.ref, now, ...abortable };
    const elsewhere = registry !== shared.catalog;
    if (!elsewhere) {
      const progress = options.progress ? { progress: options.progress } : {};
      findings.disk = await judgeDisk({
        ...about,
        ...progress,
        hasher: shared.hasher,
        hash: options.hash ?? false,
      });
    }
    if (reading.pin.loads === 'checkout' && !elsewhere) findings.pointer = await judgePointer(about);
    if (options.remote) findings.remote = await options.remote(registry, meaning, abortable);
  } else if (reading.ref.worktree) {
    findings.disk = undetermined('working copy', resolution);
  }
  return compose(reading, pinned, findings);
}

interface Findings {
  readonly registry: Finding<RegistrySide>;
  disk: Finding;
  service: Finding<ServiceSide>;
  pointer: Finding;
  remote: Finding;
}

function compose(
  reading: PinReading,
  pinned: Finding<PinnedSide>,
  findings: Partial<Findings> & Pick<Findings, 'registry'>,
): PinStatus {
  const { registry, pointer, remote } = findings;
  const disk = findings.disk ?? notApplicable('working copy');
  const service = findings.service ?? notApplicable('no service');
  const reasons = [pinned, registry, pointer, disk, remote, service].flatMap(
    (finding) => finding?.reasons ?? [],
  );
  return {
    environment: reading.environment.name,
    model: reading.model,
    targets: targetsOf(reading.pin),
    pinned: pinned.side,
    registry: registry.side,
    ...(pointer ? { pointer: pointer.side } : {}),
    disk: disk.side,
    ...(remote ? { remote: remote.side } : {}),
    service: service.side,
    state: stateOf(reasons),
    reasons,
  };
}

function service_(
  { options, now, abortable }: Shared,
  catalog: Catalog,
  model: PinnedModel,
  reading: PinReading,
  value: string,
  meaning: Meaning | null,
): Promise<Finding<ServiceSide>> {
  return judgeService({
    catalog,
    model,
    reading,
    value,
    meaning,
    offline: options.offline ?? false,
    now,
    ...(options.mayContact ? { mayContact: options.mayContact } : {}),
    ...(options.ask ? { ask: options.ask } : {}),
    ...abortable,
  });
}

/** The pin as it is written, in all its files. */
function readPinned({ now, fetched }: Shared, reading: PinReading): Finding<PinnedSide> {
  const { files, ref } = reading;
  const [first] = files;
  const remote = !ref.worktree && ref.name.includes('/');
  const asOf = ref.worktree ? now : remote ? fetched?.toISOString() : undefined;
  const where = ref.worktree ? 'in the working copy' : `on ${ref.name}`;
  const source = `${targetsOf(reading.pin).join(', ')} ${where}`;
  const side = { source, ...(asOf === undefined ? {} : { asOf }) };
  if (!first) return because(side, 'unknown', 'unreadable-pin', 'Only pins in files can be read yet');
  const reasons: Reason[] = [];
  for (const { file, deployed } of files) {
    if (deployed.kind !== 'problem') continue;
    const { problem } = deployed;
    const at = 'line' in problem && problem.line !== undefined ? `${file}:${problem.line}` : file;
    const code = problem.code === 'no-ref' ? 'unknown-ref' : 'unreadable-pin';
    reasons.push({ code, message: code === 'unknown-ref' ? problem.message : `${at}: ${problem.message}` });
  }
  const value = agreedValue(reading, 'deployed');
  if (value === undefined && reasons.length === 0) {
    const said = files.map(
      ({ file, deployed }) => `${file} ${deployed.kind === 'value' ? deployed.value : '?'}`,
    );
    return because(side, 'differs', 'files-disagree', `The files that must agree do not: ${said.join(', ')}`);
  }
  if (value === undefined) {
    return {
      side: { ...side, state: 'unknown', error: reasons.map(({ message }) => message).join('; ') },
      reasons,
    };
  }
  const here = agreedValue(reading, 'here');
  if (here !== undefined && here !== value) {
    reasons.push({ code: 'here-differs', message: `${value} on ${ref.name}, here ${here}` });
  }
  return {
    side: { ...side, value, state: 'ok', ...(here !== undefined && here !== value ? { here } : {}) },
    reasons,
  };
}

function undetermined(source: string, resolution: PinResolution): Finding {
  const error = `what the pin means is not determined (${resolution.kind})`;
  return { side: { source, state: 'unknown', error }, reasons: [] };
}

/** When the pinned value came to be, as far as that is cheap to know: a later fetch would have brought its tag. */
async function writtenAt({ catalog, abortable }: Shared, reading: PinReading): Promise<Date | null> {
  const { repository, head } = catalog;
  const [file] = reading.files;
  let commit = reading.ref.commit;
  if (reading.ref.worktree && file) {
    const committed =
      head.commit === null ? null : await readBlobAt(repository, head.commit, file.file, abortable);
    const text = committed === null ? null : decode(committed);
    const before = text === null ? null : locate(reading.pin, file.file, text);
    const same = before?.kind === 'value' && file.here.kind === 'value' && before.value === file.here.value;
    if (!same) {
      const place = await insidePath(repository.root, file.file);
      return place === null
        ? null
        : stat(place).then(
            ({ mtime }) => mtime,
            () => null,
          );
    }
    commit = head.commit;
  }
  if (commit === null) return null;
  const { stdout } = await runGit(
    repository.git,
    ['show', '-s', '--no-show-signature', '--format=%ct', commit, '--'],
    {
      cwd: repository.root,
      ...abortable,
    },
  );
  const seconds = Number(stdout.toString('utf8').trim());
  return Number.isFinite(seconds) ? new Date(seconds * 1000) : null;
}
