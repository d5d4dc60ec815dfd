// Small files in the real formats of model files, so that everything which reads headers has something to read.
import zlib from 'node:zlib';
import { normalFrom, randomFrom } from './random.mjs';

/** `count` little-endian float32 around zero. */
export function floats(seed, count, spread = 0.1) {
  const random = randomFrom(seed);
  const bytes = Buffer.alloc(count * 4);
  for (let i = 0; i < count; i++) bytes.writeFloatLE(normalFrom(random, spread), i * 4);
  return bytes;
}

/** safetensors: header length, JSON header, tensors. `tensors`: name to `{shape, data}` of float32. */
export function safetensors(tensors, metadata) {
  const header = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.length] };
    offset += data.length;
  }
  let json = JSON.stringify(header);
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  return Buffer.concat([length, Buffer.from(json), ...Object.values(tensors).map((tensor) => tensor.data)]);
}

/** A pickle of protocol 4: one flat dictionary of strings, numbers and lists of numbers. */
export function pickle(values) {
  const text = (string) => {
    const bytes = Buffer.from(string);
    return Buffer.concat([Buffer.from([0x8c, bytes.length]), bytes]);
  };
  const float = (number) => {
    const bytes = Buffer.alloc(9);
    bytes.write('G', 'latin1');
    bytes.writeDoubleBE(number, 1);
    return bytes;
  };
  const value = (each) => {
    if (typeof each === 'string') return text(each);
    if (typeof each === 'number') return float(each);
    return Buffer.concat([Buffer.from('](', 'latin1'), ...each.map(float), Buffer.from('e', 'latin1')]);
  };
  return Buffer.concat([
    Buffer.from([0x80, 4]),
    Buffer.from('}(', 'latin1'),
    ...Object.entries(values).flatMap(([key, each]) => [text(key), value(each)]),
    Buffer.from('u.', 'latin1'),
  ]);
}

/** ONNX: one fully connected layer, `inputs` wide, with what a header reader looks at. */
export function onnx({ name, inputs, version, metadata, seed }) {
  const tensor = (title, dims) =>
    message([
      ...dims.map((dim) => [1, dim]),
      [2, 1],
      [8, title],
      [
        9,
        floats(
          `${seed}/${title}`,
          dims.reduce((a, b) => a * b, 1),
        ),
      ],
    ]);
  const port = (title, dims) =>
    message([
      [1, title],
      [
        2,
        message([
          [
            1,
            message([
              [1, 1],
              [2, message(dims.map((dim) => [1, message([[1, dim]])]))],
            ]),
          ],
        ]),
      ],
    ]);
  const graph = message([
    [
      1,
      message([
        [1, 'input'],
        [1, 'weight'],
        [1, 'bias'],
        [2, 'logits'],
        [3, 'gemm'],
        [4, 'Gemm'],
      ]),
    ],
    [2, name],
    [5, tensor('weight', [inputs, 64])],
    [5, tensor('bias', [64])],
    [11, port('input', [1, inputs])],
    [12, port('logits', [1, 64])],
  ]);
  return message([
    [1, 9],
    [2, 'pytorch'],
    [3, '2.6.0'],
    [5, version],
    [7, graph],
    [
      8,
      message([
        [1, ''],
        [2, 17],
      ]),
    ],
    ...Object.entries(metadata).map(([key, value]) => [
      14,
      message([
        [1, key],
        [2, value],
      ]),
    ]),
  ]);
}

/** GGUF version 3: string, integer and number keys, one float32 tensor. */
export function gguf({ metadata, seed, count }) {
  const text = (string) => Buffer.concat([u64(Buffer.byteLength(string)), Buffer.from(string)]);
  const keys = Object.entries(metadata).map(([key, value]) => {
    if (typeof value === 'string') return Buffer.concat([text(key), u32(8), text(value)]);
    if (Number.isInteger(value)) return Buffer.concat([text(key), u32(4), u32(value)]);
    const number = Buffer.alloc(4);
    number.writeFloatLE(value);
    return Buffer.concat([text(key), u32(6), number]);
  });
  const tensor = Buffer.concat([text('token_embd.weight'), u32(1), u64(count), u32(0), u64(0)]);
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1), u64(keys.length), ...keys, tensor]);
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), floats(seed, count)]);
}

/** PNG with RGB pixels; `pixel(x, y)` gives `[r, g, b]`. */
export function png(width, height, pixel) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set(pixel(x, y), y * (1 + width * 3) + 1 + x * 3);
  }
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    return Buffer.concat([u32be(data.length), body, u32be(zlib.crc32(body))]);
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', Buffer.concat([u32be(width), u32be(height), Buffer.from([8, 2, 0, 0, 0])])),
    chunk('IDAT', zlib.deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A protobuf message of `[field, value]`: numbers as varints, text and bytes by length. */
function message(fields) {
  return Buffer.concat(
    fields.flatMap(([field, value]) => {
      if (typeof value === 'number') return [varint(field << 3), varint(value)];
      const bytes = Buffer.from(value);
      return [varint((field << 3) | 2), varint(bytes.length), bytes];
    }),
  );
}

function varint(number) {
  const bytes = [];
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

function u32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

function u32be(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

function u64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(number));
  return bytes;
}
