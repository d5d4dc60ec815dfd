import type { ObjectFailure, ObjectHandler, ObjectType, TransportEvents } from './requests.js';

const NEWLINE = 10;
/** Bytes from which on an object that comes in pieces is gathered in one place, instead of joined piece by piece. */
const LARGE = 65_536;

/** Splits cat-file's output into answers; keeps only what is incomplete between chunks. */
export class AnswerParser {
  private rest: Buffer | undefined;
  /** A large object is gathered here, its full size allotted at once. */
  private large: { readonly type: ObjectType; readonly data: Buffer; filled: number } | undefined;
  /** An object over its limit, and how many of its bytes are still to come. */
  private passing: { readonly handler: ObjectHandler; left: number } | undefined;
  private readonly header = new AnswerHeader();

  constructor(private readonly events: Pick<TransportEvents, 'next' | 'answered' | 'missing'>) {}

  push(chunk: Buffer): void {
    let data = chunk;
    let at = 0;
    if (this.large) {
      at = this.gather(this.large, data);
      if (this.large) return;
    } else if (this.rest) {
      data = Buffer.concat([this.rest, data]);
      this.rest = undefined;
    }
    while (at < data.length) {
      if (this.passing) {
        at += this.pass(this.passing, data.length - at);
        continue;
      }
      const next = this.answer(data, at);
      if (next < 0) break;
      at = next;
    }
    if (at < data.length && !this.large) this.rest = Buffer.from(data.subarray(at));
  }

  /** Takes one answer and tells where the next one begins; negative while it is not complete. */
  private answer(data: Buffer, at: number): number {
    const { header, events } = this;
    const start = header.read(data, at);
    if (start < 0) return -1;
    const request = events.next();
    if (!request) throw new Error('git cat-file answered more than it was asked');
    const { type, size, failure } = header;
    if (type === undefined) {
      events.answered();
      if (failure === 'missing') events.missing(request);
      else request.handler.failed(failure);
      return start;
    }
    if (request.kind === 'info') {
      events.answered();
      request.handler.info(type, size, header.id(data));
      return start;
    }
    const { handler } = request;
    const end = start + size;
    if (handler.limit !== undefined && size >= handler.limit) {
      this.passing = { handler, left: size + 1 };
      return start;
    }
    if (end + 1 > data.length) {
      if (size > LARGE) {
        const gathered = Buffer.allocUnsafe(size + 1);
        this.large = { type, data: gathered, filled: data.copy(gathered, 0, start) };
      }
      return -1;
    }
    events.answered();
    deliver(handler, type, data, start, end);
    return end + 1;
  }

  /** Passes over bytes and tells how many; only behind the last one the object is answered, for Git may fail on it. */
  private pass(passing: NonNullable<AnswerParser['passing']>, available: number): number {
    const passed = Math.min(passing.left, available);
    passing.left -= passed;
    if (passing.left === 0) {
      this.passing = undefined;
      this.events.answered();
      passing.handler.tooLarge?.();
    }
    return passed;
  }

  /** Adds to a large object and tells how much was taken; delivers it once it is whole. */
  private gather(large: NonNullable<AnswerParser['large']>, data: Buffer): number {
    const taken = data.copy(large.data, large.filled, 0);
    large.filled += taken;
    if (large.filled < large.data.length) return taken;
    this.large = undefined;
    const request = this.events.next();
    this.events.answered();
    if (request?.kind === 'contents')
      deliver(request.handler, large.type, large.data, 0, large.data.length - 1);
    return taken;
  }
}

function deliver(handler: ObjectHandler, type: ObjectType, data: Buffer, start: number, end: number): void {
  if (handler.bytes) handler.bytes(type, data, start, end);
  else handler.object(type, data.subarray(start, end));
}

const TYPES: ReadonlyMap<number, ObjectType> = new Map(
  (['commit', 'tree', 'blob', 'tag'] as const).map((type) => [
    type.charCodeAt(0) * 256 + type.charCodeAt(1),
    type,
  ]),
);
const SPACE = 32;
const DIGIT_ZERO = 48;
const DIGIT_NINE = 57;

/** The line `ID TYPE SIZE`, read as bytes: there are as many as objects. */
class AnswerHeader {
  /** Undefined where Git says something else there (`missing`, `ambiguous`, `submodule`): no object. */
  type: ObjectType | undefined;
  size = 0;
  failure: ObjectFailure = 'missing';
  private start = 0;
  private idEnd = 0;

  /** Reads the line at `at` and tells where the next one begins; negative while the line is not complete. */
  read(data: Buffer, at: number): number {
    const lineEnd = data.indexOf(NEWLINE, at);
    if (lineEnd < 0) return -1;
    this.start = at;
    let end = at;
    while (end < lineEnd && data[end] !== SPACE) end += 1;
    this.idEnd = end;
    this.type = TYPES.get((data[end + 1] ?? 0) * 256 + (data[end + 2] ?? 0));
    if (this.type !== undefined) {
      const sizeAt = end + this.type.length + 2;
      this.size = data[sizeAt - 1] === SPACE ? readNumber(data, sizeAt, lineEnd) : -1;
      if (this.size < 0) this.type = undefined;
    }
    if (this.type === undefined)
      this.failure = data.toString('latin1', at, lineEnd).endsWith(' ambiguous') ? 'ambiguous' : 'missing';
    return lineEnd + 1;
  }

  id(data: Buffer): string {
    return data.toString('latin1', this.start, this.idEnd);
  }
}

/** A decimal number; negative for anything else. */
function readNumber(data: Buffer, start: number, end: number): number {
  if (start >= end) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = data[at] ?? 0;
    if (digit < DIGIT_ZERO || digit > DIGIT_NINE) return -1;
    value = value * 10 + (digit - DIGIT_ZERO);
  }
  return value;
}
