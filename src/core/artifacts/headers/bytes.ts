import type { FileHandle } from 'node:fs/promises';

/** A file that is read in pieces: nothing here ever loads a whole model. */
export interface Bytes {
  /** Bytes in all. */
  readonly size: number;
  /** Exactly `length` bytes from `position`; throws `HeaderError` where the file ends before. */
  read(position: number, length: number): Promise<Buffer>;
}

/** Why a header cannot be read: it is broken, or larger than it may be. */
export class HeaderError extends Error {
  override readonly name = 'HeaderError';
}

/** The largest piece that is read at once: a safetensors header may have 100 MB, ours are read up to 16 MB. */
export const PIECE_LIMIT = 16 * 1024 * 1024;

/** Reads from an open file. */
export function bytesOfFile(file: FileHandle, size: number): Bytes {
  return {
    size,
    async read(position, length) {
      checkRange(size, position, length);
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
        if (bytesRead === 0) throw new HeaderError('The file ends too early');
        filled += bytesRead;
      }
      return buffer;
    },
  };
}

/** Reads from memory. */
export function bytesOfBuffer(buffer: Buffer): Bytes {
  return {
    size: buffer.length,
    read(position, length) {
      return Promise.resolve().then(() => {
        checkRange(buffer.length, position, length);
        return buffer.subarray(position, position + length);
      });
    },
  };
}

function checkRange(size: number, position: number, length: number): void {
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(length) || position < 0 || length < 0) {
    throw new HeaderError('The header names an impossible place');
  }
  if (length > PIECE_LIMIT) throw new HeaderError('The header is larger than 16 MB');
  if (position + length > size) throw new HeaderError('The file ends too early');
}

/** Reads on from a place in a file, buffered, so that small fields cost no system call each. */
export class Cursor {
  private buffer: Buffer = Buffer.alloc(0);
  private start = 0;

  constructor(
    private readonly bytes: Bytes,
    public position = 0,
    /** Nothing is read beyond this many bytes from the beginning. */
    private readonly limit = PIECE_LIMIT,
  ) {}

  async take(length: number): Promise<Buffer> {
    if (this.position + length > this.limit) throw new HeaderError('The header is larger than 16 MB');
    const offset = this.position - this.start;
    if (offset < 0 || offset + length > this.buffer.length) {
      const wanted = Math.max(length, Math.min(65_536, this.bytes.size - this.position));
      this.buffer = await this.bytes.read(this.position, wanted);
      this.start = this.position;
    }
    const from = this.position - this.start;
    this.position += length;
    return this.buffer.subarray(from, from + length);
  }

  /** Goes on behind something that is not wanted. */
  skip(length: number): void {
    if (!Number.isSafeInteger(length) || length < 0)
      throw new HeaderError('The header names an impossible place');
    this.position += length;
  }
}
