import { plainPath } from '../artifacts/insidePath.js';
import { findStores } from '../artifacts/stores.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Diagnostic } from '../diagnostic.js';
import type { CommitId } from '../git/ids.js';
import { commitId } from '../git/ids.js';
import { localGit } from '../git/localObjects.js';
import { openObjects } from '../git/objects.js';
import { runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';
import { shallowEdge } from '../git/shallow.js';
import type { PinSetting } from '../settings/settings.js';
import { decode, deployedRef, filesOf, locate } from './read.js';
import { TARGET_LIMIT } from './targets/target.js';

/** One change of a pin on the branch that is deployed: when Git merged it, which is not when it was deployed. */
export interface PinChange {
  readonly environment: string;
  /** As the settings name it. */
  readonly model: string;
  readonly file: string;
  /** Whose history it is: `origin/main`; `HEAD` for a pin that is read in the working copy. */
  readonly ref: string;
  readonly commit: CommitId;
  /** Of the commit on that branch: of a merge, whoever merged. */
  readonly author: string;
  readonly email: string;
  /** The committer's, since 1970. */
  readonly seconds: number;
  /** ISO 8601 of the same moment, in the committer's zone. */
  readonly time: string;
  /** Null when nothing was, or is, pinned. */
  readonly before: string | null;
  readonly after: string | null;
  /** The history is cut off here, so that what was before, and since when this holds, is not known. */
  readonly cutOff?: true;
}

export interface PinHistory {
  /** Newest first, per pin and file. */
  readonly changes: readonly PinChange[];
  /** What could not be read, or is not in Git. */
  readonly diagnostics: readonly Diagnostic[];
}

interface Options {
  readonly environment?: string;
  /** The pins of this model: any of its names in the settings (name, path). */
  readonly models?: readonly (string | null)[];
  readonly signal?: AbortSignal;
}

/** Commits of one file's history, and how many are read at once. */
const COMMITS = 5_000;
const BATCH = 64;

/** Reads from Git when each pin that lies in a file got each of its values, on the first-parent line of its branch. */
export async function pinHistory(catalog: Catalog, options: Options = {}): Promise<PinHistory> {
  const { repository, settings, head } = catalog;
  const changes: PinChange[] = [];
  const diagnostics: Diagnostic[] = [];
  const abortable = options.signal ? { signal: options.signal } : {};
  const reader = new HistoryReader(repository, abortable);
  for (const environment of settings.environments) {
    if (options.environment !== undefined && environment.name !== options.environment) continue;
    for (const pin of environment.pins) {
      if (options.models && !options.models.includes(pin.model)) continue;
      const told = `The pin of ${pin.model} in ${environment.name}`;
      if (pin.target.kind !== 'file') {
        const message = `${told} is kept in ${pin.target.kind}: Git does not know its history.`;
        diagnostics.push({ severity: 'info', code: 'pin-not-in-git', message });
        continue;
      }
      const deployed = await deployedRef(catalog, environment.ref, options.signal);
      const [ref, commit] = deployed.worktree
        ? (['HEAD', head.commit] as const)
        : ([deployed.name, deployed.commit] as const);
      if (commit === null) {
        const message = `${told} is read on ${ref}, which is not here: fetch it first.`;
        diagnostics.push({ severity: 'warning', code: 'pin-ref-missing', message });
        continue;
      }
      for (const written of filesOf(pin)) {
        const plain = plainPath(written);
        if ('refused' in plain) continue; // reported with the settings, and by `status`
        const file = plain.path;
        const past = await reader.read(commit, file);
        const { found, gaps } = changesOf(past, pin, file);
        for (const change of found)
          changes.push({ environment: environment.name, model: pin.model, file, ref, ...change });
        if (past.cutOff || gaps > 0) diagnostics.push(incomplete(told, file, past.cutOff, gaps));
      }
    }
  }
  return { changes, diagnostics };
}

function incomplete(told: string, file: string, cutOff: boolean, gaps: number): Diagnostic {
  const why = [
    ...(cutOff ? ['its older history is not in this clone'] : []),
    ...(gaps > 0 ? [`in ${gaps} commits it could not be read`] : []),
  ];
  return {
    severity: 'warning',
    code: 'history-incomplete',
    message: `${told} may have had other values: ${why.join(', and ')}.`,
    path: file,
  };
}

type PastCommit = Pick<PinChange, 'commit' | 'author' | 'email' | 'seconds' | 'time'>;

/** The text of a file, null where it is not there, or that it cannot be told. */
type FileText = { readonly text: string | null } | { readonly unreadable: true };

/** What became of one file. */
interface Past {
  /** Oldest first: the commits that changed it. */
  readonly files: readonly (PastCommit & { readonly at: FileText })[];
  readonly cutOff: boolean;
}

type Change = Omit<PinChange, 'environment' | 'model' | 'file' | 'ref'>;

/** The changes of one value over the past of its file; commits in which it cannot be read are passed over. */
function changesOf(past: Past, pin: PinSetting, file: string): { found: readonly Change[]; gaps: number } {
  const found: Change[] = [];
  let before: string | null = null;
  let gaps = 0;
  past.files.forEach(({ at, commit, author, email, seconds, time }, index) => {
    const after = 'text' in at ? valueIn(pin, file, at.text) : undefined;
    if (after === undefined) gaps += 1;
    if (after === undefined || after === before) return;
    const cutOff = past.cutOff && index === 0 ? { cutOff: true as const } : {};
    found.push({ commit, author, email, seconds, time, before, after, ...cutOff });
    before = after;
  });
  return { found: found.reverse(), gaps };
}

/** What is pinned in a text; null for nothing, undefined where it cannot be told. */
function valueIn(pin: PinSetting, file: string, text: string | null): string | null | undefined {
  if (text === null) return null;
  const reading = locate(pin, file, text);
  if (reading.kind === 'value') return reading.value === '' ? null : reading.value;
  return reading.problem.code === 'missing' ? null : undefined;
}

/** Reads the past of files, each once however many pins lie in it. */
class HistoryReader {
  private readonly known = new Map<string, Promise<Past>>();
  private boundary: Promise<ReadonlySet<string>> | undefined;

  constructor(
    private readonly repository: Repository,
    private readonly options: { readonly signal?: AbortSignal },
  ) {}

  read(tip: CommitId, file: string): Promise<Past> {
    const key = `${tip}:${file}`;
    let past = this.known.get(key);
    if (!past) this.known.set(key, (past = this.load(tip, file)));
    return past;
  }

  private async load(tip: CommitId, file: string): Promise<Past> {
    const commits = await this.commits(tip, file);
    this.boundary ??= shallowCommits(this.repository);
    const oldest = commits.at(-1);
    const cutOff =
      commits.length >= COMMITS || (oldest !== undefined && (await this.boundary).has(oldest.commit));
    const texts = await this.texts(
      commits.map(({ commit }) => commit),
      file,
    );
    const files = commits.map((commit) => ({ ...commit, at: texts.get(commit.commit) ?? UNREADABLE }));
    return { files: files.reverse(), cutOff };
  }

  /** Newest first. Along first parents a merge stands for all that it brought. */
  private async commits(tip: CommitId, file: string): Promise<readonly PastCommit[]> {
    const { stdout } = await runGit(
      localGit(this.repository),
      [
        '--literal-pathspecs',
        'log',
        '-z',
        '--no-follow',
        '--first-parent',
        '--no-show-signature',
        '--format=%H%x00%an%x00%ae%x00%ct%x00%cI',
        `--max-count=${COMMITS}`,
        tip,
        '--',
        file,
      ],
      { cwd: this.repository.root, ...this.options },
    );
    const parts = stdout.toString('utf8').split('\0');
    const commits: PastCommit[] = [];
    for (let at = 0; at + 4 < parts.length; at += 5) {
      const [id = '', author = '', email = '', seconds = '', time = ''] = parts.slice(at, at + 5);
      commits.push({ commit: commitId(id), author, email, seconds: Number(seconds), time });
    }
    return commits;
  }

  private async texts(commits: readonly CommitId[], file: string): Promise<ReadonlyMap<string, FileText>> {
    const texts = new Map<string, FileText>();
    const byBlob = new Map<string, FileText>();
    // In a partial clone an object that is not here is no deleted file.
    const gone: FileText = (await findStores(this.repository).partial()) ? UNREADABLE : { text: null };
    const reader = openObjects(this.repository, this.options);
    try {
      for (let start = 0; start < commits.length; start += BATCH) {
        const blobs = new Map<CommitId, string>();
        for (const commit of commits.slice(start, start + BATCH)) {
          reader.info(`${commit}:${file}`, {
            failed: (reason) => texts.set(commit, reason === 'corrupt' ? UNREADABLE : gone),
            info: (type, size, id) => {
              if (type !== 'blob') return void texts.set(commit, { text: null });
              if (size > TARGET_LIMIT * 4) return void texts.set(commit, UNREADABLE);
              blobs.set(commit, id);
            },
          });
        }
        await reader.settle();
        for (const id of new Set(blobs.values())) {
          if (byBlob.has(id)) continue;
          reader.contents(id, {
            failed: () => byBlob.set(id, UNREADABLE),
            object: (_type, data) => {
              const text = decode(data);
              byBlob.set(id, text === null ? UNREADABLE : { text });
            },
          });
        }
        await reader.settle();
        for (const [commit, id] of blobs) texts.set(commit, byBlob.get(id) ?? UNREADABLE);
      }
    } finally {
      reader.close();
    }
    return texts;
  }
}

const UNREADABLE: FileText = { unreadable: true };

/** The commits at which a shallow clone ends. */
async function shallowCommits(repository: Repository): Promise<ReadonlySet<string>> {
  if (!repository.shallow) return new Set();
  const text = await shallowEdge(repository);
  return new Set(text.split('\n').filter((line) => line !== ''));
}
