import { make } from '../dom.js';

/** Which cell is meant: `row` -1 is the header; `column` 0 is the column of field names. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface GridContent {
  readonly rows: number;
  /** Versions; the column of field names comes before them. */
  readonly columns: number;
  readonly label: string;
  /** Fills the header's cells; the first is the corner. */
  head(): readonly HTMLTableCellElement[];
  /** Fills one row: its header cell, then a cell per version, or one cell across all. */
  row(index: number): HTMLTableRowElement;
}

export interface GridEvents {
  /** The cell in focus changed. */
  moved(place: Place): void;
  /** Enter, Space or a click on a cell that acts. */
  acted(place: Place, cell: HTMLElement): void;
  /** The context menu of a cell, by key or mouse. */
  menu(place: Place, cell: HTMLElement): void;
  /** Keys that the grid does not use itself; true when something was done. */
  key(place: Place, event: KeyboardEvent): boolean;
}

const ROW = 28;
const OVERSCAN = 12;
/** The column of field names: this wide, but never more than a third of the page. */
const FIELD_WIDTH = 260;
const FIELD_NARROWEST = 140;
const NARROWEST = 190;
const WIDEST = 460;

/**
 * A table of any length of which only the rows in sight are in the document; header and first column stay in place.
 * One tab stop; arrows move a focus that is told to screen readers by `aria-activedescendant`, so that it survives
 * when its row is scrolled away.
 */
export class Grid {
  readonly element: HTMLElement;
  private readonly table = make('table', { attributes: { role: 'grid', tabindex: '0' } });
  private readonly columnGroup = make('colgroup');
  private readonly head = make('thead');
  private readonly body = make('tbody');
  private readonly above = make('tr', { class: 'spacer', attributes: { 'aria-hidden': 'true' } });
  private readonly below = make('tr', { class: 'spacer', attributes: { 'aria-hidden': 'true' } });
  private readonly drawn = new Map<number, HTMLTableRowElement>();
  private content: GridContent | undefined;
  private place: Place = { row: -1, column: 0 };
  private fieldWidth = FIELD_WIDTH;

  constructor(private readonly events: GridEvents) {
    this.table.append(this.columnGroup, this.head, this.body);
    this.element = make('div', { class: 'grid' }, this.table);
    this.element.addEventListener('scroll', () => this.draw(), { passive: true });
    this.table.addEventListener('keydown', (event) => this.pressed(event));
    this.table.addEventListener('click', (event) => this.clicked(event));
    this.table.addEventListener('contextmenu', (event) => this.asked(event));
    this.table.addEventListener('focus', () => this.mark());
    new ResizeObserver(() => this.layout()).observe(this.element);
  }

  /** Shows other content; the focused place stays as far as it still exists. */
  show(content: GridContent): void {
    this.content = content;
    this.place = {
      row: Math.min(this.place.row, content.rows - 1),
      column: Math.min(this.place.column, content.columns),
    };
    this.table.setAttribute('aria-label', content.label);
    this.table.setAttribute('aria-rowcount', String(content.rows + 1));
    this.table.setAttribute('aria-colcount', String(content.columns + 1));
    this.head.replaceChildren(make('tr', { attributes: { 'aria-rowindex': '1' } }, ...content.head()));
    this.columnGroup.replaceChildren(...Array.from({ length: content.columns + 1 }, () => make('col')));
    this.drawn.clear();
    this.body.replaceChildren(this.above, this.below);
    this.layout();
  }

  focus(): void {
    this.table.focus({ preventScroll: true });
  }

  /** Moves the focus to a cell and brings it into sight. */
  go(place: Place): void {
    const { rows, columns } = this.content ?? { rows: 0, columns: 0 };
    this.place = {
      row: Math.max(-1, Math.min(rows - 1, place.row)),
      column: Math.max(0, Math.min(columns, place.column)),
    };
    this.reveal();
    this.draw();
    this.mark();
    this.events.moved(this.place);
  }

  private layout(): void {
    const { content } = this;
    if (content === undefined) return;
    const whole = this.element.clientWidth;
    this.fieldWidth = Math.round(Math.max(FIELD_NARROWEST, Math.min(FIELD_WIDTH, whole / 3)));
    const free = whole - this.fieldWidth;
    const each = Math.floor(Math.max(NARROWEST, Math.min(WIDEST, free / Math.max(1, content.columns))));
    [...this.columnGroup.children].forEach((column, index) => {
      if (column instanceof HTMLElement) column.style.width = `${index === 0 ? this.fieldWidth : each}px`;
    });
    this.table.style.width = `${this.fieldWidth + each * content.columns}px`;
    this.draw();
  }

  private draw(): void {
    const { content } = this;
    if (content === undefined) return;
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW) - OVERSCAN);
    const inSight = Math.ceil((this.element.clientHeight || 800) / ROW);
    const end = Math.min(content.rows, first + inSight + 2 * OVERSCAN);
    for (const [index, row] of this.drawn) {
      if (index >= first && index < end) continue;
      row.remove();
      this.drawn.delete(index);
    }
    let before: Element = this.above;
    for (let index = first; index < end; index += 1) {
      const drawn = this.drawn.get(index);
      const row = drawn ?? this.make(content, index);
      if (!drawn) before.after(row);
      before = row;
    }
    this.above.style.height = `${first * ROW}px`;
    this.below.style.height = `${Math.max(0, content.rows - end) * ROW}px`;
    this.mark();
  }

  private make(content: GridContent, index: number): HTMLTableRowElement {
    const row = content.row(index);
    row.setAttribute('aria-rowindex', String(index + 2));
    row.dataset['row'] = String(index);
    this.drawn.set(index, row);
    return row;
  }

  private cellAt(place: Place): HTMLElement | undefined {
    const row = place.row < 0 ? this.head.rows[0] : this.drawn.get(place.row);
    const cell = row?.cells[Math.min(place.column, (row.cells.length || 1) - 1)];
    return cell;
  }

  private mark(): void {
    for (const old of this.table.querySelectorAll('.active')) {
      old.classList.remove('active');
      old.removeAttribute('id');
    }
    const cell = this.cellAt(this.place);
    if (cell === undefined) {
      this.table.removeAttribute('aria-activedescendant');
      return;
    }
    cell.classList.add('active');
    cell.id = 'active-cell';
    this.table.setAttribute('aria-activedescendant', 'active-cell');
  }

  private reveal(): void {
    const { element, place } = this;
    const headHeight = this.head.offsetHeight;
    if (place.row >= 0) {
      const top = place.row * ROW;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + ROW > element.scrollTop + element.clientHeight - headHeight) {
        element.scrollTop = top + ROW - (element.clientHeight - headHeight);
      }
    }
    const column = this.head.rows[0]?.cells[place.column];
    if (place.column === 0 || column === undefined) {
      if (place.column === 0) element.scrollLeft = 0;
      return;
    }
    const left = column.offsetLeft - this.fieldWidth;
    if (left < element.scrollLeft) element.scrollLeft = left;
    const right = column.offsetLeft + column.offsetWidth - element.clientWidth;
    if (right > element.scrollLeft) element.scrollLeft = right;
  }

  private placeOf(target: EventTarget | null): { place: Place; cell: HTMLElement } | undefined {
    const cell = target instanceof Element ? target.closest('th, td') : null;
    const row = cell?.parentElement;
    if (!(cell instanceof HTMLTableCellElement) || !(row instanceof HTMLTableRowElement)) return undefined;
    const index = row.parentElement === this.head ? -1 : Number(row.dataset['row']);
    return Number.isNaN(index) ? undefined : { place: { row: index, column: cell.cellIndex }, cell };
  }

  private clicked(event: MouseEvent): void {
    const hit = this.placeOf(event.target);
    if (hit === undefined) return;
    this.go(hit.place);
    const acts =
      hit.cell.matches('[data-acts]') ||
      (event.target instanceof Element && event.target.closest('[data-acts]') !== null);
    if (acts) this.events.acted(hit.place, hit.cell);
  }

  private asked(event: MouseEvent): void {
    const hit = this.placeOf(event.target);
    if (hit === undefined) return;
    event.preventDefault();
    this.go(hit.place);
    this.events.menu(hit.place, hit.cell);
  }

  private pressed(event: KeyboardEvent): void {
    const { row, column } = this.place;
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 2);
    const whole = event.ctrlKey || event.metaKey;
    const cell = this.cellAt(this.place);
    if (event.altKey || !this.content) {
      if (this.events.key(this.place, event)) event.preventDefault();
      return;
    }
    switch (event.key) {
      case 'ArrowDown':
        return this.step(event, { row: row + 1, column });
      case 'ArrowUp':
        return this.step(event, { row: row - 1, column });
      case 'ArrowRight':
        return this.step(event, { row, column: column + 1 });
      case 'ArrowLeft':
        return this.step(event, { row, column: column - 1 });
      case 'PageDown':
        return this.step(event, { row: row + page, column });
      case 'PageUp':
        return this.step(event, { row: row - page, column });
      case 'Home':
        return this.step(event, { row: whole ? -1 : row, column: 0 });
      case 'End':
        return this.step(event, { row: whole ? this.content.rows - 1 : row, column: this.content.columns });
      case 'Enter':
      case ' ':
        event.preventDefault();
        if (cell) this.events.acted(this.place, cell);
        return;
      case 'ContextMenu':
        event.preventDefault();
        if (cell) this.events.menu(this.place, cell);
        return;
      case 'F10':
        if (!event.shiftKey || !cell) return;
        event.preventDefault();
        this.events.menu(this.place, cell);
        return;
      default:
        if (this.events.key(this.place, event)) event.preventDefault();
    }
  }

  private step(event: KeyboardEvent, place: Place): void {
    event.preventDefault();
    this.go(place);
  }
}
