// The scoring service: loads the pinned model and says which one it is.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const config = section(readFileSync(path.join(root, 'config/model.yaml'), 'utf8'), 'model');
const model = load(config.name, config.version);
const port = Number(process.env.PORT ?? 8000);

http
  .createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/model') return answer(response, 200, describe());
    if (request.method === 'GET' && request.url === '/health') return answer(response, 200, { status: 'ok' });
    if (request.method === 'POST' && request.url === '/score') return score(request, response);
    return answer(response, 404, { error: 'not found' });
  })
  .listen(port, '127.0.0.1', () => {
    process.stdout.write(`${config.name} ${config.version} on http://127.0.0.1:${port}/model\n`);
  });

function describe() {
  const { digest, features, loadedAt } = model;
  return { name: config.name, version: config.version, digest, features, loadedAt };
}

/** Finds the pinned version's digest in Git and loads the bytes from the DVC cache. */
function load(name, pinned) {
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const names = [`${name}@${pinned}`, `${name}@v${pinned}`, pinned];
  const commit = names
    .map((each) => attempt(() => git('rev-parse', '--verify', '--quiet', `${each}^{commit}`)))
    .find(Boolean);
  if (!commit) throw new Error(`no version ${pinned} of ${name}`);
  const lock = git('show', `${commit.trim()}:dvc.lock`);
  const md5 = /path: models\/fraud-detector\.safetensors\n\s+hash: md5\n\s+md5: ([0-9a-f]{32})/.exec(
    lock,
  )?.[1];
  if (!md5) throw new Error(`${name} ${pinned} is not in dvc.lock`);
  const bytes = readFileSync(path.join(root, '.dvc/cache/files/md5', md5.slice(0, 2), md5.slice(2)));
  if (createHash('md5').update(bytes).digest('hex') !== md5)
    throw new Error(`${name} ${pinned} is damaged in the cache`);
  return { ...weights(bytes), digest: `md5:${md5}`, loadedAt: new Date().toISOString() };
}

function weights(bytes) {
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'));
  const tensor = (name) => {
    const [start, end] = header[name].data_offsets.map((offset) => offset + 8 + length);
    return Array.from({ length: (end - start) / 4 }, (_, i) => bytes.readFloatLE(start + i * 4));
  };
  return {
    features: header.__metadata__.features.split(','),
    weight: tensor('linear.weight'),
    bias: tensor('linear.bias')[0],
  };
}

async function score(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const payment = attempt(() => JSON.parse(Buffer.concat(chunks).toString('utf8')));
  if (typeof payment !== 'object' || payment === null)
    return answer(response, 400, { error: 'expected a JSON object' });
  const sum = model.features.reduce(
    (total, name, i) => total + model.weight[i] * Number(payment[name] ?? 0),
    model.bias,
  );
  const probability = 1 / (1 + Math.exp(-sum));
  const threshold = Number(config.threshold);
  return answer(response, 200, {
    score: probability,
    review: probability > threshold,
    model_version: config.version,
  });
}

/** The plain `key: value` lines of one section of a YAML file. */
function section(text, name) {
  const values = {};
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\S/.test(line)) inside = line.startsWith(`${name}:`);
    const found = inside && /^\s+(\w+):\s*["']?([^"'#]+?)["']?\s*(?:#.*)?$/.exec(line);
    if (found) values[found[1]] = found[2];
  }
  return values;
}

function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
