import { icon, make } from '../dom.js';
import { t } from '../strings.js';
import { button, progress } from '../ui/controls.js';

/** While the revisions are being read. */
export function drawLoading(model: string): HTMLElement {
  const label = model === '' ? t('Reading the versions') : t('Reading the versions of {0}', model);
  return make(
    'div',
    { class: 'state', attributes: { role: 'status' } },
    progress(),
    make('h1', { class: 'quiet', text: label }),
  );
}

/** When nothing could be read at all: what failed, and a way to try again. */
export function drawFailed(message: string, retry: () => void): HTMLElement {
  return make(
    'div',
    { class: 'state', attributes: { role: 'alert' } },
    make('h1', { text: t('The versions could not be compared') }),
    make('p', { class: 'reason', text: message }),
    button(t('Try again'), retry, 'primary'),
  );
}

/** When there is nothing to list: no differences, or nothing that the search finds. */
export function drawNothing(
  title: string,
  explanation: string,
  action: string,
  act: () => void,
): HTMLElement {
  return make(
    'div',
    { class: 'state' },
    make('h2', { text: title }),
    make('p', { text: explanation }),
    button(action, act),
  );
}

/** What could not be read while the rest holds; unfolds to one line per version and reason. */
export function drawProblems(
  problems: readonly { readonly rev: string; readonly text: string }[],
): HTMLElement {
  const first = problems[0];
  const summary = make('summary', {}, icon('closed'), icon('warning'));
  const count =
    problems.length === 1 && first
      ? `${first.rev}: ${first.text}`
      : t('{0} things could not be read', problems.length);
  summary.append(make('span', { text: count }));
  if (problems.length === 1)
    return make(
      'div',
      { class: 'problems', attributes: { role: 'note' } },
      icon('warning'),
      make('span', { text: count }),
    );
  const list = make('ul');
  for (const problem of problems) list.append(make('li', { text: `${problem.rev}: ${problem.text}` }));
  return make('details', { class: 'problems' }, summary, list);
}
