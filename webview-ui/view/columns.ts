import type { Column } from '../../src/core/compare/comparison.js';
import { columnTitle } from '../../src/core/compare/text.js';
import { icon, make, spoken } from '../dom.js';
import { absolute, ago, t } from '../strings.js';

/** Draws the head of one version: what it is called, which commit it is, whether it is the baseline. */
export function drawHead(
  column: Column,
  isBaseline: boolean,
  openMenu: (at: HTMLElement) => void,
): HTMLElement {
  const title = columnTitle(column);
  const name = make('div', { class: 'version' }, make('span', { class: 'name', text: title, title }));
  if (isBaseline)
    name.append(make('span', { class: 'badge' }, icon('anchor'), make('span', { text: t('Baseline') })));
  if (column.problems.length > 0) {
    name.append(icon('warning'), spoken(t('Not everything could be read.')));
  }
  const commit = column.commit.slice(0, 8);
  const when = column.time === undefined ? '' : ago(column.time);
  const below = column.present
    ? [commit, when].filter((part) => part !== '').join(' · ')
    : column.unreadable
      ? t('Cannot be read in {0}', commit)
      : t('No such model in {0}', commit);
  const more = make('button', {
    class: 'more',
    title: t('Actions for {0}', title),
    attributes: {
      type: 'button',
      tabindex: '-1',
      'aria-label': t('Actions for {0}', title),
      'aria-haspopup': 'menu',
    },
  });
  more.append(icon('more'));
  more.addEventListener('click', (event) => {
    event.stopPropagation();
    openMenu(more);
  });
  const tooltip = [column.commit, column.time === undefined ? '' : absolute(column.time), ...column.problems];
  return make(
    'div',
    { class: 'head' },
    make(
      'div',
      { class: 'words' },
      name,
      make('div', { class: 'below', text: below, title: tooltip.filter(Boolean).join('\n') }),
    ),
    more,
  );
}
