import { existsSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { LARGE, MEDIUM, SMALL } from '../fixtures/largeRepository.js';
import { CLI, benchCatalog, benchGrowth } from './catalog.js';
import { countProcessorTime } from './measure.js';
import type { Line } from './table.js';
import { table } from './table.js';
import { benchTools } from './tools.js';

const USAGE = `npm run bench -- [--only catalog,growth,tools] [--rounds N] [--quick] [--cpu]

  catalog   the whole catalog of a large repository against raw Git
  growth    the same with 100, 1,000 and 3,000 branches
  tools     against gto, dvc and git-lfs
  --cpu     processor time instead of time on the wall: for a machine that does other things too
  --quick   small repositories and three rounds: does it still run?
`;

/** Times are medians of interleaved rounds. Only ratios of one run say something; machines differ. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: 'catalog,growth,tools' },
      rounds: { type: 'string' },
      cpu: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (values.cpu) countProcessorTime();
  if (!existsSync(CLI)) throw new Error('dist/cli.js is not there: npm run build');
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
  const only = new Set(values.only.split(','));
  process.stdout.write(
    `Node ${process.versions.node}, ${os.availableParallelism()} processors, ${rounds} rounds${values.cpu ? ', processor time' : ''}\n`,
  );
  const lines: Line[] = [];
  const show = (title: string, part: readonly Line[]): void => {
    process.stdout.write(table(title, part));
    lines.push(...part);
  };
  if (only.has('catalog')) {
    const shape = values.quick ? SMALL : LARGE;
    const title = `${shape.branches} branches, ${shape.models} models, ${shape.files} files, ${shape.tags} tags`;
    show(title, await benchCatalog(shape, rounds));
    if (!values.quick)
      show(`${MEDIUM.branches} branches, ${MEDIUM.tags} tags`, await benchCatalog(MEDIUM, rounds));
  }
  if (only.has('growth'))
    show('Growth', await benchGrowth(values.quick ? [100] : [100, 1000, 3000], Math.min(rounds, 5)));
  if (only.has('tools') && !values.quick) show('Beside other tools', await benchTools(rounds));
  const missed = lines.filter(({ met }) => met === false).length;
  process.stdout.write(`\n${lines.filter(({ met }) => met === true).length} goals met, ${missed} missed\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
