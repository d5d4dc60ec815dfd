/** Characters of a name before what says how the model stands is pushed out of a view of the usual width. */
const MOST = 22;

/** Of a longer name as many are left at its end, where names of a kind differ. */
const END = 9;

/**
 * What rows call models that stand together: of the folder in a name only as much as tells it apart from the others
 * (`fraud:scorer` for `services/fraud:scorer`), nothing where it would make the name too long, and of a long name its
 * beginning and its end. Names that would then read the same stay longer.
 */
export function shortNames(names: readonly string[]): ReadonlyMap<string, string> {
  const short = withoutLongFolders(withoutFolders([...new Set(names)]));
  const cut = new Map([...short].map(([name, text]) => [name, withoutMiddle(text)]));
  const counts = count(cut.values());
  return new Map(
    [...short].map(([name, text]) => {
      const shorter = cut.get(name) ?? text;
      return [name, (counts.get(shorter) ?? 0) > 1 ? text : shorter];
    }),
  );
}

/** The folder of a name, which its row may leave out: `services/fraud` of `services/fraud:scorer`. */
export function folderOfName(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(':')));
}

function withoutFolders(names: readonly string[]): ReadonlyMap<string, string> {
  const short = new Map<string, string>();
  let open = names;
  for (let segments = 1; open.length > 0; segments += 1) {
    for (const name of open) short.set(name, lastSegments(name, segments));
    const counts = count(short.values());
    open = open.filter((name) => short.get(name) !== name && (counts.get(short.get(name) ?? '') ?? 0) > 1);
  }
  return short;
}

/** What is too long with its folder goes without it, where nothing else is called so. */
function withoutLongFolders(short: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const bare = count([...short.keys()].map(nameInFolder));
  const taken = new Set(short.values());
  return new Map(
    [...short].map(([name, text]) => {
      const alone = nameInFolder(name);
      const free = [...text].length > MOST && bare.get(alone) === 1 && !taken.has(alone);
      return [name, free ? alone : text];
    }),
  );
}

function nameInFolder(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function lastSegments(name: string, segments: number): string {
  const folder = folderOfName(name);
  return folder === '' ? name : `${folder.split('/').slice(-segments).join('/')}${name.slice(folder.length)}`;
}

function withoutMiddle(text: string): string {
  const characters = [...text];
  if (characters.length <= MOST) return text;
  return `${characters.slice(0, MOST - END - 1).join('')}…${characters.slice(-END).join('')}`;
}

function count(texts: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
