import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { makeDemo } from '../../scripts/dev/demo.mjs';
import { root } from '../../scripts/dev/paths.mjs';
import { OWN_FIELDS } from '../../src/core/compare/comparison.js';
import type { ToPage } from '../../src/protocol/messages.js';
import { bundleFile } from '../../l10n/extract.mjs';
import { pseudo, pseudoBundle } from '../fixtures/pseudo.js';
import { compareFirst } from './comparePage/demo.js';
import { shown } from './comparePage/samples.js';
import type { ServedPage } from './comparePage/served.js';
import { servedPages } from './comparePage/served.js';
import { openWindow } from './harness/index.js';
import type { OpenWindow } from './harness/index.js';

type Comparison = Extract<ToPage, { type: 'comparison' }>['comparison'];
type Curves = Extract<ToPage, { type: 'comparison' }>['curves'];

const bundle = async (): Promise<Record<string, string>> =>
  pseudoBundle(JSON.parse(await readFile(bundleFile, 'utf8')) as Record<string, string>);

/** Whatever a repository has to say is Greek here, so that every Latin letter on screen is one of ours. */
function greek(): Comparison {
  const columns = ['α', 'β', 'γ'].map((rev, at) => ({
    rev,
    commit: String(at + 1).repeat(40),
    time: new Date(Date.UTC(2025, at, 1)).toISOString(),
    present: at < 2,
    digest: at < 2 ? `δ:${at}` : null,
    pointer: null,
    problems: [],
  }));
  const own = Object.entries(OWN_FIELDS).flatMap(([group, names]) =>
    names.map((field) => ({
      group: group as keyof typeof OWN_FIELDS,
      field,
      values:
        field === 'registered' || field === 'time' ? ['2025-01-01T00:00:00Z', null, null] : ['ω', 'ψ', null],
    })),
  );
  return {
    model: 'μ',
    columns,
    fields: [
      ...own,
      { group: 'metrics', field: 'φ', values: [1, 2, 3], direction: 'higher', basis: ['1', '1', '2'] },
      { group: 'metrics', field: 'χ', values: [3, 2, 1], direction: 'higher' },
      { group: 'other metrics', field: 'χ', values: [3, 2, null], unknown: [null, null, 'not local'] },
      {
        group: 'parameters',
        field: 'λ',
        values: [
          ['ι', 'κ'],
          ['ι', 'λ'],
          ['κ', 'ι'],
        ],
      },
      { group: 'data', field: 'ν size', values: [1, 2, 3] },
      {
        group: 'artifact header',
        field: 'ξ',
        values: [1, null, null],
        unknown: [null, null, 'The file ends too early'],
      },
    ],
  };
}

function greekCurves(): Curves {
  const line: [number, number][] = [
    [0, 1],
    [1, 2],
  ];
  return {
    list: [
      { metric: 'φ', direction: 'higher', series: [line, null, null], unknown: [null, null, 'not local'] },
      { metric: 'χ', series: [line, [], null], gaps: [[[1, 2, 2]], [[0, 1, 2]], []] },
      { metric: 'υ', series: [[], null, null], gaps: [[[0, 0, 1]], [], []] },
      {
        metric: 'ζ',
        series: [
          [
            [0, -1e308],
            [1, 1e308],
          ],
          null,
          null,
        ],
      },
      { metric: 'η', series: [null, null, null], unknown: [null, null, 'damaged'] },
    ],
    unknown: [null, null, 'not local'],
    total: 9,
  };
}

/** Everything on a page that is read or heard and holds a Latin letter, but for sizes (`48 MB`). */
function untranslated(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const texts = [...document.body.querySelectorAll('*:not([aria-hidden=true])')].flatMap((element) => [
      ...[...element.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent),
      ...['aria-label', 'title', 'placeholder', 'aria-description'].map((name) => element.getAttribute(name)),
    ]);
    return texts.flatMap((text) =>
      text !== null && /[a-z]{2}/i.test(text.replace(/\b[kMGTP]?B\b/g, '')) ? text : [],
    );
  });
}

describe('The compare page in another language', function () {
  this.timeout(60_000);
  const openPage = servedPages();
  let served: ServedPage;
  const all = async (): Promise<void> => assert.deepEqual(await untranslated(served.page), []);
  const button = (name: string) => served.page.getByRole('button', { name: pseudo(name), exact: true });

  beforeEach(async () => {
    served = await openPage();
    // Japanese, whose dates and numbers have no Latin letters either.
    const said = { repository: '/repo', model: 'μ', strings: await bundle() };
    await served.send({ type: 'start', language: 'ja', ...said });
  });

  it('has no word of its own outside the bundle', async () => {
    await served.send(shown(greek(), 0, greekCurves()));
    await served.page.getByRole('grid').waitFor();
    await all();
    await served.page.getByRole('checkbox').click();
    for (const summary of await served.page.locator('summary').all())
      if (await summary.isVisible()) await summary.click();
    await all();
    await served.page.getByText('λ', { exact: true }).first().click();
    await served.page.getByText('└').waitFor();
    await all();
    // Every cell of the table once, for what is said of it below.
    await served.page.getByRole('grid').focus();
    await served.page.keyboard.press('Control+Home');
    const rows = Number(await served.page.getByRole('grid').getAttribute('aria-rowcount'));
    for (let row = 1; row < rows; row += 1) {
      await served.page.keyboard.press('ArrowDown');
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Home']) {
        await served.page.keyboard.press(key);
        await all();
      }
    }
    await served.page.getByRole('button', { name: pseudo('Actions for {0}').replace('{0}', 'β') }).click();
    await served.page.getByRole('menu').waitFor();
    await all();
    await served.page.keyboard.press('Escape');
    await button('Collapse all').click();
    await all();
    assert.deepEqual(served.complaints, []);
  });

  it('has none where there is nothing to show, or something failed', async () => {
    await served.send({ type: 'loading', model: '' });
    await served.page.getByText(pseudo('Reading the versions'), { exact: true }).first().waitFor();
    await all();
    await served.send({ type: 'failed', message: 'ω' });
    await button('Try again').waitFor();
    await all();
    const { columns, ...rest } = greek();
    const fields = [{ group: 'metrics' as const, field: 'φ', values: [1, 1, 1] }];
    const problems = ['ω', 'ψ'];
    await served.send(shown({ ...rest, fields, columns: columns.map((each) => ({ ...each, problems })) }));
    await button('Show all fields').waitFor();
    await all();
    await served.page.getByRole('textbox').fill('ϡ');
    await button('Clear search').waitFor();
    await all();
    await served.send(
      shown({ ...rest, columns, fields }, 0, { list: [], unknown: [null, 'not local', null], total: 0 }),
    );
    await served.page.getByRole('textbox').fill('');
    await served.page.locator('.lacking').getByText(pseudo('not local')).waitFor();
    await all();
  });

  it('is searched by the names on screen as by those in the repository', async () => {
    await served.send(shown(greek()));
    const rows = (): Promise<number> => served.page.locator('tbody tr.is-field').count();
    for (const query of [pseudo('registered by'), 'registered by']) {
      await served.page.getByRole('textbox').fill(query);
      await served.page.getByText(pseudo('{0} found').replace('{0}', '1')).waitFor();
      assert.equal(await rows(), 1);
    }
  });
});

/** The whole way: VS Code reads the bundle of the user's language, and the page shows it. */
describe('The compare page in an editor of another language', function () {
  this.timeout(180_000);
  const LANGUAGE = 'qps-ploc';
  let home: string;
  let window: OpenWindow;

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'modelkeep-language-'));
    const extension = path.join(home, 'extension');
    for (const part of ['package.json', 'package.nls.json', 'dist', 'media', 'l10n'])
      await cp(path.join(root, part), path.join(extension, part), { recursive: true });
    const write = (file: string, texts: unknown): Promise<void> =>
      writeFile(path.join(extension, file), JSON.stringify(texts));
    await write(`l10n/bundle.l10n.${LANGUAGE}.json`, await bundle());
    const folder = path.join(home, 'fraud-service');
    await makeDemo(folder);
    const size = { width: 1400, height: 860 };
    window = await openWindow({ folder, extension, language: LANGUAGE, theme: 'dark', size });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.workbench.screenshot('translated-failed');
  });
  after(async () => {
    await window?.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('shows the words of that language', async () => {
    const { workbench } = window;
    await compareFirst(window);
    const page = workbench.webview();
    await page.getByRole('heading', { name: '⟦Çöɱþáŕé fraud-detector⟧' }).waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: pseudo('Add version') }).waitFor();
    await page.getByText(pseudo('Metrics'), { exact: true }).first().waitFor();
    await workbench.pictures('translated');
  });
});
