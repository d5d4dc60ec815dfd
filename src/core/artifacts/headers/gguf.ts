import type { Json } from '../../compare/value.js';
import type { Bytes } from './bytes.js';
import { Cursor, HeaderError } from './bytes.js';

/** Bounds of what a header may claim; token lists, which are long, are skipped anyway. */
const MOST_KEYS = 10_000;
const MOST_ITEMS = 10_000_000;
const MOST_TEXT = 1024 * 1024;
const SHOWN_TEXT = 2000;
const SHOWN_ITEMS = 64;
/** Token lists lie between the keys: the header may be long, but is only walked. */
const WALK_LIMIT = 256 * 1024 * 1024;

/** Value types in the order of their numbers. */
const Type = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  text: 8,
  list: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const;

const WIDTH: Readonly<Record<number, number>> = {
  [Type.uint8]: 1,
  [Type.int8]: 1,
  [Type.uint16]: 2,
  [Type.int16]: 2,
  [Type.uint32]: 4,
  [Type.int32]: 4,
  [Type.float32]: 4,
  [Type.bool]: 1,
  [Type.uint64]: 8,
  [Type.int64]: 8,
  [Type.float64]: 8,
};

/** Reads the keys of a GGUF file, versions 2 and 3 (ggml, gguf.md); lists of more than 64 items only by length. */
export async function readGguf(bytes: Bytes): Promise<Readonly<Record<string, Json>>> {
  const cursor = new Cursor(bytes, 4, WALK_LIMIT);
  const version = (await cursor.take(4)).readUInt32LE();
  if (version < 2 || version > 3) throw new HeaderError(`GGUF version ${version} is not known`);
  const tensors = await count(cursor);
  const keys = await count(cursor);
  if (keys > MOST_KEYS) throw new HeaderError('The header claims more than 10,000 keys');
  const metadata: Record<string, Json> = {};
  for (let index = 0; index < keys; index += 1) {
    const name = await text(cursor);
    const type = (await cursor.take(4)).readUInt32LE();
    const value = await read(cursor, type);
    if (value !== undefined) metadata[name] = value;
  }
  return { format: 'GGUF', version, tensors, metadata };
}

async function count(cursor: Cursor): Promise<number> {
  const value = Number((await cursor.take(8)).readBigUInt64LE());
  if (!Number.isSafeInteger(value)) throw new HeaderError('The header claims an impossible count');
  return value;
}

async function text(cursor: Cursor): Promise<string> {
  const length = await count(cursor);
  if (length > MOST_TEXT) throw new HeaderError('The header holds a text of more than 1 MB');
  const whole = (await cursor.take(length)).toString('utf8');
  return whole.length > SHOWN_TEXT ? `${whole.slice(0, SHOWN_TEXT)}…` : whole;
}

async function read(cursor: Cursor, type: number): Promise<Json | undefined> {
  if (type === Type.text) return text(cursor);
  if (type === Type.list) return list(cursor);
  return scalar(await cursor.take(widthOf(type)), type);
}

function widthOf(type: number): number {
  const width = WIDTH[type];
  if (width === undefined) throw new HeaderError(`The header uses the unknown type ${type}`);
  return width;
}

async function list(cursor: Cursor): Promise<Json | undefined> {
  const type = (await cursor.take(4)).readUInt32LE();
  const length = await count(cursor);
  if (length > MOST_ITEMS) throw new HeaderError('The header claims a list of more than 10,000,000 items');
  if (type === Type.list) throw new HeaderError('The header nests lists');
  if (type !== Type.text && length > SHOWN_ITEMS) {
    cursor.skip(length * widthOf(type));
    return `${length} items`;
  }
  const items: Json[] = [];
  for (let index = 0; index < length; index += 1) {
    if (type === Type.text && index >= SHOWN_ITEMS) {
      cursor.skip(await count(cursor));
      continue;
    }
    const item = await read(cursor, type);
    if (item !== undefined) items.push(item);
  }
  return length > SHOWN_ITEMS ? `${length} items` : items;
}

function scalar(buffer: Buffer, type: number): Json {
  switch (type) {
    case Type.uint8:
      return buffer.readUInt8();
    case Type.int8:
      return buffer.readInt8();
    case Type.uint16:
      return buffer.readUInt16LE();
    case Type.int16:
      return buffer.readInt16LE();
    case Type.uint32:
      return buffer.readUInt32LE();
    case Type.int32:
      return buffer.readInt32LE();
    case Type.float32:
      return finite(Number(buffer.readFloatLE().toPrecision(7)));
    case Type.bool:
      return buffer.readUInt8() !== 0;
    case Type.uint64:
      return big(buffer.readBigUInt64LE());
    case Type.int64:
      return big(buffer.readBigInt64LE());
    default:
      return finite(buffer.readDoubleLE());
  }
}

function finite(value: number): Json {
  return Number.isFinite(value) ? value : String(value);
}

function big(value: bigint): Json {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}
