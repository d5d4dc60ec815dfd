'use strict';

const { availableParallelism } = require('node:os');

// Mocha's own default leaves one processor out, which of two is half.
module.exports = {
  require: ['tsx', './test/environment.mjs'],
  spec: ['test/unit/**/*.test.ts'],
  timeout: 60_000,
  parallel: true,
  jobs: Math.max(2, availableParallelism()),
};
