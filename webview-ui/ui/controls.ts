import { describe, make } from '../dom.js';

/** A control whatever draws it: the toolkit's component where it is registered, a native element elsewhere. */
export interface Control<Value> {
  readonly element: HTMLElement;
  get(): Value;
  /** Changes what is shown without telling the listener. */
  set(value: Value): void;
}

function component(name: string): HTMLElement | undefined {
  return customElements.get(name) === undefined ? undefined : document.createElement(name);
}

/** A push button; `primary` for the one thing to do next. */
export function button(
  text: string,
  press: () => void,
  look: 'primary' | 'secondary' = 'secondary',
): HTMLElement {
  const toolkit = component('vscode-button');
  const element = toolkit ?? make('button', { attributes: { type: 'button' } });
  if (toolkit) toolkit.setAttribute('appearance', look);
  describe(element, { class: `button ${look}`, text, on: { click: press } });
  return element;
}

/** A checkbox with its label. */
export function checkbox(
  label: string,
  checked: boolean,
  change: (checked: boolean) => void,
): Control<boolean> {
  const toolkit = component('vscode-checkbox');
  if (toolkit && isCheckable(toolkit)) {
    toolkit.textContent = label;
    let current = checked;
    toolkit.checked = checked;
    // The component fires `change` for its first value and for `set` too.
    toolkit.addEventListener('change', () => {
      if (toolkit.checked === current) return;
      current = toolkit.checked;
      change(current);
    });
    return {
      element: toolkit,
      get: () => toolkit.checked,
      set: (value) => {
        current = value;
        toolkit.checked = value;
      },
    };
  }
  const input = make('input', { attributes: { type: 'checkbox' } });
  input.checked = checked;
  input.addEventListener('change', () => change(input.checked));
  return {
    element: make('label', { class: 'checkbox' }, input, make('span', { text: label })),
    get: () => input.checked,
    set: (value) => {
      input.checked = value;
    },
  };
}

/** A one-line text field; `label` is both its name and its placeholder. Escape empties it. */
export function searchField(label: string, value: string, change: (value: string) => void): Control<string> {
  const toolkit = component('vscode-text-field');
  const element = toolkit && isTextual(toolkit) ? toolkit : make('input', { attributes: { type: 'text' } });
  describe(element, { class: 'search', attributes: { 'aria-label': label, placeholder: label } });
  // The component takes its name from its content, which the style sheet hides: the placeholder says the same.
  if (toolkit !== undefined) toolkit.textContent = label;
  element.value = value;
  element.addEventListener('input', () => change(element.value));
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || element.value === '') return;
    event.stopPropagation();
    element.value = '';
    change('');
  });
  return {
    element,
    get: () => element.value,
    set: (text) => {
      element.value = text;
    },
  };
}

/** A sign that work goes on, for the eye alone: the component would call itself "Loading" in every language. */
export function progress(): HTMLElement {
  const element = component('vscode-progress-ring') ?? make('progress');
  describe(element, { class: 'progress', attributes: { 'aria-hidden': 'true' } });
  return element;
}

function isCheckable(element: HTMLElement): element is HTMLElement & { checked: boolean } {
  return 'checked' in element;
}

function isTextual(element: HTMLElement): element is HTMLElement & { value: string } {
  return 'value' in element;
}
