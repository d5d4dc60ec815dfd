import * as vscode from 'vscode';
import type { AskRemote } from '../../core/registry/versions/registry.js';
import { readRemoteTags } from '../../core/registry/versions/remoteTags.js';
import type { Place } from './targets.js';

/** Nobody waits longer for a number; what is free here is offered then. */
const LONGEST = 4000;

/**
 * What the remote has of a model's tags, for every plan of one dialogue: numbers that are free there too, and tags
 * that are not the same there. False where there is no remote.
 */
export async function askRemote(
  { entry, snapshot }: Place,
  artifact: string,
  cancelled?: AbortSignal,
): Promise<AskRemote> {
  const { settings } = snapshot.catalog;
  const late = AbortSignal.timeout(LONGEST);
  const signal = cancelled === undefined ? late : AbortSignal.any([cancelled, late]);
  try {
    const asked = settings.versions.tags === 'gto' ? artifact : null;
    const answer = await readRemoteTags(entry.repository, settings.remote, asked, { signal });
    return answer.state === 'no-remote' ? false : answer;
  } catch (error) {
    if (!late.aborted) throw error;
    const message = vscode.l10n.t('no answer within {0} s', LONGEST / 1000);
    return { state: 'unreachable', message };
  }
}
