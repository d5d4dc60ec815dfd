/** More different texts than any repository has tags; then it begins anew. */
const BOUND = 100_000;

/**
 * A parser that remembers its answers: tags are looked at by several passes of every catalog, and the same
 * version numbers stand in the tags of many models.
 */
export function remembering<T>(parse: (text: string) => T): (text: string) => T {
  const answers = new Map<string, T>();
  return (text) => {
    let answer = answers.get(text);
    if (answer === undefined && !answers.has(text)) {
      if (answers.size >= BOUND) answers.clear();
      answers.set(text, (answer = parse(text)));
    }
    return answer as T;
  };
}
