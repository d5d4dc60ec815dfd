import { runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';
import type { PartValues } from './conventions.js';

/** The parts that a description and the day give: an issue's key in front of the words is taken out where it is wanted. */
export function partsIn(description: string, pattern: string, now: Date): PartValues {
  const issue = issueIn(description);
  const taken = pattern.includes('{issue}') && issue !== undefined;
  return { slug: taken ? description.replace(issue, '') : description, issue, date: localDay(now) };
}

/** The key or number of an issue that a description starts with: "ABC-12 login" or "#12 login". */
function issueIn(description: string): string | undefined {
  return /^\s*(?:([A-Z][A-Z0-9]*-\d+)|#(\d+))(?![\w-])/
    .exec(description)
    ?.slice(1)
    .find((key) => key !== undefined);
}

function localDay(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(now.getFullYear())}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** Who works here, for `{user}`: Git's name, else the machine's. */
export async function userName(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<string> {
  const { stdout } = await runGit(repository.git, ['config', 'user.name'], {
    cwd: repository.root,
    accept: [0, 1],
    ...options,
  });
  const { env } = repository.git;
  return stdout.toString('utf8').trim() || (env['USER'] ?? env['USERNAME'] ?? '');
}
