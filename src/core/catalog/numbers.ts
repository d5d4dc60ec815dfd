/** Numbers as the bytes that they are, without a copy. */
export function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** Bytes as the numbers that they are: a view where they lie on a boundary of four, else a copy. */
export function numbersIn(bytes: Uint8Array): Uint32Array {
  const { byteOffset, length } = bytes;
  if (byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, byteOffset, length / 4);
  return new Uint32Array(Uint8Array.from(bytes).buffer);
}
