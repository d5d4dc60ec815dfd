import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { isMap, toJson } from '../../compare/value.js';
import type { Json } from '../../compare/value.js';
import type { Bytes } from './bytes.js';
import { HeaderError } from './bytes.js';

const inflate = promisify(inflateRaw);
const END_OF_DIRECTORY = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** A configuration of more than 10 MB is not read; a zip that says little and inflates to much stops there too. */
const MOST_INFLATED = 10 * 1024 * 1024;

/** Reads `metadata.json` and `config.json` of a Keras 3 file, which is a zip; the weights beside them are not touched. */
export async function readKeras(bytes: Bytes): Promise<Readonly<Record<string, Json>>> {
  const entries = await directory(bytes);
  const metadata = await json(bytes, entries.get('metadata.json'));
  const config = await json(bytes, entries.get('config.json'));
  if (metadata === null && config === null) throw new HeaderError('The zip holds no Keras model');
  const inner = config !== null && isMap(config) ? config['config'] : undefined;
  const layers = inner !== undefined && isMap(inner) ? inner['layers'] : undefined;
  return {
    format: 'Keras',
    ...(metadata === null ? {} : { metadata }),
    ...(config !== null && isMap(config) && config['class_name'] !== undefined
      ? { class: config['class_name'] }
      : {}),
    ...(Array.isArray(layers)
      ? { layers: layers.map((layer: Json) => (isMap(layer) ? (layer['class_name'] ?? null) : null)) }
      : {}),
  };
}

interface Entry {
  readonly method: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

async function directory(bytes: Bytes): Promise<ReadonlyMap<string, Entry>> {
  const tailLength = Math.min(bytes.size, 65_557);
  const tail = await bytes.read(bytes.size - tailLength, tailLength);
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > tail.length || tail.readUInt32LE(end) !== END_OF_DIRECTORY) {
    throw new HeaderError('This is no zip');
  }
  const size = tail.readUInt32LE(end + 12);
  const offset = tail.readUInt32LE(end + 16);
  const data = await bytes.read(offset, size);
  const entries = new Map<string, Entry>();
  for (let at = 0; at + 46 <= data.length && data.readUInt32LE(at) === ENTRY;) {
    const nameLength = data.readUInt16LE(at + 28);
    entries.set(data.toString('utf8', at + 46, at + 46 + nameLength), {
      method: data.readUInt16LE(at + 10),
      compressed: data.readUInt32LE(at + 20),
      size: data.readUInt32LE(at + 24),
      offset: data.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
  }
  return entries;
}

async function json(bytes: Bytes, entry: Entry | undefined): Promise<Json> {
  if (entry === undefined) return null;
  if (entry.size > MOST_INFLATED || entry.compressed > MOST_INFLATED) {
    throw new HeaderError('The configuration is larger than 10 MB');
  }
  const local = await bytes.read(entry.offset, 30);
  if (local.readUInt32LE(0) !== LOCAL) throw new HeaderError('The zip is broken');
  const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const stored = await bytes.read(start, entry.compressed);
  if (entry.method !== 0 && entry.method !== 8) throw new HeaderError('The zip uses an unknown compression');
  try {
    const plain = entry.method === 0 ? stored : await inflate(stored, { maxOutputLength: MOST_INFLATED });
    return toJson(JSON.parse(plain.toString('utf8')) as unknown);
  } catch {
    throw new HeaderError('The configuration cannot be read');
  }
}
