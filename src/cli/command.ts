import type { ParseArgsConfig } from 'node:util';
import type { LoadOptions } from '../core/catalog/source.js';
import type { RepositoryCatalog } from '../core/catalog/repositoryCatalog.js';
import type { Diagnostic } from '../core/diagnostic.js';
import type { Repository } from '../core/git/repository.js';

/** 0 done or in sync; 1 drift found or a rule broken; 2 wrong use, bad configuration or refused; 3 could not be determined. */
export type ExitCode = 0 | 1 | 2 | 3;

/** Ends a command with a message on stderr (in `--json` as a diagnostic) and an exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly exitCode: Exclude<ExitCode, 0>,
    readonly code: string,
    message: string,
    /** What could have been meant, one per line below the message. */
    readonly candidates: readonly string[] = [],
    /** How to find out more, below the candidates. */
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** What every command is given: the outside world through narrow doors. */
export interface CommandContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly json: boolean;
  readonly color: boolean;
  readonly verbose: boolean;
  readonly signal: AbortSignal;
  /** Results. Resolves when the stream can take more. */
  out(text: string): Promise<void>;
  /** Everything else: progress, warnings, hints. */
  note(text: string): void;
  /** Prints diagnostics on stderr (text mode) or collects them into the JSON answer. */
  diagnose(diagnostics: readonly Diagnostic[]): void;
  /**
   * Writes `{"schema": 1, ...fields, "diagnostics"?}` as one object, piece by piece, with what `diagnose`
   * collected until the last field was written. Large fields are `Streamed`.
   */
  answer(fields: Readonly<Record<string, unknown>>): Promise<void>;
  repository(): Promise<Repository>;
  /** Repository path of the folder from which paths on the command line are written; empty at the root. */
  folder(): Promise<string>;
  /** The catalog of that repository; its own diagnostics are passed on to `diagnose`. */
  catalog(options?: Pick<LoadOptions, 'branches' | 'changes'>): Promise<RepositoryCatalog>;
}

/** A field of an answer that is written element by element as it comes. */
export class Streamed {
  constructor(
    readonly kind: 'array' | 'object',
    /** Elements; for an object `[key, value]` pairs. What is streamed may have streamed parts. */
    readonly items: Iterable<unknown> | AsyncIterable<unknown>,
  ) {}
}

export interface ParsedArguments {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** `list [--branch B]… [--all]`, as in the contract. */
  readonly usage: string;
  /** One line per option, for `-h`. */
  readonly help?: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  readonly positionals: { readonly min: number; readonly max: number };
  run(context: CommandContext, args: ParsedArguments): Promise<ExitCode>;
}
