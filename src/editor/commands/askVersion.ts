import * as vscode from 'vscode';
import type { Version } from '../../core/catalog/catalog.js';
import { ago, dots } from '../words.js';
import type { Choice } from './steps.js';
import type { Target } from './targets.js';

/** The registered versions of a model as choices, newest first. */
export function versionChoices(
  { snapshot, name }: Pick<Target, 'snapshot' | 'name'>,
  options: { readonly active?: boolean } = {},
): readonly Choice<Version>[] {
  const registered = snapshot.catalog.registered().find((model) => model.name === name);
  return (registered?.versions ?? [])
    .filter(({ active }) => active || options.active !== true)
    .map((version): Choice<Version> => ({
      label: `$(tag) ${version.version}`,
      description: dots(
        version.stages.join(', '),
        !version.active && vscode.l10n.t('deregistered'),
        ago(Date.parse(version.time)),
      ),
      ...said(version),
      value: version,
    }));
}

/** What somebody wrote; GTO's own message only repeats the label. */
function said({ message }: Version): { readonly detail?: string } {
  const first = message.split('\n', 1)[0] ?? '';
  return first === '' || first.startsWith('Registering artifact ') ? {} : { detail: first };
}
