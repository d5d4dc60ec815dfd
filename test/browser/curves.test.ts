import assert from 'node:assert/strict';
import { PROTOCOL } from '../../src/protocol/messages.js';
import { curves, manyCurves, sample, shown, twelve } from './comparePage/samples.js';
import type { ServedPage } from './comparePage/served.js';
import { servedPages } from './comparePage/served.js';
import { assertAccessible } from './comparePage/accessible.js';
import { compareFirst, demoWindow } from './comparePage/demo.js';
import { THEMES } from './harness/index.js';
import type { OpenWindow, Theme } from './harness/index.js';
import { eventually } from './waiting.js';

type Points = [number, number][];

describe('Curves on the compare page', function () {
  this.timeout(60_000);
  const openPage = servedPages();
  let served: ServedPage;

  const open = async (given = curves(), comparison = sample(), stored?: unknown): Promise<void> => {
    served = await openPage(stored);
    await served.send(shown(comparison, 0, given));
    await served.page.getByRole('grid').waitFor();
  };
  const chart = (name: RegExp) => served.page.getByRole('img', { name });
  const figure = (at: number) => served.page.locator('figure').nth(at);
  const search = (text: string): Promise<void> =>
    served.page.getByRole('textbox', { name: 'Search fields and values' }).fill(text);
  const charted = (): Promise<string[]> => served.page.locator('figure:visible .name').allInnerTexts();

  it('say in words what the lines come to', async () => {
    await open();
    const loss = (await chart(/^train\.loss/).getAttribute('aria-label')) ?? '';
    assert.match(
      loss,
      /v1\.0\.0: from 1\.4\d* to 0\.3\d*, best 0\.\d+ at step \d+\. v1\.1\.0: from .*\. experiment\/churn_deeper: from .*, no number at 91 steps\.$/,
    );
    // No metric of the comparison says which direction is better.
    assert.match(
      (await chart(/^tokens/).getAttribute('aria-label')) ?? '',
      /v1\.0\.0: from 1000000 to 40500000, lowest 1000000 at step 0, highest 40500000 at step 10/,
    );
    assert.match(
      (await chart(/^auc/).getAttribute('aria-label')) ?? '',
      /experiment\/churn_deeper: not local/,
    );
    assert.deepEqual(served.complaints, []);
  });

  it('are told apart by dashes and markers, the same in every chart and in the legend', async () => {
    await open(manyCurves(2), twelve());
    const look = (line: string): Promise<string[]> =>
      served.page.locator(line).evaluateAll((groups) =>
        groups.map((group) => {
          const dashes = group.querySelector('.line')?.getAttribute('stroke-dasharray');
          return `${dashes} ${group
            .querySelector('.marker')
            ?.getAttribute('d')
            ?.replace(/^M\S+ [\d.-]+/, '')}`;
        }),
      );
    const legend = await look('.legend svg');
    assert.equal(new Set(legend).size, 12, legend.join('\n'));
    for (const at of [0, 1]) {
      const drawn = await look(`figure:nth-of-type(${at + 1}) svg > g[class^="series"]`);
      // The baseline, here the first, is drawn last, above the others.
      assert.deepEqual([...drawn.slice(-1), ...drawn.slice(0, -1)], legend);
    }
  });

  it('end where a run measured no number, and say for how many steps', async () => {
    await open();
    const lines = (column: number): Promise<number> => figure(0).locator(`.series-${column} .line`).count();
    assert.deepEqual([await lines(0), await lines(1), await lines(2)], [1, 1, 2]);
    await figure(0).getByText('Values', { exact: true }).click();
    const row = figure(0).getByRole('row').filter({ hasText: 'experiment/churn_deeper' });
    assert.match(await row.innerText(), /2\S* at step 0\s.*at step 239\s.*at step \d+\s+91 steps/);
    assert.match(await figure(3).innerText(), /No run measured a number\./);
  });

  it('say per chart which versions have none, and which are not here', async () => {
    await open();
    const lacking = (at: number): Promise<string[]> => figure(at).locator('.lacking').allInnerTexts();
    assert.deepEqual(await lacking(0), []);
    assert.deepEqual(await lacking(1), ['experiment/churn_deeper: not local']);
    assert.deepEqual(await lacking(2), ['experiment/churn_deeper: damaged']);
    assert.deepEqual(await lacking(3), ['v1.1.0: no such curve · experiment/churn_deeper: not local']);
    // Two of its lines are drawn: that some are missing is no word about the version.
    const legend = (): Promise<string[]> => served.page.locator('.legend .note').allInnerTexts();
    assert.deepEqual(await legend(), ['baseline']);
    const [loss] = curves().list;
    assert.ok(loss);
    const [first] = loss.series;
    await served.send(
      shown(sample(), 0, {
        list: [{ metric: 'auc', series: [first ?? null, null, null], unknown: [null, null, 'not local'] }],
        unknown: [null, null, 'not local'],
        total: 1,
      }),
    );
    await eventually(async () => assert.deepEqual(await legend(), ['baseline', 'no curves', 'not local']));
  });

  it('name those that no version has here, without an empty chart', async () => {
    const away = { series: [null, null, null], unknown: [null, 'not local', null] };
    const { list } = curves();
    await open({
      list: [...list.slice(0, 1), { metric: 'f1', ...away }, { metric: 'recall', ...away }],
      unknown: [null, 'not local', null],
      total: 3,
    });
    assert.equal(await served.page.locator('figure').count(), 1);
    const text = 'v1.0.0: no such curve · v1.1.0: not local · experiment/churn_deeper: no such curve';
    await served.page.getByText(`Not drawn: f1, recall (${text})`, { exact: true }).waitFor();
    await search('recall');
    await served.page.getByText(`Not drawn: recall (${text})`, { exact: true }).waitFor();
    assert.equal(await served.page.locator('.legend').isVisible(), false);
  });

  it('are searched like the rows', async () => {
    await open();
    await search('GRAD');
    await eventually(async () => assert.deepEqual(await charted(), ['grad_norm']));
    assert.match(await served.page.locator('.summary').innerText(), /1 found$/);
    assert.match(await served.page.locator('.curves h2').innerText(), /1 of 5/);
    // No row holds the word, yet something was found.
    assert.equal(await served.page.getByText('Nothing found').count(), 0);
    await search('loss');
    await eventually(async () => assert.deepEqual(await charted(), ['train.loss']));
    assert.match(await served.page.locator('.summary').innerText(), /2 found$/);
    await search('curves tok');
    await eventually(async () => assert.deepEqual(await charted(), ['tokens']));
    await search('nowhere');
    await served.page.getByText('No field, value or curve here contains "nowhere".').waitFor();
    assert.equal(await served.page.locator('.curves').count(), 0);
    await served.page.getByRole('button', { name: 'Clear search' }).click();
    await eventually(async () => assert.equal((await charted()).length, 5));
  });

  it('are left out where all versions on screen have the same, unless all fields are shown', async () => {
    const line: Points = [
      [0, 1],
      [1, 0.5],
    ];
    const other: Points = [
      [0, 1],
      [1, 0.25],
    ];
    const all = {
      list: [
        { metric: 'same', series: [line, line, line] },
        { metric: 'other', series: [line, line, other] },
        { metric: 'absent', series: [line, line, null] },
        { metric: 'away', series: [line, line, null], unknown: [null, null, 'not local'] },
        {
          metric: 'gaps',
          series: [line, line, line],
          gaps: [[], [], [[1, 1, 1] as [number, number, number]]],
        },
      ],
      unknown: [null, null, 'not local'],
      total: 5,
    };
    await open(all);
    assert.deepEqual(await charted(), ['other', 'absent', 'away', 'gaps']);
    await served.page.getByRole('checkbox', { name: 'Only differences' }).click();
    await eventually(async () => assert.equal((await charted()).length, 5));
    await served.page.getByRole('checkbox', { name: 'Only differences' }).click();
    await served.page.getByRole('button', { name: 'Actions for experiment/churn_deeper' }).click();
    await served.page.getByRole('menuitem', { name: 'Remove from comparison' }).click();
    // What differed was the version that is gone.
    await eventually(async () => assert.equal(await served.page.locator('.curves').count(), 0));
  });

  it('that differ are differences, also where every field agrees', async () => {
    const { columns } = sample();
    await open(curves(), {
      model: 'churn',
      columns,
      fields: [{ group: 'metrics', field: 'auc', values: [1, 1, 1] }],
    });
    assert.match(await served.page.locator('.summary').innerText(), /0 of 1 fields differ/);
    assert.equal(await served.page.getByText('No differences').count(), 0);
    assert.equal((await charted()).length, 5);
  });

  it('are nowhere where no version has any, and only said where all are not local', async () => {
    await open({ list: [], unknown: [], total: 0 });
    assert.equal(await served.page.locator('.curves').count(), 0);
    await served.send(shown(sample(), 0, { list: [], unknown: [null, 'not local', null], total: 0 }));
    await served.page.getByText('Curves of v1.1.0: not local').waitFor();
    assert.equal(await served.page.locator('figure').count(), 0);
  });

  it('say how many are left out', async () => {
    await open({ ...curves(), total: 80 });
    const said = served.page.getByText('Only the first 5 of 80 curves are looked at.');
    await said.waitFor();
    await search('nowhere');
    await eventually(async () => assert.deepEqual(await charted(), []));
    assert.equal(await said.isVisible(), true);
  });

  it('follow the versions: one that is removed takes its line along', async () => {
    await open();
    await served.page.getByRole('button', { name: 'Actions for v1.1.0' }).click();
    await served.page.getByRole('menuitem', { name: 'Remove from comparison' }).click();
    await eventually(async () => {
      assert.equal(await figure(0).locator('g[class^="series"]').count(), 2);
      assert.equal(await served.page.locator('.legend li').count(), 2);
    });
    // The third version keeps its colour.
    assert.equal(await figure(0).locator('.series-2').count(), 1);
  });

  it('fold away by keyboard and stay so over a reload', async () => {
    await open();
    const fold = () => served.page.getByRole('button', { name: /^Curves/ });
    await fold().focus();
    await served.page.keyboard.press('Enter');
    assert.equal(await fold().getAttribute('aria-expanded'), 'false');
    assert.equal(await served.page.locator('figure').first().isVisible(), false);
    const stored = await served.state();
    assert.equal((stored as { curvesFolded?: boolean }).curvesFolded, true);
    await served.page.context().close();
    await open(curves(), sample(), stored);
    assert.equal(await served.page.locator('figure').count(), 0);
    await fold().press('Space');
    assert.equal(await served.page.locator('figure').count(), 5);
    await served.page.keyboard.press('Tab');
    assert.equal(
      await served.page.locator('.curves-body').evaluate((body) => body === document.activeElement),
      true,
    );
    await served.page.keyboard.press('Tab');
    await served.page.keyboard.press('Enter');
    await figure(0).getByRole('table').waitFor();
  });

  it('are not drawn anew while somebody types', async () => {
    await open();
    await figure(1).evaluate((element) => element.setAttribute('data-kept', ''));
    await search('auc');
    await eventually(async () => assert.deepEqual(await charted(), ['auc']));
    assert.equal(await figure(1).getAttribute('data-kept'), '');
  });

  it('never take a metric’s name for markup, and stay inside their frame whatever the values', async () => {
    const hostile = '<img src=x onerror="document.title=1">';
    await open({
      list: [
        {
          metric: hostile,
          series: [
            [
              [0, -1e308],
              [1, 1e308],
            ],
            null,
            null,
          ],
        },
        {
          metric: 'flat',
          series: [
            [
              [5, 3],
              [6, 3],
            ],
            null,
            null,
          ],
        },
        {
          metric: 'tiny',
          series: [
            [
              [0, 1e-300],
              [1e15, 3e-300],
            ],
            null,
            null,
          ],
        },
        {
          metric: 'near',
          series: [
            [
              [0, 1_000_000.001],
              [1, 1_000_000.002],
            ],
            null,
            null,
          ],
        },
      ],
      unknown: [],
      total: 4,
    });
    assert.equal(await served.page.locator('main img').count(), 0);
    assert.match(await figure(0).innerText(), /too far apart to be drawn/);
    const outside = await served.page.locator('figure > svg').evaluateAll((drawings) =>
      drawings.flatMap((drawing) => {
        const frame = drawing.getBoundingClientRect();
        return [...drawing.querySelectorAll('path, text')]
          .filter((part) => {
            const { left, right, top, bottom } = part.getBoundingClientRect();
            return (
              left < frame.left - 1 ||
              right > frame.right + 1 ||
              top < frame.top - 1 ||
              bottom > frame.bottom + 1
            );
          })
          .map((part) => part.outerHTML);
      }),
    );
    assert.deepEqual(outside, []);
    assert.deepEqual(served.complaints, []);
  });
});

/** In the editor: with the demo's own curves, and with every kind of curve in every theme. */
describe('Curves in the editor', function () {
  this.timeout(180_000);
  const openedWindow = demoWindow();
  let window: OpenWindow;

  before(() => {
    window = openedWindow();
  });

  it('are drawn for the versions that one would compare first', async () => {
    const { workbench } = window;
    await compareFirst(window);
    const drawing = workbench.webview().getByRole('img', { name: /^train\.loss over the steps/ });
    await drawing.waitFor({ timeout: 30_000 });
    const words = (await drawing.getAttribute('aria-label')) ?? '';
    assert.match(words, /v2\.1\.0: from \S+ to \S+, best \S+ at step \d+/);
    assert.match(words, /v2\.0\.0: from/);
    await workbench.screenshot('curves-demo');
  });

  for (const theme of Object.keys(THEMES) as Theme[]) {
    it(`can be read and heard in the theme ${THEMES[theme].title}, wide and narrow`, async () => {
      const { workbench } = window;
      await workbench.page.setViewportSize({ width: 1400, height: 860 });
      await workbench.setTheme(theme);
      const frame = await workbench.webviewFrame('table');
      const message = JSON.stringify({ protocol: PROTOCOL, ...shown(sample(), 0, curves()) });
      await frame.evaluate((data) => globalThis.postMessage(JSON.parse(data), '*'), message);
      await workbench
        .webview()
        .getByRole('img', { name: /^tokens/ })
        .waitFor();
      const search = (text: string): Promise<void> =>
        workbench.webview().getByRole('textbox', { name: 'Search fields and values' }).fill(text);
      await workbench.webview().getByText('Values', { exact: true }).first().click();
      await workbench.screenshot(`curves-${theme}`);
      await assertAccessible(frame);
      await workbench.page.setViewportSize({ width: 760, height: 860 });
      await workbench.screenshot(`curves-${theme}-narrow`);
      await search('rate');
      await workbench.screenshot(`curves-${theme}-narrow-searched`);
      await search('');
      await workbench.webview().getByText(': damaged').scrollIntoViewIfNeeded();
      await workbench.screenshot(`curves-${theme}-narrow-below`);
    });
  }
});
