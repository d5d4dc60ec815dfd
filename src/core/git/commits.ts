import type { CommitId, ObjectId, TreeId } from './ids.js';
import { isObjectId } from './ids.js';

/** Who and when, as Git records it. Times are seconds since 1970, zones like `+0200`. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly seconds: number;
  readonly zone: string;
}

export interface CommitObject {
  readonly tree: TreeId;
  readonly parents: readonly CommitId[];
  readonly author: Signature | null;
  readonly committer: Signature | null;
  readonly message: string;
}

export interface TagHeader {
  readonly object: ObjectId;
  readonly type: string;
  /** The `tag` header: the name it was made with. */
  readonly name: string;
  readonly tagger: Signature | null;
  readonly message: string;
}

/** Reads the headers and the message of a commit object; undefined when it is no commit Git would write. */
export function parseCommit(data: Buffer): CommitObject | undefined {
  const { headers, message } = split(data);
  const tree = headers.find(([key]) => key === 'tree')?.[1];
  if (tree === undefined) return undefined;
  return {
    tree: tree as TreeId,
    parents: headers.filter(([key]) => key === 'parent').map(([, value]) => value as CommitId),
    author: signature(headers.find(([key]) => key === 'author')?.[1]),
    committer: signature(headers.find(([key]) => key === 'committer')?.[1]),
    message,
  };
}

/** Only the tree of a commit object, as hex: the first line, at no cost. */
export function treeOfCommit(data: Buffer): TreeId | undefined {
  const end = data.indexOf(10);
  const line = data.toString('latin1', 0, end < 0 ? data.length : end);
  const tree = line.startsWith('tree ') ? line.slice(5) : '';
  return isObjectId(tree) ? (tree as TreeId) : undefined;
}

/** The parents of a commit object: the lines behind its tree. */
export function parentsOfCommit(data: Buffer): readonly CommitId[] {
  const text = data.toString('latin1');
  const parents: CommitId[] = [];
  let at = text.indexOf('\n') + 1;
  while (text.startsWith('parent ', at)) {
    const end = text.indexOf('\n', at);
    const id = text.slice(at + 7, end);
    if (end < 0 || !isObjectId(id)) break;
    parents.push(id as CommitId);
    at = end + 1;
  }
  return parents;
}

/**
 * Reads an annotated tag object; a signature at the end of the message is cut off. By positions instead of a pattern:
 * repositories have thousands of tags.
 */
export function parseTag(data: Buffer): TagHeader | undefined {
  const text = data.toString('utf8');
  const objectEnd = text.indexOf('\n');
  const typeEnd = text.indexOf('\n', objectEnd + 1);
  const nameEnd = text.indexOf('\n', typeEnd + 1);
  if (
    nameEnd < 0 ||
    !text.startsWith('object ') ||
    !text.startsWith('type ', objectEnd + 1) ||
    !text.startsWith('tag ', typeEnd + 1)
  )
    return undefined;
  const hasTagger = text.startsWith('tagger ', nameEnd + 1);
  const headerEnd = hasTagger ? text.indexOf('\n', nameEnd + 1) : nameEnd;
  // Further headers (an encoding, a signature) end at the first empty line.
  const end = headerEnd < 0 ? -1 : text.indexOf('\n\n', headerEnd);
  const message = end < 0 ? '' : text.slice(end + 2);
  return {
    object: text.slice(7, objectEnd) as ObjectId,
    type: text.slice(objectEnd + 6, typeEnd),
    name: text.slice(typeEnd + 5, nameEnd),
    tagger: hasTagger ? signature(text.slice(nameEnd + 8, headerEnd < 0 ? text.length : headerEnd)) : null,
    message: message.includes('-----BEGIN ')
      ? message.replace(/-----BEGIN (?:PGP|SSH|SIGNED)[^]*$/, '')
      : message,
  };
}

/** `2026-11-23T21:44:36+00:00` in the zone the person was in. */
export function isoTime(at: Pick<Signature, 'seconds' | 'zone'>): string {
  if (!isInCalendar(at)) return new Date(0).toISOString();
  const { zone } = at;
  const local = at.seconds + offsetOf(zone);
  const day = Math.floor(local / DAY);
  const second = local - day * DAY;
  const clock = `${twoDigits(second / 3600)}:${twoDigits((second / 60) % 60)}:${twoDigits(second % 60)}`;
  return `${dateOf(day)}T${clock}${zone.slice(0, 3)}:${zone.slice(3, 5)}`;
}

/** Seconds since 1970 that `isoTime` tells: of what is beyond the calendar, none. */
export function secondsTold(at: Pick<Signature, 'seconds' | 'zone'>): number {
  return isInCalendar(at) ? at.seconds : 0;
}

/** Seconds. */
const DAY = 24 * 60 * 60;
/** The last second that a `Date` can be, on both sides of 1970. */
const LAST = 8_640_000_000_000;

function isInCalendar({ seconds, zone }: Pick<Signature, 'seconds' | 'zone'>): boolean {
  return Math.abs(seconds + offsetOf(zone)) <= LAST;
}

/** Seconds east of Greenwich. */
function offsetOf(zone: string): number {
  if (zone === '+0000') return 0;
  const offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))) * 60;
  return zone.startsWith('-') ? -offset : offset;
}

/** The day that was asked for last: what happened on one is told together, and making its text takes longest. */
const lastDay = { day: Number.NaN, date: '' };

/** `2026-11-23`. */
function dateOf(day: number): string {
  if (lastDay.day !== day) {
    lastDay.date = new Date(day * DAY * 1000).toISOString().replace(/T.*$/, '');
    lastDay.day = day;
  }
  return lastDay.date;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

function twoDigits(value: number): string {
  return TWO_DIGITS[Math.floor(value)] ?? '00';
}

function split(data: Buffer): { headers: [string, string][]; message: string } {
  const text = data.toString('utf8');
  const end = text.indexOf('\n\n');
  const headers: [string, string][] = [];
  for (const line of (end < 0 ? text : text.slice(0, end)).split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) headers.push([line.slice(0, space), line.slice(space + 1)]);
  }
  return { headers, message: end < 0 ? '' : text.slice(end + 2) };
}

const SIGNATURE = /^(.*?) ?<([^<>]*)> (-?\d{1,15}) ([+-]\d{4})$/;

function signature(text: string | undefined): Signature | null {
  const found = text === undefined ? null : SIGNATURE.exec(text);
  if (!found) return null;
  const [, name = '', email = '', seconds = '0', zone = '+0000'] = found;
  return { name, email, seconds: Number(seconds), zone };
}
