import { append } from '../../append.js';
import type { Catalog } from '../../catalog/catalog.js';
import { compareDigests } from '../../digest.js';
import { redacted } from '../elsewhere.js';
import type { Meaning, PinnedModel } from '../forms.js';
import { resolvePin } from '../forms.js';
import type { PinReading } from '../read.js';
import type { Answer, AskOptions } from './ask.js';
import { askService } from './ask.js';
import { compareWritten } from './registry.js';
import type { Finding, Reason, Side } from './side.js';
import { because, notApplicable } from './side.js';

/** The service's side: each value with how many instances report it, and the answers one by one. */
export interface ServiceSide extends Side {
  readonly counts?: Readonly<Record<string, number>>;
  readonly answers?: readonly Answer[];
}

interface Request {
  readonly catalog: Catalog;
  readonly model: PinnedModel;
  readonly reading: PinReading;
  readonly value: string;
  /** Null when the pin itself is not understood: then only equal texts agree. */
  readonly meaning: Meaning | null;
  readonly offline: boolean;
  readonly now: string;
  /** Whether a host that the repository names may be contacted. */
  readonly mayContact?: (address: string) => Promise<boolean> | boolean;
  readonly ask?: Omit<AskOptions, 'reports' | 'signal'>;
  readonly signal?: AbortSignal;
}

type Verdict = 'same' | 'different' | 'unclear';

/** Addresses asked at the same time. */
const AT_ONCE = 16;

/** What the running instances report, against the pinned version. What does not answer is unknown, never in sync. */
export async function judgeService(request: Request): Promise<Finding<ServiceSide>> {
  const { reading, now } = request;
  const addresses = reading.pin.service;
  if (addresses.length === 0) return notApplicable('no service');
  const side = { source: addresses.map(redacted).join(', '), asOf: now };
  if (request.offline)
    return because(
      { source: side.source },
      'unknown',
      'service-not-asked',
      'The service was not asked (offline)',
    );
  const answers = await askAll(request, addresses);
  const values = answers.flatMap((answer) => answer.values);
  const silent = answers.filter(({ error }) => error !== undefined);
  const reasons: Reason[] = silent.map(({ address, error = '' }) => ({
    code: 'service-unreachable',
    message: `${address} ${error}`,
  }));
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  const verdicts = new Map<string, Verdict>();
  for (const value of Object.keys(counts)) verdicts.set(value, await compare(request, value));
  const of = (verdict: Verdict): readonly string[] =>
    [...verdicts].filter(([, one]) => one === verdict).map(([value]) => value);
  const amount = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
  const [same, different, unclear] = [of('same'), of('different'), of('unclear')];
  const total = values.length + silent.length;
  if (unclear.length > 0) {
    reasons.push({
      code: 'service-unclear',
      message: `It reports "${unclear.join('", "')}", which may be ${request.value} or not`,
    });
  }
  if (different.length > 0 && same.length > 0) {
    reasons.push({
      code: 'rolling-out',
      message: `${amount(same)} of ${total} run ${request.value}, others ${different.join(', ')}`,
    });
  } else if (different.length > 0) {
    reasons.push({
      code: 'service-differs',
      message: `${different.join(', ')} runs, ${request.value || 'nothing'} is pinned`,
    });
  }
  const [only] = Object.keys(counts);
  const state = different.length > 0 ? 'differs' : reasons.length > 0 ? 'unknown' : 'ok';
  return {
    side: {
      ...side,
      ...(only === undefined ? {} : { value: total === 1 ? only : summary(counts, total) }),
      ...(request.meaning?.digest && state === 'ok' ? { digest: request.meaning.digest } : {}),
      state,
      ...(state === 'unknown' ? { error: reasons.map(({ message }) => message).join('; ') } : {}),
      counts,
      answers,
    },
    reasons,
  };
}

/** `8 of 10 v2.1.0, 2 of 10 v2.0.0`; only the name when all agree. */
function summary(counts: Readonly<Record<string, number>>, total: number): string {
  const parts = Object.entries(counts).sort((left, right) => right[1] - left[1]);
  const [first] = parts;
  if (first && parts.length === 1 && first[1] === total) return first[0];
  return parts.map(([value, count]) => `${count} of ${total} ${value}`).join(', ');
}

async function askAll(request: Request, addresses: readonly string[]): Promise<readonly Answer[]> {
  const { reading, signal } = request;
  const options: AskOptions = {
    ...request.ask,
    ...(reading.pin.reports === undefined ? {} : { reports: reading.pin.reports }),
    ...(signal ? { signal } : {}),
  };
  const answers: Answer[] = [];
  for (let start = 0; start < addresses.length; start += AT_ONCE) {
    const batch = addresses.slice(start, start + AT_ONCE).map(async (address): Promise<Answer> => {
      if (request.mayContact && !(await request.mayContact(address))) {
        return { address: redacted(address), values: [], error: 'was not asked: nobody has allowed it yet' };
      }
      return askService(address, options);
    });
    append(answers, await Promise.all(batch));
  }
  return answers;
}

/** A report agrees by its text, by the version it means, by its bits, or as a digest. */
async function compare(request: Request, reported: string): Promise<Verdict> {
  const { catalog, model, value, meaning, signal } = request;
  if (value !== '' && reported === value) return 'same';
  if (meaning === null) return 'unclear';
  const looksLikeDigest = /^(?:(?:md5|sha256):)?[0-9a-f]{32}(?:[0-9a-f]{32})?(?:\.dir)?$/.test(reported);
  if (looksLikeDigest && compareWritten(reported, meaning.digest) === 'same') return 'same';
  const found = await resolvePin(catalog, model, reported, signal ? { signal } : {});
  if (found.kind === 'fixed') {
    if (found.commit === meaning.commit) return 'same';
    const bits = compareDigests(found.digest, meaning.digest);
    return bits === 'same' ? 'same' : bits === 'different' ? 'different' : 'unclear';
  }
  if (found.kind === 'floating' || found.kind === 'ambiguous') return 'unclear';
  if (looksLikeDigest)
    return compareWritten(reported, meaning.digest) === 'different' ? 'different' : 'unclear';
  return 'different';
}
