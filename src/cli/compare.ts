import { compareRevisions } from '../core/compare/compare.js';
import type { Column } from '../core/compare/comparison.js';
import type { Format } from '../core/compare/format.js';
import { formatComparison } from '../core/compare/format.js';
import type { Diagnostic } from '../core/diagnostic.js';
import { GitError } from '../core/git/process.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError, Streamed } from './command.js';
import { chooseModel } from './select.js';

const FORMATS: readonly Format[] = ['table', 'markdown', 'csv', 'json'];

/** `compare`: what differs between revisions of a model. */
export const compare: Command = {
  name: 'compare',
  summary: 'Differences between revisions of a model',
  usage: 'compare MODEL REV REV… [--baseline REV] [--all-fields] [--format table|markdown|csv|json]',
  help: `  --baseline REV   what the others are measured against; the first by default
  --all-fields     also the fields that are the same everywhere
  --format F       table (default), markdown, csv or json`,
  options: {
    baseline: { type: 'string' },
    'all-fields': { type: 'boolean' },
    format: { type: 'string' },
  },
  positionals: { min: 2, max: 101 },
  run,
};

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const [name = '', ...revs] = positionals;
  const baseline = typeof values['baseline'] === 'string' ? values['baseline'] : undefined;
  const format = formatOf(values['format'], context.json);
  if (new Set(baseline === undefined ? revs : [baseline, ...revs]).size < 2) {
    throw new CommandError(2, 'usage', 'Name at least two different revisions to compare');
  }
  const catalog = await context.catalog();
  const model = await chooseModel(context, catalog, name);
  const { diagnostics, curves, curvesUnknown, ...comparison } = await compareRevisions(catalog, model, revs, {
    ...(baseline === undefined ? {} : { baseline }),
    allFields: values['all-fields'] === true,
    curves: format === 'json',
    signal: context.signal,
  }).catch((error: unknown) => {
    // A revision that does not exist is a wrong use, not a repository that cannot be read.
    if (error instanceof GitError && error.reason === 'not-found-ref') {
      throw new CommandError(2, 'revision-unknown', error.message);
    }
    throw error;
  });
  context.diagnose(diagnostics);
  context.diagnose(comparison.columns.flatMap((column) => absence(column, model.name)));
  if (format === 'json') {
    const { model: compared, baseline: against, columns, rows } = comparison;
    await context.answer({
      model: compared,
      baseline: against,
      columns,
      rows: new Streamed('array', rows),
      ...(curves.length === 0 ? {} : { curves: new Streamed('array', curves) }),
      ...(curvesUnknown.length === 0 ? {} : { curvesUnknown }),
    });
    return 0;
  }
  const bold = context.color ? (text: string) => `\u001b[1m${text}\u001b[22m` : undefined;
  await context.out(formatComparison(comparison, format, bold ? { bold } : {}));
  return 0;
}

function formatOf(value: ParsedArguments['values'][string], json: boolean): Format {
  if (value === undefined) return json ? 'json' : 'table';
  const format = FORMATS.find((each) => each === value);
  if (format === undefined)
    throw new CommandError(2, 'usage', `There is no format "${String(value)}"`, FORMATS);
  return json ? 'json' : format;
}

/** A revision without the model; it does not change the exit code (cli.md). */
function absence({ rev, commit, present, unreadable }: Column, model: string): Diagnostic[] {
  if (present || unreadable) return [];
  const message = `There is no ${model} in ${rev} (${commit.slice(0, 8)})`;
  return [{ severity: 'warning', code: 'model-absent', message, commit }];
}
