import * as v from 'valibot';
import { isMap, toJson } from '../../compare/value.js';
import type { Json } from '../../compare/value.js';
import type { Bytes } from './bytes.js';
import { HeaderError, PIECE_LIMIT } from './bytes.js';

const Tensor = v.object({
  dtype: v.string(),
  shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

/** Reads a safetensors header: 8 bytes of little-endian length, then JSON (huggingface/safetensors, format). */
export async function readSafetensors(bytes: Bytes): Promise<Readonly<Record<string, Json>>> {
  const length = Number((await bytes.read(0, 8)).readBigUInt64LE());
  if (length > PIECE_LIMIT) throw new HeaderError('The header is larger than 16 MB');
  const text = (await bytes.read(8, length)).toString('utf8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new HeaderError('The header is no JSON');
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new HeaderError('The header is no map');
  let tensors = 0;
  let weights = 0;
  const types: Record<string, number> = {};
  let metadata: Json = {};
  for (const [name, value] of Object.entries(data)) {
    if (name === '__metadata__') {
      metadata = toJson(value);
      continue;
    }
    const tensor = v.safeParse(Tensor, value);
    if (!tensor.success) throw new HeaderError(`The tensor "${name.slice(0, 100)}" has no type or shape`);
    const { dtype, shape } = tensor.output;
    const count = shape.reduce((product, side) => product * side, 1);
    tensors += 1;
    weights += count;
    types[dtype] = (types[dtype] ?? 0) + count;
  }
  return {
    format: 'safetensors',
    tensors,
    weights,
    'weights by type': types,
    ...(isMap(metadata) && Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}
