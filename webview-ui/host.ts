import type { FromPage, PageState, ToPage } from '../src/protocol/messages.js';
import { parsePageState, parseToPage, PROTOCOL } from '../src/protocol/messages.js';

type Unversioned<Message> = Message extends { protocol: unknown } ? Omit<Message, 'protocol'> : never;
/** What the page tells the editor, the version left to `send`. */
export type Said = Unversioned<FromPage>;

/** The editor behind the page: messages both ways and the state that survives a reload. */
export interface Host {
  send(said: Said): void;
  stored(): PageState | undefined;
  store(state: Omit<PageState, 'protocol'>): void;
}

/** Connects to the editor; messages that are not of this version's protocol are dropped, with a line in the console. */
export function connect(receive: (message: ToPage) => void): Host {
  const editor = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = parseToPage(event.data);
    if (message === undefined) console.warn('Modelkeep: a message of another version was dropped');
    else receive(message);
  });
  return {
    send: (said) => editor.postMessage({ protocol: PROTOCOL, ...said }),
    stored: () => parsePageState(editor.getState()),
    store: (state) => editor.setState({ protocol: PROTOCOL, ...state }),
  };
}
