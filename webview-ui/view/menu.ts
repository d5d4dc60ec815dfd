import { make } from '../dom.js';

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  readonly disabled?: boolean;
  /** A line above it. */
  readonly separated?: boolean;
}

let close: (() => void) | undefined;

/**
 * Opens a menu below an element. Arrows, Home, End and first letters move, Enter and Space choose, Escape and a click
 * elsewhere close; whatever closes it, `back` gives the focus back. It is put into `root`, a landmark of the page.
 */
export function openMenu(
  root: HTMLElement,
  anchor: Element,
  label: string,
  items: readonly MenuItem[],
  back: () => void,
): void {
  close?.();
  const menu = make('div', { class: 'menu', attributes: { role: 'menu', 'aria-label': label } });
  const entries = items.map((item) => {
    const entry = make('div', {
      class: item.separated === true ? 'entry separated' : 'entry',
      text: item.label,
      attributes: { role: 'menuitem', tabindex: '-1', 'aria-disabled': String(item.disabled === true) },
    });
    entry.addEventListener('click', () => choose(item));
    entry.addEventListener('mousemove', () => entry.focus());
    menu.append(entry);
    return entry;
  });
  const dismiss = (): void => {
    if (close !== dismiss) return;
    close = undefined;
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('blur', dismiss);
    window.removeEventListener('resize', dismiss);
    menu.remove();
    back();
  };
  const outside = (event: Event): void => {
    if (event.target instanceof Node && !menu.contains(event.target)) dismiss();
  };
  const choose = (item: MenuItem): void => {
    if (item.disabled === true) return;
    dismiss();
    item.run();
  };
  menu.addEventListener('keydown', (event) => {
    const at = entries.findIndex((entry) => entry === document.activeElement);
    const go = (to: number): void => entries[(to + entries.length) % entries.length]?.focus();
    const item = items[at];
    if (event.key === 'ArrowDown') go(at + 1);
    else if (event.key === 'ArrowUp') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(entries.length - 1);
    else if (event.key === 'Escape' || event.key === 'Tab') dismiss();
    else if ((event.key === 'Enter' || event.key === ' ') && item) choose(item);
    else if (event.key.length === 1) {
      const next = [...items.keys()].map((index) => (at + 1 + index) % items.length);
      const letter = event.key.toLowerCase();
      const found = next.find((index) => items[index]?.label.toLowerCase().startsWith(letter) === true);
      if (found !== undefined) go(found);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  close = dismiss;
  root.append(menu);
  place(menu, anchor.getBoundingClientRect());
  document.addEventListener('pointerdown', outside, true);
  window.addEventListener('blur', dismiss);
  window.addEventListener('resize', dismiss);
  entries[0]?.focus();
}

function place(menu: HTMLElement, anchor: DOMRect): void {
  const left = Math.max(4, Math.min(anchor.left, window.innerWidth - menu.offsetWidth - 4));
  const below = anchor.bottom + 2;
  const fits = below + menu.offsetHeight <= window.innerHeight - 4;
  menu.style.left = `${left}px`;
  menu.style.top = `${fits ? below : Math.max(4, anchor.top - menu.offsetHeight - 2)}px`;
}
