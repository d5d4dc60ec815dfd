import { lint } from './dev/lint.mjs';
import { say } from './dev/report.mjs';

// npm run lint
const problems = await lint();
for (const { check, problem } of problems) say(`${check}:\n${problem}`);
if (problems.length > 0) process.exitCode = 1;
else say('types, eslint and prettier find nothing.');
