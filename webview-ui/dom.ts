/** What an element is made of. Text only ever becomes text: nothing here reads HTML. */
export interface Made {
  readonly class?: string;
  readonly text?: string;
  readonly id?: string;
  readonly title?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
}

/** Makes an element with its children; `undefined` children are left out. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  made: Made = {},
  ...children: readonly (Node | undefined)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  describe(element, made);
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

/** Gives an element of any kind (a custom one, say) its class, text, attributes and listeners. */
export function describe(element: HTMLElement, made: Made): void {
  if (made.class !== undefined) element.className = made.class;
  if (made.text !== undefined) element.textContent = made.text;
  if (made.id !== undefined) element.id = made.id;
  if (made.title !== undefined) element.title = made.title;
  for (const [name, value] of Object.entries(made.attributes ?? {})) element.setAttribute(name, value);
  for (const [name, listener] of Object.entries(made.on ?? {})) element.addEventListener(name, listener);
}

const SVG = 'http://www.w3.org/2000/svg';

/** Outlines of 16 by 16, drawn with the colour of the text around them. */
const ICONS = {
  better: 'M3 8.5 6.5 12 13 4.5',
  worse: 'M4 4l8 8M12 4l-8 8',
  differs: 'M3 6h10M3 10h10M11 3 5 13',
  more: 'M8 3.5v.01M8 8v.01M8 12.5v.01',
  open: 'M4 6l4 4 4-4',
  closed: 'M6 4l4 4-4 4',
  warning: 'M8 2 1.5 13.5h13ZM8 6.5V10M8 12v.01',
  incomparable: 'M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5ZM3.6 3.6l8.8 8.8',
  ascending: 'M8 13V3M4 7l4-4 4 4',
  descending: 'M8 3v10M4 9l4 4 4-4',
  sort: 'M5 13V3M2.5 5.5 5 3l2.5 2.5M11 3v10M8.5 10.5 11 13l2.5-2.5',
  anchor: 'M8 2.5v11M3 13.5h10M8 2.5h4.5l-1.5 2 1.5 2H8',
} as const;
export type Icon = keyof typeof ICONS;

/** Makes a part of a drawing with its children. */
export function draw<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly Node[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  element.append(...children);
  return element;
}

/** A small picture for the eye alone: what it says stands beside it in words. */
export function icon(name: Icon): SVGSVGElement {
  return draw(
    'svg',
    { class: `icon icon-${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
    draw('path', { d: ICONS[name] }),
  );
}

/** Words for a screen reader where the eye sees an icon. */
export function spoken(text: string): HTMLElement {
  return make('span', { class: 'spoken', text });
}
