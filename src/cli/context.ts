import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { append } from '../core/append.js';
import type { CatalogSource, LoadOptions } from '../core/catalog/source.js';
import type { RepositoryCatalog } from '../core/catalog/repositoryCatalog.js';
import type { Diagnostic } from '../core/diagnostic.js';
import { GitError, gitEnvironment } from '../core/git/process.js';
import { listRefs } from '../core/git/refs.js';
import type { Repository } from '../core/git/repository.js';
import { openRepository } from '../core/git/repository.js';
import type { CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError, Streamed } from './command.js';
import { boundMemory } from './engine.js';
import { folderInside } from './folder.js';

interface Surroundings {
  readonly process: NodeJS.Process;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** A command's context, with what only `main` may do to it. */
export interface MainContext extends CommandContext {
  configure(values: ParsedArguments['values']): void;
  /** Leaves what was read to the next call; after the answer was written. */
  finish(): Promise<void>;
  /** Says why the command failed, on stderr or as the JSON answer. */
  fail(error: unknown): Promise<ExitCode>;
}

/** Output is gathered into pieces of this many characters before it is written. */
const PIECE = 65_536;

/** Connects a command to the process around it. */
export function createContext({ process, json, signal }: Surroundings): MainContext {
  let folder = process.cwd();
  let color = process.stdout.isTTY && process.env.NO_COLOR === undefined;
  let verbose = false;
  let opened: Promise<Repository> | undefined;
  let source: CatalogSource | undefined;
  let answered = false;
  const collected: Diagnostic[] = [];
  const git = gitEnvironment(process.env);

  const write = (text: string): Promise<void> =>
    new Promise((resolve) => {
      if (process.stdout.write(text)) resolve();
      else process.stdout.once('drain', resolve);
    });

  const context: MainContext = {
    cwd: process.cwd(),
    env: process.env,
    json,
    signal,
    get color() {
      return color;
    },
    get verbose() {
      return verbose;
    },
    configure(values) {
      if (typeof values.repo === 'string') folder = path.resolve(process.cwd(), values.repo);
      if (values['no-color'] === true) color = false;
      verbose = values.verbose === true;
    },
    out: write,
    note(text) {
      process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    diagnose(diagnostics) {
      if (json) append(collected, diagnostics);
      else for (const diagnostic of diagnostics) process.stderr.write(`${describe(diagnostic)}\n`);
    },
    async answer(fields) {
      answered = true;
      let pending = '{"schema":1';
      const put = (text: string): Promise<void> | undefined => {
        pending += text;
        if (pending.length < PIECE) return undefined;
        const piece = pending;
        pending = '';
        return write(piece);
      };
      let failure: { readonly error: unknown } | undefined;
      for (const [name, value] of Object.entries(fields)) {
        if (value === undefined) continue;
        await put(`,${JSON.stringify(name)}:`);
        if (!(value instanceof Streamed)) await put(JSON.stringify(value));
        else {
          // What fails half-way still leaves one whole object, which says so.
          failure = await putStreamed(value, put);
          if (!failure) continue;
          const { code, message } = explain(failure.error, folder);
          collected.push({ severity: 'error', code, message });
          break;
        }
      }
      if (collected.length > 0) await put(`,"diagnostics":${JSON.stringify(collected)}`);
      await write(`${pending}}\n`);
      if (failure) throw failure.error;
    },
    repository() {
      opened ??= openRepository(folder, { git, signal });
      return opened;
    },
    async folder() {
      return folderInside(await context.repository(), [context.cwd, folder]);
    },
    async catalog(options: Pick<LoadOptions, 'branches' | 'changes'> = {}): Promise<RepositoryCatalog> {
      // Both ask Git, and neither needs the other's answer; while Git starts, so does what reads the catalog.
      const refs = listRefs({ root: folder, git }, { signal });
      refs.catch(() => undefined); // told where it is awaited; a folder without a repository is told before
      const opening = context.repository();
      opening.catch(() => undefined);
      const { CatalogSource } = await import('../core/catalog/source.js');
      const { defaultCacheFolder } = await import('../core/catalog/cacheFile.js');
      source = new CatalogSource(await opening, { cacheFolder: defaultCacheFolder(process.env) });
      const catalog = await source.load({ signal, refs, onUncached: boundMemory, ...options });
      boundMemory(); // not before: what the cache holds is read faster without
      context.diagnose(catalog.diagnostics);
      return catalog;
    },
    async finish() {
      await source?.save();
    },
    async fail(error) {
      const { exitCode, code, message, candidates, hint } = explain(error, folder);
      if (json && !answered) {
        collected.push({ severity: 'error', code, message });
        await context.answer({ ...(candidates.length > 0 ? { candidates } : {}), hint });
      }
      process.stderr.write(`modelkeep: ${printable(message)}\n`);
      for (const candidate of candidates) process.stderr.write(`  ${printableLine(candidate)}\n`);
      if (hint !== undefined) process.stderr.write(`${printableLine(hint)}\n`);
      if (verbose && error instanceof Error && error.stack !== undefined)
        process.stderr.write(`${error.stack}\n`);
      return exitCode;
    },
  };
  return context;
}

/** Writes a streamed field, closed in any case; answers with what went wrong while its items were made. */
async function putStreamed(
  value: Streamed,
  put: (text: string) => Promise<void> | undefined,
): Promise<{ readonly error: unknown } | undefined> {
  const array = value.kind === 'array';
  await put(array ? '[' : '{');
  let separator = '';
  let failure: { readonly error: unknown } | undefined;
  const putItem = (item: unknown): Promise<void> | undefined => {
    const [key, inner] = array ? [undefined, item] : (item as readonly [string, unknown]);
    const before = `${separator}${key === undefined ? '' : `${JSON.stringify(key)}:`}`;
    separator = ',';
    return inner instanceof Streamed ? putPart(before, inner) : put(before + JSON.stringify(inner));
  };
  const putPart = async (before: string, part: Streamed): Promise<void> => {
    await put(before);
    const failed = await putStreamed(part, put);
    if (failed) throw failed.error;
  };
  try {
    if (Symbol.asyncIterator in value.items) for await (const item of value.items) await putItem(item);
    else
      for (const item of value.items) {
        const written = putItem(item);
        if (written) await written;
      }
  } catch (error) {
    failure = { error };
  }
  await put(array ? ']' : '}');
  return failure;
}

/** `error: models/a.pkl.dvc:3: what is wrong`. */
function describe(diagnostic: Diagnostic): string {
  const { path: file, line, message } = diagnostic;
  // A message that begins with the file needs it in front only where a line goes with it.
  const isNamed = file !== undefined && line === undefined && message.startsWith(file);
  const place = isNamed ? '' : [file, line].filter((part) => part !== undefined).join(':');
  const ref =
    diagnostic.ref === undefined ? '' : ` (${diagnostic.ref.replace(/^refs\/(?:heads|tags|remotes)\//, '')})`;
  return printableLine(`${diagnostic.severity}: ${place === '' ? '' : `${place}: `}${message}${ref}`);
}

/** Control characters of a hostile name, and those that turn its direction, never reach the terminal. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\uFFFD');
}

/** The same for what is one line: a name with a line end in it makes no second one. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\t\n]/g, '\uFFFD');
}

function explain(
  error: unknown,
  folder: string,
): Pick<CommandError, 'code' | 'message' | 'candidates' | 'hint'> & { readonly exitCode: ExitCode } {
  if (error instanceof CommandError) return error;
  if (error instanceof GitError) {
    const code = `git-${error.reason}`;
    if (error.reason === 'not-a-repository') {
      const message = existsSync(folder)
        ? `${folder} is not inside a Git repository`
        : `There is no folder ${folder}`;
      return { exitCode: 3, code, message, candidates: [] };
    }
    if (error.reason === 'unsafe-repository') {
      const message = `Git does not trust ${folder}, which belongs to somebody else; see git help config, safe.directory`;
      return { exitCode: 3, code, message, candidates: [] };
    }
    return { exitCode: 3, code, message: error.message, candidates: [] };
  }
  if (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ENOTDIR' &&
    existsSync(folder) &&
    !statSync(folder).isDirectory()
  ) {
    return {
      exitCode: 3,
      code: 'git-not-a-repository',
      message: `${folder} is a file, not a folder`,
      candidates: [],
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: 3, code: 'failed', message, candidates: [] };
}
