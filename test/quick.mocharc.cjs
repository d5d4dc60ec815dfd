'use strict';

// npm run test:unit: the unit tests for the minute-by-minute loop. `npm test` runs all of them; these make so many
// repositories, or such large ones, that they would take longer than all the others together.
module.exports = {
  ...require('../.mocharc.cjs'),
  ignore: [
    'branches/cli',
    'branches/create',
    'branches/faults',
    'branches/merged',
    'catalog/historyGaps',
    'catalog/kinds',
    'catalog/processes',
    'catalog/reference',
    'editor/branchRows',
    'fixtures/demo',
    'parameters/model',
    'pins/cli',
    'pins/history',
    'pins/plan',
    'pins/rollback',
    'pins/status',
    'registry/commands',
    'registry/versions/apply',
    'registry/versions/bytesWarnings',
    'registry/versions/planStage',
    'registry/versions/planTag',
    'registry/versions/promotion',
    'registry/versions/summary',
    'tracking/fuzz',
  ].map((name) => `test/unit/${name}.test.ts`),
};
