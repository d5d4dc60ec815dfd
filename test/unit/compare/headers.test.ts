import assert from 'node:assert/strict';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { bytesOfBuffer } from '../../../src/core/artifacts/headers/bytes.js';
import { readHeader } from '../../../src/core/artifacts/headers/header.js';
import type { Header } from '../../../src/core/artifacts/headers/header.js';

const read = (name: string, bytes: Buffer): Promise<Header> => readHeader(bytesOfBuffer(bytes), name);
const fieldsOf = async (name: string, bytes: Buffer): Promise<unknown> => {
  const header = await read(name, bytes);
  return header.ok ? header.fields : header.reason;
};
const u32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
};
const u64 = (value: number | bigint): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const safetensors = (header: unknown): Buffer => {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  return Buffer.concat([u64(json.length), json, Buffer.alloc(16)]);
};
const gguf = (keys: readonly Buffer[], count = keys.length): Buffer =>
  Buffer.concat([Buffer.from('GGUF'), u32(3), u64(2), u64(count), ...keys]);
const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
};
const field = (number: number, content: Buffer | number): Buffer =>
  typeof content === 'number'
    ? Buffer.concat([varint(number * 8), varint(content)])
    : Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
const onnx = Buffer.concat([
  field(1, 8),
  field(2, Buffer.from('pytorch')),
  field(3, Buffer.from('2.4')),
  field(7, Buffer.alloc(300_000)),
  field(8, Buffer.concat([field(1, Buffer.from('')), field(2, 17)])),
  field(14, Buffer.concat([field(1, Buffer.from('task')), field(2, Buffer.from('fraud'))])),
]);

describe('What a model file says of itself', () => {
  it('safetensors: tensors, weights by type, metadata', async () => {
    const header = {
      __metadata__: { format: 'pt', epoch: '3' },
      a: { dtype: 'F32', shape: [10, 2], data_offsets: [0, 80] },
      b: { dtype: 'F16', shape: [5], data_offsets: [80, 90] },
      c: { dtype: 'F32', shape: [], data_offsets: [90, 94] },
    };
    assert.deepEqual(await fieldsOf('m.safetensors', safetensors(header)), {
      format: 'safetensors',
      tensors: 3,
      weights: 26,
      'weights by type': { F32: 21, F16: 5 },
      metadata: { format: 'pt', epoch: '3' },
    });
  });

  it('GGUF: version, counts and keys; long lists only by their length', async () => {
    const tokens = Buffer.concat([
      u32(8),
      u64(100),
      ...Array.from({ length: 100 }, (_, index) => text(`t${index}`)),
    ]);
    const bytes = gguf([
      Buffer.concat([text('general.architecture'), u32(8), text('llama')]),
      Buffer.concat([text('llama.block_count'), u32(4), u32(32)]),
      Buffer.concat([text('tokenizer.ggml.tokens'), u32(9), tokens]),
      Buffer.concat([text('sizes'), u32(9), u32(4), u64(2), u32(1), u32(2)]),
      Buffer.concat([text('big'), u32(10), u64(2n ** 60n)]),
    ]);
    assert.deepEqual(await fieldsOf('m.gguf', bytes), {
      format: 'GGUF',
      version: 3,
      tensors: 2,
      metadata: {
        'general.architecture': 'llama',
        'llama.block_count': 32,
        'tokenizer.ggml.tokens': '100 items',
        sizes: [1, 2],
        big: '1152921504606846976',
      },
    });
  });

  it('ONNX: producer, operator sets and metadata, past the graph', async () => {
    assert.deepEqual(await fieldsOf('m.onnx', onnx), {
      format: 'ONNX',
      'ir version': 8,
      producer: 'pytorch',
      'producer version': '2.4',
      opset: { 'ai.onnx': 17 },
      metadata: { task: 'fraud' },
    });
  });

  it('Keras: metadata and the classes of its layers, out of the zip', async () => {
    const config = {
      class_name: 'Sequential',
      config: { layers: [{ class_name: 'Dense' }, { class_name: 'ReLU' }] },
    };
    const bytes = zip({
      'metadata.json': '{"keras_version": "3.4.1"}',
      'config.json': JSON.stringify(config),
    });
    assert.deepEqual(await fieldsOf('m.keras', bytes), {
      format: 'Keras',
      metadata: { keras_version: '3.4.1' },
      class: 'Sequential',
      layers: ['Dense', 'ReLU'],
    });
  });

  it('pickle and its kin: the name of the format, nothing that would have to be run', async () => {
    assert.deepEqual(await fieldsOf('m.pkl', Buffer.from([0x80, 4, 0x95])), {
      format: 'pickle',
      protocol: 4,
    });
    assert.deepEqual(await fieldsOf('m.joblib', Buffer.from('x')), { format: 'joblib' });
    assert.deepEqual(await fieldsOf('m.pt', zip({ 'a/data.pkl': 'x' })), {
      format: 'PyTorch (zip with pickle)',
    });
    assert.match(String(await fieldsOf('m.pkl', Buffer.from('text'))), /not known/);
  });

  it('claims of impossible sizes are refused, not allotted', async () => {
    const hostile: readonly (readonly [string, Buffer])[] = [
      ['m.safetensors', Buffer.concat([u64(2n ** 63n), Buffer.from('{}')])],
      ['m.safetensors', Buffer.concat([u64(1000), Buffer.from('{}')])],
      ['m.safetensors', safetensors('{"a": 1}')],
      ['m.safetensors', safetensors('[')],
      ['m.gguf', gguf([], 2 ** 40)],
      ['m.gguf', gguf([Buffer.concat([u64(2n ** 40n), Buffer.from('x')])])],
      ['m.gguf', gguf([Buffer.concat([text('a'), u32(9), u32(4), u64(2n ** 50n)])])],
      ['m.gguf', gguf([Buffer.concat([text('a'), u32(9), u32(9), u64(1)])])],
      ['m.onnx', Buffer.concat([field(1, 8), varint(7 * 8 + 2), varint(2 ** 40)])],
      ['m.keras', zip({ 'config.json': '0'.repeat(11 * 1024 * 1024) })],
    ];
    for (const [name, bytes] of hostile) assert.equal((await read(name, bytes)).ok, false, name);
  });

  it('no bytes make it throw or hang', async () => {
    const valid = [
      safetensors({ a: { dtype: 'F32', shape: [2] } }),
      gguf([Buffer.concat([text('a'), u32(4), u32(1)])]),
      onnx.subarray(0, 60),
      zip({ 'config.json': '{}' }),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('m.safetensors', 'm.gguf', 'm.onnx', 'm.keras', 'm.pkl'),
        fc.nat(valid.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        async (name, which, changes) => {
          const bytes = Buffer.from(valid[which] ?? Buffer.alloc(0));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          await read(name, bytes);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** A zip as small as it can be: local entries, directory, end. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = deflateRawSync(content);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(content.length, 18);
    head.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([u32(0x04034b50), head, Buffer.from(name), data]);
    const entry = Buffer.alloc(42);
    entry.writeUInt16LE(8, 6);
    entry.writeUInt32LE(data.length, 16);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt16LE(name.length, 24);
    entry.writeUInt32LE(offset, 38);
    directory.push(Buffer.concat([u32(0x02014b50), entry, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, entries, u32(0x06054b50), end]);
}
