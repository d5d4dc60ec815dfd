import { make } from '../dom.js';
import { t } from '../strings.js';
import { button, checkbox, searchField } from '../ui/controls.js';

export interface ToolbarEvents {
  search(text: string): void;
  onlyDifferences(on: boolean): void;
  fold(): void;
  add(): void;
  copy(what: 'markdown' | 'csv'): void;
}

export interface ToolbarContent {
  readonly model: string;
  readonly summary: string;
  readonly query: string;
  readonly onlyDifferences: boolean;
  /** Whether every group is folded, so that the button unfolds. */
  readonly folded: boolean;
  readonly canAdd: boolean;
}

/** The title, what it comes to, and the few controls above the table. */
export class Toolbar {
  readonly element: HTMLElement;
  private readonly title = make('h1');
  private readonly summary = make('p', { class: 'summary', attributes: { role: 'status' } });
  private readonly query;
  private readonly only;
  private readonly fold: HTMLElement;
  private readonly add: HTMLElement;

  constructor(events: ToolbarEvents) {
    this.query = searchField(t('Search fields and values'), '', (text) => events.search(text));
    this.only = checkbox(t('Only differences'), true, (on) => events.onlyDifferences(on));
    this.fold = button(t('Collapse all'), () => events.fold());
    this.add = button(t('Add version'), () => events.add(), 'primary');
    this.element = make(
      'header',
      { class: 'toolbar' },
      make('div', { class: 'titles' }, this.title, this.summary),
      make(
        'div',
        { class: 'controls' },
        this.query.element,
        this.only.element,
        make('span', { class: 'gap' }),
        this.fold,
        button(t('Copy as Markdown'), () => events.copy('markdown')),
        button(t('Copy as CSV'), () => events.copy('csv')),
        this.add,
      ),
    );
  }

  show(content: ToolbarContent): void {
    this.title.textContent = t('Compare {0}', content.model);
    this.title.title = content.model;
    if (this.summary.textContent !== content.summary) this.summary.textContent = content.summary;
    if (this.query.get() !== content.query) this.query.set(content.query);
    if (this.only.get() !== content.onlyDifferences) this.only.set(content.onlyDifferences);
    this.fold.textContent = content.folded ? t('Expand all') : t('Collapse all');
    this.add.toggleAttribute('disabled', !content.canAdd);
  }

  search(): void {
    this.query.element.focus();
  }
}
