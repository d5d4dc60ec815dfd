/** Why an expression is not taken: one sentence without its subject ("has a look-around, …"). */
export class RegexError extends Error {
  override readonly name = 'RegexError';
}

/** An expression, taken apart. */
export type Node =
  | { readonly kind: 'set'; readonly has: (char: string) => boolean; readonly categories: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | { readonly kind: 'repeat'; readonly item: Node; readonly min: number; readonly max: number };

/** One step of the machine that matches it. */
export type Instruction =
  | { readonly op: 'char'; readonly has: (char: string) => boolean }
  | { readonly op: 'split'; left: number; right: number }
  | { readonly op: 'start' | 'end' | 'match' };

/** A program and what RE2 needs for the same expression, at most, in instructions. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly re2Size: number;
}

/** States after repetitions are written out; matching costs at most this many steps per character. */
const LARGEST_PROGRAM = 20_000;

/** RE2 refuses from 350,000 on: 8 MB, its own default, which servers leave alone. */
export const LARGEST_FOR_RE2 = 300_000;

/** RE2 matches bytes: any character takes 6 instructions, a category of Unicode up to 800 (letters). */
const PER_SET = 6;
const PER_CATEGORY = 800;

/** Thompson's construction: one instruction list, repetitions written out. @throws RegexError */
export function assemble(root: Node): Program {
  const program: Instruction[] = [];
  let re2Size = 0;
  const emit = <T extends Instruction>(instruction: T): T => {
    if (program.length >= LARGEST_PROGRAM)
      throw new RegexError('is too large once its repetitions are written out');
    program.push(instruction);
    return instruction;
  };
  const split = () => emit({ op: 'split', left: program.length + 1, right: program.length + 1 });
  let work = 0; // repetitions of nothing write nothing out
  const add = (node: Node): void => {
    if ((work += 1) > 2 * LARGEST_PROGRAM)
      throw new RegexError('is too large once its repetitions are written out');
    if (node.kind === 'set') {
      emit({ op: 'char', has: node.has });
      re2Size += PER_SET + node.categories * PER_CATEGORY;
    } else if (node.kind === 'start' || node.kind === 'end') emit({ op: node.kind });
    else if (node.kind === 'sequence') node.items.forEach(add);
    else if (node.kind === 'choice') {
      const ends: Extract<Instruction, { op: 'split' }>[] = [];
      for (const [index, item] of node.items.entries()) {
        const last = index === node.items.length - 1;
        const fork = last ? undefined : split();
        add(item);
        if (!last) {
          ends.push(split());
          if (fork !== undefined) fork.right = program.length;
        }
      }
      for (const end of ends) end.left = end.right = program.length;
    } else {
      for (let count = 0; count < node.min; count += 1) add(node.item);
      if (node.max === Infinity) {
        const fork = split();
        const start = program.length - 1;
        add(node.item);
        const back = split();
        back.left = back.right = start;
        fork.right = program.length;
      } else {
        const forks: Extract<Instruction, { op: 'split' }>[] = [];
        for (let count = node.min; count < node.max; count += 1) {
          forks.push(split());
          add(node.item);
        }
        for (const fork of forks) fork.right = program.length;
      }
    }
  };
  add(root);
  emit({ op: 'match' });
  if (re2Size > LARGEST_FOR_RE2) throw new RegexError('is too large once its repetitions are written out');
  return { instructions: program, re2Size };
}

/** All states at once, one character at a time. */
export function run(program: readonly Instruction[], text: string): boolean {
  const chars = [...text];
  let states = reach(program, [0], 0, chars.length);
  for (const [index, char] of chars.entries()) {
    const next: number[] = [];
    for (const state of states) {
      const instruction = program[state];
      if (instruction?.op === 'char' && instruction.has(char)) next.push(state + 1);
    }
    if (next.length === 0) return false;
    states = reach(program, next, index + 1, chars.length);
  }
  for (const state of states) if (program[state]?.op === 'match') return true;
  return false;
}

function reach(
  program: readonly Instruction[],
  from: readonly number[],
  at: number,
  end: number,
): Set<number> {
  const seen = new Set<number>();
  const pending = [...from];
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    if (seen.has(state)) continue;
    seen.add(state);
    const instruction = program[state];
    if (instruction?.op === 'split') pending.push(instruction.left, instruction.right);
    else if ((instruction?.op === 'start' && at === 0) || (instruction?.op === 'end' && at === end))
      pending.push(state + 1);
  }
  return seen;
}
