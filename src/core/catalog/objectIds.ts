import type { Branded } from '../git/ids.js';

/** The number of an object id in one `ObjectIds`. */
export type ObjectNumber = Branded<number, 'ObjectNumber'>;

/**
 * Numbers object ids as they are met in trees, as bytes: a tree names many objects, most of them known, and a
 * string for each costs more than everything else that is done with it.
 */
export class ObjectIds {
  /** Open addressing by the id's own first bytes, which are as good as random; -1 for a free place. */
  private table = new Int32Array(1 << 15).fill(-1);
  private pool: Buffer;
  private count = 0;

  constructor(private readonly idBytes: 20 | 32) {
    this.pool = Buffer.allocUnsafe(idBytes << 13);
  }

  /** The number of the id whose bytes begin at `start`. */
  at(data: Uint8Array, start: number): ObjectNumber {
    const { table } = this;
    const mask = table.length - 1;
    for (let slot = slotOf(data, start) & mask; ; slot = (slot + 1) & mask) {
      const number = table[slot] ?? -1;
      if (number < 0) return this.add(data, start, slot);
      if (this.is(number, data, start)) return number as ObjectNumber;
    }
  }

  /** The number of an id in hex. */
  ofHex(hex: string): ObjectNumber {
    return this.at(Buffer.from(hex, 'hex'), 0);
  }

  hex(number: ObjectNumber): string {
    const start = number * this.idBytes;
    return this.pool.toString('hex', start, start + this.idBytes);
  }

  /** Ids, one after the other. */
  bytes(numbers: readonly ObjectNumber[]): Uint8Array {
    const { idBytes, pool } = this;
    const all = new Uint8Array(numbers.length * idBytes);
    numbers.forEach((number, index) => {
      all.set(pool.subarray(number * idBytes, (number + 1) * idBytes), index * idBytes);
    });
    return all;
  }

  /** Whether the id whose bytes begin at `start` has that number. */
  is(number: number, data: Uint8Array, start: number): boolean {
    const { idBytes, pool } = this;
    const own = number * idBytes;
    for (let index = 0; index < idBytes; index += 1)
      if (pool[own + index] !== data[start + index]) return false;
    return true;
  }

  private add(data: Uint8Array, start: number, slot: number): ObjectNumber {
    const { idBytes } = this;
    const number = this.count;
    const end = (number + 1) * idBytes;
    if (end > this.pool.length) {
      const larger = Buffer.allocUnsafe(this.pool.length * 2);
      this.pool.copy(larger);
      this.pool = larger;
    }
    this.pool.set(data.subarray(start, start + idBytes), number * idBytes);
    this.count += 1;
    this.table[slot] = number;
    if (this.count * 2 > this.table.length) this.grow();
    return number as ObjectNumber;
  }

  private grow(): void {
    const table = new Int32Array(this.table.length * 2).fill(-1);
    const mask = table.length - 1;
    for (let number = 0; number < this.count; number += 1) {
      let slot = slotOf(this.pool, number * this.idBytes) & mask;
      while ((table[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      table[slot] = number;
    }
    this.table = table;
  }
}

function slotOf(data: Uint8Array, start: number): number {
  return (
    (data[start] ?? 0) |
    ((data[start + 1] ?? 0) << 8) |
    ((data[start + 2] ?? 0) << 16) |
    ((data[start + 3] ?? 0) << 24)
  );
}
