// What the service wrote down about its predictions: one JSON object a line, model version in every line.
import { normalFrom, randomFrom } from './random.mjs';

/** Files of `logs/predictions`: name to text. Version v2.0.0 served until 30 days before `midnight`, v2.1.0 since. */
export function predictionLogs(midnight) {
  const lines = [
    ...serve('v2.0.0', midnight - 44 * 86400, 14, { mean: 0.2, latency: 11 }),
    ...serve('v2.1.0', midnight - 30 * 86400, 29, { mean: 0.23, latency: 13 }),
  ];
  const files = {};
  for (const line of lines) {
    const name = `logs/predictions/${line.timestamp.slice(0, 7)}.jsonl`;
    files[name] = (files[name] ?? '') + `${JSON.stringify(line)}\n`;
  }
  const newest = Object.keys(files).sort().at(-1);
  files[newest] += '{"timestamp": "'; // the process was stopped while it wrote
  return files;
}

function* serve(version, start, days, { mean, latency }) {
  const random = randomFrom(`predictions/${version}`);
  const rows = days * 24;
  for (let i = 0; i < rows; i++) {
    const score = Math.min(
      0.999,
      Math.max(0.001, mean + normalFrom(random, 0.22) + (random() < 0.04 ? 0.6 : 0)),
    );
    const failed = random() < 0.008;
    yield {
      timestamp: new Date((start + i * 3600 + Math.floor(random() * 3000)) * 1000).toISOString(),
      model: 'fraud-detector',
      model_version: version,
      ...(failed
        ? { error: 'feature store timed out' }
        : {
            score: Number(score.toFixed(4)),
            prediction: score > 0.82 ? 'decline' : score > 0.55 ? 'review' : 'approve',
          }),
      latency_ms: Number((latency + Math.abs(normalFrom(random, 6)) + (failed ? 200 : 0)).toFixed(1)),
    };
  }
}
