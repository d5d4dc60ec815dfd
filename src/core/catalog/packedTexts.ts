import { bytesOf, numbersIn } from './numbers.js';

/** Bytes of a number. */
const NUMBER = 4;

/** How many texts there are, and their encoding. */
const HEAD = 2;
const ENCODINGS = ['utf8', 'utf16le'] as const;
/** Halves of characters, which YAML can write and UTF-8 cannot. */
const HALF = /\p{Surrogate}/u;

/**
 * Many short texts as one run of bytes: how many and in which encoding, where each ends (in characters), and all of
 * them one after the other. A fraction of what JSON costs, both ways, and anything may stand in them.
 */
export function packTexts(texts: readonly string[]): Buffer {
  const all = texts.join('');
  const encoding = HALF.test(all) ? 1 : 0;
  const numbers = new Uint32Array(HEAD + texts.length);
  numbers.set([texts.length, encoding]);
  let end = 0;
  for (let index = 0; index < texts.length; index += 1) {
    end += texts[index]?.length ?? 0;
    numbers[HEAD + index] = end;
  }
  return Buffer.concat([bytesOf(numbers), Buffer.from(all, ENCODINGS[encoding])]);
}

/** The texts that `packTexts` was given; none for no bytes. */
export function unpackTexts(packed: Uint8Array): readonly string[] {
  const [count = 0, encoding = 0] = numbersIn(packed.subarray(0, HEAD * NUMBER));
  const start = NUMBER * (HEAD + count);
  const ends = numbersIn(packed.subarray(HEAD * NUMBER, start));
  const all = Buffer.from(packed.buffer, packed.byteOffset, packed.length).toString(
    ENCODINGS[encoding],
    start,
  );
  const texts: string[] = [];
  let from = 0;
  for (let index = 0; index < count; index += 1) {
    const end = ends[index] ?? 0;
    texts.push(all.slice(from, end));
    from = end;
  }
  return texts;
}
