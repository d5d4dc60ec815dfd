import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { large, sample, shown } from './comparePage/samples.js';
import type { ServedPage } from './comparePage/served.js';
import { servedPages } from './comparePage/served.js';
import { eventually } from './waiting.js';

/** The page alone, with the test in the editor's place: every state and every key. */
describe('The compare page', function () {
  this.timeout(60_000);
  const openPage = servedPages();
  let served: ServedPage;

  const open = async (comparison = sample(), baseline = 0, stored?: unknown): Promise<ServedPage> => {
    served = await openPage(stored);
    await served.send(shown(comparison, baseline));
    await served.page.getByRole('grid').waitFor();
    return served;
  };
  const cell = (field: string, at: number): Promise<string> =>
    served.page
      .getByRole('row')
      .filter({ has: served.page.getByText(field, { exact: true }) })
      .locator('td')
      .nth(at)
      .innerText();
  const heads = async (): Promise<string[]> => served.page.locator('thead .name').allInnerTexts();
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await served.page.keyboard.press(key);
  };
  const active = (): Promise<string> => served.page.locator('#active-cell').innerText();

  it('says in words and signs what is better and worse than the baseline', async () => {
    await open();
    assert.match(await cell('auc', 1), /0\.95\s*\+0\.05\s*better/);
    assert.match(await cell('log_loss', 2), /0\.4\s*\+0\.1\s*worse/);
    assert.match(await cell('log_loss', 1), /0\.2\s*−0\.1\s*better/);
    assert.match(await cell('size', 2), /61 MB\s*\+13 MB/);
    assert.match(await cell('f1', 2), /0\.9\s*not comparable/);
    assert.deepEqual(await heads(), ['v1.0.0', 'v1.1.0', 'experiment/churn_deeper']);
    assert.match(await served.page.locator('thead th.baseline').innerText(), /v1\.0\.0\s*Baseline/);
    assert.deepEqual(served.complaints, []);
  });

  it('says of a revision that cannot be read that it cannot, never that the model is not there', async () => {
    const comparison = sample();
    const [first, second, third] = comparison.columns;
    assert.ok(first && second && third);
    const lost = {
      ...third,
      present: false,
      unreadable: true as const,
      digest: null,
      pointer: null,
      problems: ['models/churn.pkl.dvc cannot be read: Git has no such object here.'],
    };
    const unknown = [null, null, 'not local'];
    const fields = comparison.fields.map(({ basis: _, ...field }) =>
      field.group === 'commit' ? field : { ...field, values: [...field.values.slice(0, 2), null], unknown },
    );
    await open({ ...comparison, columns: [first, second, lost], fields });
    const head = await served.page.locator('thead th').nth(3).innerText();
    assert.match(head, /Cannot be read in 33333333/);
    assert.match(await cell('auc', 2), /not local/);
    assert.deepEqual(served.complaints, []);
  });

  it('ends a reason that is too long for its cell with an ellipsis', async () => {
    const comparison = sample();
    const reason = `line 3: ${'The YAML is broken at this place. '.repeat(8)}`;
    const fields = comparison.fields.map(({ basis: _, ...field }) =>
      field.group === 'parameters' ? { ...field, unknown: [null, null, reason] } : field,
    );
    await open({ ...comparison, fields });
    const long = served.page.locator('.cell.unknown').first();
    const ends = await long.evaluate((box) => {
      const cut = [box, ...box.children].filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
      return cut.map((one) => getComputedStyle(one).textOverflow);
    });
    assert.deepEqual(ends, ['ellipsis']);
  });

  it('shows only differences until it is asked for all', async () => {
    await open();
    assert.equal(await served.page.getByText('models/churn.pkl').count(), 0);
    await served.page.getByText('Only differences').click();
    assert.equal(await served.page.getByText('models/churn.pkl').count(), 3);
  });

  it('finds fields and values, and says when nothing fits', async () => {
    await open();
    const search = served.page.getByRole('textbox', { name: 'Search fields and values' });
    await search.fill('grace');
    await eventually(async () => assert.match(await served.page.locator('.summary').innerText(), /1 found/));
    await search.fill('no such thing');
    await served.page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await served.page.getByText('Clear search').click();
    await eventually(async () =>
      assert.match(await served.page.locator('.summary').innerText(), /7 of 8 fields differ$/),
    );
  });

  it('moves the baseline, measures anew and tells the editor', async () => {
    await open();
    await served.page.getByRole('button', { name: 'Actions for v1.1.0' }).click();
    await served.page.getByRole('menuitem', { name: 'Use as baseline' }).click();
    assert.match(await cell('auc', 0), /0\.9\s*−0\.05\s*worse/);
    const said = await served.said();
    assert.deepEqual(said.at(-1), {
      protocol: 1,
      type: 'arranged',
      revs: ['v1.0.0', 'v1.1.0', 'experiment/churn_deeper'],
      baseline: 'v1.1.0',
    });
  });

  it('removes, moves and sorts versions', async () => {
    await open();
    await served.page.getByRole('rowheader', { name: /auc/ }).click();
    assert.deepEqual(await heads(), ['v1.1.0', 'experiment/churn_deeper', 'v1.0.0']);
    await served.page.getByRole('button', { name: 'Actions for v1.1.0' }).click();
    await served.page.getByRole('menuitem', { name: 'Move right' }).click();
    assert.deepEqual(await heads(), ['experiment/churn_deeper', 'v1.1.0', 'v1.0.0']);
    await served.page.getByRole('button', { name: 'Actions for v1.0.0' }).click();
    await served.page.getByRole('menuitem', { name: 'Remove from comparison' }).click();
    assert.deepEqual(await heads(), ['experiment/churn_deeper', 'v1.1.0']);
    assert.match(await served.page.locator('thead th.baseline').innerText(), /experiment/);
  });

  it('compares lists item by item', async () => {
    await open();
    assert.match(await cell('features', 1), /age, plan, region\s*\+1/);
    await served.page.getByRole('rowheader', { name: /features/ }).click();
    await served.page.locator('tr.is-item').nth(2).waitFor();
    const items = await served.page.locator('tr.is-item').allInnerTexts();
    assert.equal(items.length, 3);
    assert.match(items[0] ?? '', /gone/);
    assert.match(items[2] ?? '', /region\s*added/);
  });

  it('can be used by keyboard alone', async () => {
    await open();
    await served.page.locator('table').focus();
    assert.equal(await active(), 'Field');
    await press('ArrowDown', 'ArrowDown');
    assert.match(await active(), /size/);
    await press('End');
    assert.match(await active(), /61 MB/);
    assert.match(
      await served.page.locator('.detail').innerText(),
      /size · experiment\/churn_deeper\s*61000000\s*61 MB\s*\+13 MB \(\+27 %\)/,
    );
    await press('Control+Home', 'ArrowRight', 'ArrowRight', 'Enter');
    await served.page.getByRole('menu').waitFor();
    await press('ArrowDown', 'Escape');
    assert.equal(await served.page.getByRole('menu').count(), 0);
    await press('b');
    assert.match(await served.page.locator('thead th.baseline').innerText(), /v1\.1\.0/);
    await press('Alt+ArrowLeft');
    assert.deepEqual(await heads(), ['v1.1.0', 'v1.0.0', 'experiment/churn_deeper']);
    await press('Shift+F10', 'p', 'Enter');
    assert.deepEqual((await served.said()).at(-1), {
      protocol: 1,
      type: 'act',
      action: 'pin',
      rev: 'v1.1.0',
    });
    await press('Control+Home', 'ArrowDown', 'Enter');
    assert.equal(await served.page.locator('#active-cell').getAttribute('aria-expanded'), 'false');
    await press('Control+f');
    assert.equal(
      await served.page.evaluate(() => document.activeElement?.classList.contains('search')),
      true,
    );
    await press('Tab', 'Space');
    assert.equal(await served.page.getByText('No differences').count(), 0);
  });

  it('copies what is on screen as Markdown and CSV', async () => {
    await open();
    await served.page.getByText('Copy as CSV').click();
    await served.page.getByText('Copy as Markdown').click();
    const [csv, markdown] = (await served.said()).flatMap((said) =>
      said.type === 'copy' ? [said.text] : [],
    );
    assert.match(
      csv ?? '',
      /^group,field,v1\.0\.0 — baseline,v1\.1\.0,experiment\/churn_deeper,delta v1\.1\.0/,
    );
    assert.doesNotMatch(csv ?? '', /models\/churn\.pkl/);
    assert.match(markdown ?? '', /\| auc \| 0\.9 \| 0\.95 \(\+0\.05, better\) \|/);
    await served.send({ type: 'said', message: 'Copied as Markdown' });
    await served.page.getByText('Copied as Markdown').waitFor();
  });

  it('keeps what a reload needs, and comes back with it', async () => {
    await open();
    await served.page.getByText('Only differences').click();
    await served.page.getByText('Metrics', { exact: true }).click();
    const stored = await served.state();
    assert.deepEqual(stored, {
      protocol: 1,
      repository: '/repo',
      model: 'churn',
      revs: ['v1.0.0', 'v1.1.0', 'experiment/churn_deeper'],
      baseline: 'v1.0.0',
      onlyDifferences: false,
      query: '',
      collapsed: ['metrics'],
    });
    await served.page.context().close();
    await open(sample(), 0, stored);
    assert.equal(await served.page.getByText('models/churn.pkl').count(), 3);
    assert.equal(await served.page.getByText('auc', { exact: true }).count(), 0);
  });

  it('tells loading, failed and empty apart', async () => {
    served = await openPage();
    await served.send({ type: 'loading', model: 'churn' });
    await served.page.getByRole('heading', { name: 'Reading the versions of churn' }).waitFor();
    await served.send({ type: 'failed', message: 'Git was not found ("git")' });
    await served.page.getByRole('alert').getByText('Git was not found ("git")').waitFor();
    await served.page.getByText('Try again').click();
    assert.deepEqual(await served.said(), [{ protocol: 1, type: 'retry' }]);
    const same = sample();
    await served.send(shown({ ...same, fields: same.fields.slice(0, 1) }));
    await served.page.getByRole('heading', { name: 'No differences' }).waitFor();
    await served.page.getByText('Show all fields').click();
    assert.equal(await served.page.getByText('models/churn.pkl').count(), 3);
  });

  it('names what could not be read, beside what could', async () => {
    const part = sample();
    const [first, second, third] = part.columns;
    assert.ok(first && second && third);
    await open({
      ...part,
      columns: [
        first,
        { ...second, problems: ['Metrics in metrics.json: not local'] },
        { ...third, present: false },
      ],
      fields: [
        {
          group: 'metrics',
          field: 'auc',
          values: [0.9, null, null],
          unknown: [null, 'not local', null],
          direction: 'higher',
        },
      ],
    });
    await served.page.getByText('v1.1.0: Metrics in metrics.json: not local').waitFor();
    await served.page.getByText('No such model in 33333333').waitFor();
    assert.equal(await cell('auc', 1), 'not local');
  });

  it('never takes text of a repository for markup', async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const [first, second] = sample().columns;
    assert.ok(first && second);
    await open({
      model: hostile,
      columns: [{ ...first, rev: hostile, problems: [hostile] }, second],
      fields: [{ group: 'parameters', field: hostile, values: [hostile, [hostile, { [hostile]: hostile }]] }],
    });
    assert.equal(await served.page.locator('img, main script').count(), 0);
    assert.equal(await served.page.title(), 'Modelkeep');
    assert.deepEqual(served.complaints, []);
  });

  it('holds 12 versions of 1,000 fields with only the rows in sight in the document', async () => {
    await open(large());
    const rows = (): Promise<number> => served.page.locator('tbody tr').count();
    assert.ok((await rows()) < 80, String(await rows()));
    await served.page.locator('table').focus();
    await press('Control+End');
    assert.match(await active(), /10989/);
    assert.ok((await rows()) < 80, String(await rows()));
    await press('Control+Home');
    assert.match(await active(), /Field/);
    assert.equal(await served.page.locator('table').getAttribute('aria-rowcount'), '1002');
  });

  it('drops messages of another version', async () => {
    await open();
    await served.page.evaluate(() => window.postMessage({ protocol: 2, type: 'failed', message: 'x' }, '*'));
    await served.page.evaluate(() =>
      window.postMessage({ protocol: 1, type: 'failed', message: 'x', more: 1 }, '*'),
    );
    await eventually(() => assert.equal(served.complaints.length, 2));
    assert.equal(await served.page.getByRole('grid').count(), 1);
  });

  it('works with native controls where the toolkit is missing', async () => {
    served = await openPage();
    await served.page.route('**/ui.js', (route) => route.abort());
    await served.page.reload();
    await served.send({ type: 'start', language: 'en', repository: '/repo', model: 'churn', strings: {} });
    await served.send(shown(sample()));
    await served.page.getByRole('grid').waitFor();
    await served.page.getByRole('checkbox', { name: 'Only differences' }).click();
    assert.equal(await served.page.getByText('models/churn.pkl').count(), 3);
    const { violations } = await new AxeBuilder({ page: served.page })
      .disableRules(['color-contrast'])
      .analyze();
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    );
  });
});
