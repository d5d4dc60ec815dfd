import type { Digest } from '../digest.js';
import type { Tracking } from '../tracking/trackedFile.js';
import type { Candidate, Unnamed } from './candidateTable.js';

type Row = Pick<Candidate, 'declared' | 'isModel' | 'content'>;

/** What stands in front of a row that is JSON; a plain one begins with one of the others. */
const JSON_ROW = '{';
const MODEL = 'm';
const OTHER = 'o';

/**
 * A candidate as it is kept on disk: one text, plain fields on lines for what nobody declared (thousands, and JSON takes
 * three times as long), JSON for all else.
 */
export function writeRow({ declared, isModel, content }: Row): string {
  const { path, pointer, digest, stage, size, files } = content;
  const plain =
    declared === null &&
    !content.declared &&
    digest !== null &&
    digest.legacy === undefined &&
    content.type === undefined &&
    content.description === undefined &&
    content.labels === undefined;
  if (!plain || !isLine(path) || !isLine(pointer) || !isLine(stage ?? '-') || !isLine(digest.value))
    return JSON.stringify({ declared, isModel, content } satisfies Row);
  const numbers = `${size ?? ''}\n${files ?? ''}`;
  return `${isModel ? MODEL : OTHER}\n${content.tracking}\n${path}\n${pointer}\n${stage ?? ''}\n${digest.algorithm}\n${digest.value}\n${numbers}`;
}

/** The candidate that `writeRow` wrote. */
export function readRow(text: string): Row {
  if (text.startsWith(JSON_ROW)) return JSON.parse(text) as Row;
  const [kind, tracking, path, pointer, stage, algorithm, value = '', size, files] = text.split('\n');
  const content: Unnamed = {
    path: path ?? null,
    tracking: tracking as Tracking,
    pointer: pointer ?? null,
    ...(stage === '' ? {} : { stage }),
    digest: { algorithm: algorithm as Digest['algorithm'], value },
    size: size === '' ? null : Number(size),
    ...(files === '' ? {} : { files: Number(files) }),
    declared: false,
  };
  return { declared: null, isModel: kind === MODEL, content };
}

/** What cannot stand on a line: its end, and halves of characters, which are lost where text becomes bytes. */
const UNFIT = /[\n\p{Surrogate}]/u;

/** Whether a text can stand on a line of its own, and is one: an empty line means none. */
function isLine(text: string | null): text is string {
  return text !== null && text !== '' && !UNFIT.test(text);
}
