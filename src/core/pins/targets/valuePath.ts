/** Steps from the root of a file to a value: keys, and indexes of lists. */
export type ValuePath = readonly (string | number)[];

/**
 * Reads a value's path: `model.version`, `services[0].model`, and keys that hold dots as `a["b.c"].d` or `a."b.c".d`
 * (either quote; a backslash takes the next character as it is).
 */
export function parseValuePath(written: string): { readonly path: ValuePath } | { readonly problem: string } {
  const path: (string | number)[] = [];
  let at = 0;
  if (written === '' || written.length > 1000)
    return { problem: 'The path of the value is empty or too long' };
  while (at < written.length) {
    const step = written[at] === '[' ? bracketed(written, at) : dotted(written, at, path.length === 0);
    if (step === null) {
      return {
        problem: `"${written}" is no path of a value, from character ${at + 1}: write model.version, list[0] or a["b.c"]`,
      };
    }
    path.push(step.step);
    at = step.end;
  }
  return { path };
}

/** Writes a path so that `parseValuePath` gives it back. */
export function formatValuePath(path: ValuePath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/^[^.[\]"'\s\\]+$/.test(step)) return index === 0 ? step : `.${step}`;
      return `["${step.replace(/[\\"]/g, '\\$&')}"]`;
    })
    .join('');
}

interface Step {
  readonly step: string | number;
  readonly end: number;
}

function dotted(text: string, start: number, first: boolean): Step | null {
  let at = start;
  if (!first) {
    if (text[at] !== '.') return null;
    at += 1;
  }
  const quote = text[at];
  if (quote === '"' || quote === "'") return quoted(text, at);
  const plain = /^[^.[\]"']+/.exec(text.slice(at));
  return plain ? { step: plain[0], end: at + plain[0].length } : null;
}

function bracketed(text: string, start: number): Step | null {
  const quote = text[start + 1];
  if (quote === '"' || quote === "'") {
    const inside = quoted(text, start + 1);
    return inside && text[inside.end] === ']' ? { step: inside.step, end: inside.end + 1 } : null;
  }
  const index = /^\[(0|[1-9]\d{0,8})\]/.exec(text.slice(start));
  return index ? { step: Number(index[1]), end: start + index[0].length } : null;
}

function quoted(text: string, start: number): Step | null {
  const quote = text[start];
  let step = '';
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === quote) return { step, end: at + 1 };
    if (text[at] === '\\') at += 1;
    step += text[at] ?? '';
  }
  return null;
}
