import type { Problem } from './problem.js';

/** Pointer and pipeline files above this are not read (design.md: only under 10 MB, else a diagnostic). */
export const MOST_BYTES = 10_000_000;

export type DecodedText = { readonly text: string } | { readonly problem: Problem };

/**
 * Decodes a repository file as DVC would (UTF-8, an optional byte-order mark dropped), or says why it cannot be
 * text: size, UTF-16 or other bytes, control characters, Git's conflict markers.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes.length > MOST_BYTES) {
    const size = (bytes.length / 1_000_000).toFixed(1);
    return failed('too-large', `The file is ${size} MB; files over 10 MB are not read`);
  }
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff)) {
    return failed('not-utf8', 'The file is UTF-16; DVC reads UTF-8 only', 1);
  }
  const start = startsWith(bytes, 0xef, 0xbb, 0xbf) ? 3 : 0;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start).toString('utf8');
  // A replacement character may stand in the file itself: only then is the strict decoder asked.
  if (text.includes('\ufffd') && !isUtf8(bytes))
    return failed('not-utf8', 'The file is not UTF-8', lineOfFirst(text, '\ufffd'));
  const control = CONTROL.exec(text);
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).padStart(4, '0');
    return failed(
      'control-character',
      `The file has the control character U+${code}`,
      lineAt(text, control.index),
    );
  }
  if (text.includes('<<<<<<<') || text.includes('>>>>>>>')) {
    const marker = CONFLICT.exec(text);
    if (marker) {
      return failed(
        'conflict-markers',
        'The file has Git conflict markers; resolve the merge',
        lineAt(text, marker.index),
      );
    }
  }
  return { text };
}

// eslint-disable-next-line no-control-regex -- exactly these are what it looks for
const CONTROL = /[\0-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
/** DVC: `^([<=>]{7}) .*$`; a lone `=======` is an ordinary line of text. */
const CONFLICT = /^(?:<{7}|>{7})(?: |\r?$)/m;

/** 1-based line of a character offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function lineOfFirst(text: string, part: string): number {
  return lineAt(text, text.indexOf(part));
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function startsWith(bytes: Uint8Array, ...prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

function failed(code: Problem['code'], message: string, line?: number): DecodedText {
  return { problem: { severity: 'error', code, message, ...(line === undefined ? {} : { line }) } };
}
