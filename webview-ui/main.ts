import type { ToPage } from '../src/protocol/messages.js';
import type { Host } from './host.js';
import { connect } from './host.js';
import type { Phase, Shown } from './state.js';
import { setStrings } from './strings.js';
import { Page } from './view/page.js';

type Comparison = Extract<ToPage, { type: 'comparison' }>;

let page: Page | undefined;
let latest: Shown | undefined;
/** What the page is about, as the editor told it; part of the state that a reload needs. */
let subject = { repository: '', model: '' };
const host: Host = connect(receive);
host.send({ type: 'ready' });

function receive(message: ToPage): void {
  if (message.type === 'start') {
    subject = { repository: message.repository, model: message.model };
    setStrings(message.strings, message.language);
    document.documentElement.lang = message.language;
    page = new Page(document.body, host, (shown) => {
      latest = shown;
      remember(shown);
    });
    return;
  }
  if (message.type === 'said') page?.say(message.message);
  else page?.show(phaseOf(message));
}

function phaseOf(message: Exclude<ToPage, { type: 'start' | 'said' }>): Phase {
  switch (message.type) {
    case 'loading':
      return { kind: 'loading', model: message.model };
    case 'failed':
      return { kind: 'failed', message: message.message };
    case 'comparison':
      return { kind: 'shown', shown: begin(message) };
  }
}

/** What was switched on or searched for stays when other versions arrive, and over a reload. */
function begin({ comparison, curves, baseline, abilities }: Comparison): Shown {
  const stored = host.stored();
  const same = stored?.model === subject.model ? stored : undefined;
  return {
    fields: comparison,
    curves,
    curvesFolded: latest?.curvesFolded ?? same?.curvesFolded ?? false,
    order: comparison.columns.map((_, index) => index),
    baseline: Math.min(baseline, comparison.columns.length - 1),
    onlyDifferences: latest?.onlyDifferences ?? same?.onlyDifferences ?? true,
    query: latest?.query ?? same?.query ?? '',
    collapsed: latest?.collapsed ?? new Set(same?.collapsed ?? []),
    unfolded: latest?.unfolded ?? new Set(),
    sorting: null,
    abilities,
  };
}

function remember(shown: Shown): void {
  const { columns } = shown.fields;
  host.store({
    ...subject,
    revs: shown.order.flatMap((index) => columns[index]?.rev ?? []),
    baseline: columns[shown.baseline]?.rev ?? '',
    onlyDifferences: shown.onlyDifferences,
    query: shown.query.slice(0, 1000),
    collapsed: [...shown.collapsed],
    ...(shown.curvesFolded ? { curvesFolded: true } : {}),
  });
}
