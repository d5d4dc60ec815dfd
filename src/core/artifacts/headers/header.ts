import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Json } from '../../compare/value.js';
import type { Bytes } from './bytes.js';
import { bytesOfFile, HeaderError } from './bytes.js';
import { readGguf } from './gguf.js';
import { readKeras } from './keras.js';
import { readOnnx } from './onnx.js';
import { readSafetensors } from './safetensors.js';

/** What a model file says of itself, nested as the format has it. */
export type Header =
  | { readonly ok: true; readonly fields: Readonly<Record<string, Json>> }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads what a model file says of itself, without executing or loading anything: safetensors, GGUF, ONNX and Keras by
 * their headers; of pickle, joblib and PyTorch files only the format's name. `name` decides where bytes alone do not.
 */
export async function readHeader(bytes: Bytes, name: string): Promise<Header> {
  try {
    const fields = await read(bytes, name.toLowerCase());
    return fields === null ? { ok: false, reason: 'The format is not known' } : { ok: true, fields };
  } catch (error) {
    if (error instanceof HeaderError) return { ok: false, reason: error.message };
    throw error;
  }
}

/** `readHeader` of a file on disk; the file is opened for reading only, and only when it is a plain file. */
export async function readHeaderOfFile(path: string, name: string): Promise<Header> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => null);
  if (file === null) return { ok: false, reason: 'The file cannot be opened' };
  try {
    const found = await file.stat();
    if (!found.isFile()) return { ok: false, reason: 'This is no plain file' };
    return await readHeader(bytesOfFile(file, found.size), name);
  } finally {
    await file.close();
  }
}

async function read(bytes: Bytes, name: string): Promise<Readonly<Record<string, Json>> | null> {
  const first = await bytes.read(0, Math.min(16, bytes.size));
  const is = (...extensions: string[]): boolean =>
    extensions.some((extension) => name.endsWith(`.${extension}`));
  if (first.subarray(0, 4).toString('latin1') === 'GGUF') return readGguf(bytes);
  if (is('safetensors')) return readSafetensors(bytes);
  if (is('onnx')) return readOnnx(bytes);
  const zip = first.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4]));
  if (is('keras') && zip) return readKeras(bytes);
  if (is('pt', 'pth', 'ckpt', 'bin') && zip) return { format: 'PyTorch (zip with pickle)' };
  const protocol = pickleProtocol(first);
  if (is('joblib')) return { format: 'joblib', ...(protocol === null ? {} : { protocol }) };
  if (is('pkl', 'pickle', 'pt', 'pth', 'ckpt', 'bin') && protocol !== null)
    return { format: 'pickle', protocol };
  if (is('h5', 'hdf5', 'keras') && first.subarray(1, 4).toString('latin1') === 'HDF')
    return { format: 'HDF5' };
  if (is('tflite') && first.subarray(4, 8).toString('latin1') === 'TFL3')
    return { format: 'TensorFlow Lite' };
  return null;
}

/** The protocol of a pickle stream: `\x80` and its number (protocol 2 and later); older ones do not say. */
function pickleProtocol(first: Buffer): number | null {
  const [mark, protocol] = first;
  return mark === 0x80 && protocol !== undefined && protocol >= 2 && protocol <= 5 ? protocol : null;
}
