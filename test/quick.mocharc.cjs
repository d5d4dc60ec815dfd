'use strict';

// npm run test:unit: the unit tests for the minute-by-minute loop. `npm test` runs all of them; these make so many
// repositories, or such large ones, that they would take longer than all the others together.
module.exports = {
  ...require('../.mocharc.cjs'),
  ignore: [
    'branches/create',
    'catalog/reference',
    'fixtures/demo',
    'parameters/model',
    'pins/cli',
    'pins/plan',
    'pins/status',
    'registry/commands',
    'registry/versions/apply',
    'registry/versions/planTag',
  ].map((name) => `test/unit/${name}.test.ts`),
};
