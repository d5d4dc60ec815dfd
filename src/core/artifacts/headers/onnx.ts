import type { Json } from '../../compare/value.js';
import type { Bytes } from './bytes.js';
import { Cursor, HeaderError } from './bytes.js';

const MOST_TEXT = 1024 * 1024;
const MOST_FIELDS = 10_000;

/**
 * Reads the top-level fields of an ONNX model (onnx.proto, ModelProto): ir_version 1, producer 2 and 3, domain 4,
 * model_version 5, doc_string 6, opset_import 8, metadata_props 14. The graph (7), which holds the weights, is skipped.
 */
export async function readOnnx(bytes: Bytes): Promise<Readonly<Record<string, Json>>> {
  const cursor = new Cursor(bytes, 0, Number.MAX_SAFE_INTEGER);
  const header: Record<string, Json> = { format: 'ONNX' };
  const opsets: Record<string, Json> = {};
  const metadata: Record<string, Json> = {};
  for (let fields = 0; cursor.position < bytes.size; fields += 1) {
    if (fields > MOST_FIELDS) throw new HeaderError('The model has too many fields');
    const tag = await varint(cursor);
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) {
      const value = await varint(cursor);
      if (field === 1) header['ir version'] = value;
      else if (field === 5) header['model version'] = value;
    } else if (wire === 1 || wire === 5) cursor.skip(wire === 1 ? 8 : 4);
    else if (wire === 2) {
      const length = await varint(cursor);
      const name = TEXTS[field];
      if (name === undefined && field !== 8 && field !== 14) {
        if (cursor.position + length > bytes.size) throw new HeaderError('The file ends too early');
        cursor.skip(length);
        continue;
      }
      if (length > MOST_TEXT) throw new HeaderError('A field is larger than 1 MB');
      const data = Buffer.from(await cursor.take(length));
      if (name !== undefined) header[name] = data.toString('utf8').slice(0, 2000);
      else if (field === 8) {
        const { text: domain, number } = pair(data);
        opsets[domain === '' ? 'ai.onnx' : domain] = number;
      } else {
        const { text: key, second } = pair(data);
        metadata[key] = second;
      }
    } else throw new HeaderError('This is no ONNX model');
  }
  if (header['ir version'] === undefined) throw new HeaderError('This is no ONNX model');
  return {
    ...header,
    ...(Object.keys(opsets).length > 0 ? { opset: opsets } : {}),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

const TEXTS: Readonly<Record<number, string>> = {
  2: 'producer',
  3: 'producer version',
  4: 'domain',
  6: 'description',
};

async function varint(cursor: Cursor): Promise<number> {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = (await cursor.take(1)).readUInt8();
    value |= BigInt(byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) {
      const number = Number(BigInt.asIntN(64, value));
      if (!Number.isSafeInteger(number)) throw new HeaderError('A number is out of range');
      return number;
    }
  }
  throw new HeaderError('A number does not end');
}

/** OperatorSetIdProto (domain 1, version 2) and StringStringEntryProto (key 1, value 2) in one. */
function pair(data: Buffer): { readonly text: string; readonly number: number; readonly second: string } {
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let factor = 1; factor < 2 ** 49; factor *= 128) {
      const byte = data[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * factor;
      if ((byte & 0x80) === 0) return value;
    }
    throw new HeaderError('A number does not end');
  };
  let text = '';
  let number = 0;
  let second = '';
  while (at < data.length) {
    const tag = next();
    if (tag === 0x10) number = next();
    else if (tag % 8 === 2) {
      const length = next();
      const content = data.toString('utf8', at, Math.min(data.length, at + length)).slice(0, 2000);
      at += length;
      if (tag === 0x0a) text = content;
      else if (tag === 0x12) second = content;
    } else throw new HeaderError('A field has an unexpected form');
  }
  return { text, number, second };
}
