// The bytes behind the demo's models and data. Small, but in the real formats and different for every version.
import { floats, gguf, onnx, pickle, png, safetensors } from './formats.mjs';
import { normalFrom, randomFrom } from './random.mjs';

export const FEATURES = [
  'amount_log',
  'hour_sin',
  'hour_cos',
  'country_risk',
  'card_age_days',
  'merchant_risk',
];
export const VELOCITY = ['amount_24h', 'count_1h', 'count_24h', 'new_device'];
export const GRAPH = ['shared_cards', 'shared_devices'];

/** The pipeline's model: one linear layer that the service can really load, and an embedding of merchants. */
export function fraudDetector({ seed, features, loss }) {
  const weights = {
    amount_log: 0.9,
    country_risk: 1.4,
    merchant_risk: 1.1,
    count_1h: 0.8,
    new_device: 1.2,
    shared_cards: 1.3,
  };
  const linear = floats(`${seed}/linear`, features.length, 0.2);
  features.forEach((name, i) => linear.writeFloatLE(linear.readFloatLE(i * 4) + (weights[name] ?? 0), i * 4));
  const bias = Buffer.alloc(4);
  bias.writeFloatLE(-4.2);
  return safetensors(
    {
      'linear.bias': { shape: [1], data: bias },
      'linear.weight': { shape: [1, features.length], data: linear },
      'merchant.embedding': { shape: [3000, 16], data: floats(`${seed}/merchants`, 48000) },
    },
    { format: 'pt', features: features.join(','), loss },
  );
}

/** The gradient-boosted model of merchants, as its authors pickled it. */
export function merchantRisk({ seed, trees, calibrated }) {
  const random = randomFrom(seed);
  return pickle({
    kind: 'GradientBoostedTrees',
    n_trees: trees,
    calibration: calibrated ? 'isotonic' : 'none',
    thresholds: Array.from({ length: trees * 15 }, () => random()),
    leaves: Array.from({ length: trees * 16 }, () => normalFrom(random, 0.3)),
  });
}

/** The encoder of payment notes: a folder as Hugging Face lays it out. */
export function textEncoder({ seed, layers, hidden }) {
  const vocabulary = [
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    ...'invoice refund gift card rent order crypto wallet urgent'.split(' '),
  ];
  const tensors = {
    'embeddings.weight': {
      shape: [vocabulary.length, hidden],
      data: floats(`${seed}/e`, vocabulary.length * hidden),
    },
  };
  for (let i = 0; i < layers; i++) {
    tensors[`layer.${i}.weight`] = {
      shape: [hidden, hidden],
      data: floats(`${seed}/${i}`, hidden * hidden, 0.05),
    };
  }
  const config = {
    architectures: ['BertModel'],
    hidden_size: hidden,
    num_hidden_layers: layers,
    vocab_size: vocabulary.length,
  };
  return {
    'config.json': `${JSON.stringify(config, null, 2)}\n`,
    'model.safetensors': safetensors(tensors, { format: 'pt' }),
    'pooling/config.json': `${JSON.stringify({ pooling_mode_mean_tokens: true, word_embedding_dimension: hidden }, null, 2)}\n`,
    'tokenizer_config.json': `${JSON.stringify({ do_lower_case: true, model_max_length: 128 }, null, 2)}\n`,
    'vocab.txt': `${vocabulary.join('\n')}\n`,
  };
}

export function deviceFingerprint({ version, inputs }) {
  return onnx({
    name: 'device-fingerprint',
    inputs,
    version,
    seed: `device-fingerprint/${version}`,
    metadata: { task: 'embedding', trained_on: `devices-${version}` },
  });
}

export function noteSummarizer({ name, fileType, count }) {
  return gguf({
    seed: `note-summarizer/${name}`,
    count,
    metadata: {
      'general.architecture': 'llama',
      'general.name': `note-summarizer ${name}`,
      'general.file_type': fileType,
      'llama.context_length': 2048,
      'llama.embedding_length': 64,
      'llama.block_count': 4,
      'llama.attention.layer_norm_rms_epsilon': 0.00001,
    },
  });
}

/** Card payments, one a line; later months append to earlier ones. */
export function transactions(months) {
  const lines = ['id,time,amount,country,merchant,card_age_days,device,fraud'];
  for (const month of months) {
    const random = randomFrom(`transactions/${month}`);
    for (let i = 0; i < 400; i++) {
      const day = String(1 + Math.floor(random() * 28)).padStart(2, '0');
      const hour = String(Math.floor(random() * 24)).padStart(2, '0');
      const country = ['DE', 'PT', 'FR', 'IN', 'US', 'NG'][Math.floor(random() * 6)];
      const amount = Math.exp(2 + random() * 5).toFixed(2);
      const merchant = `m${String(Math.floor(random() * 3000)).padStart(4, '0')}`;
      const fraud = random() < 0.03 ? 1 : 0;
      lines.push(
        `${month}-${i},${month}-${day}T${hour}:00:00Z,${amount},${country},${merchant},${Math.floor(random() * 900)},d${Math.floor(random() * 9999)},${fraud}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What `prepare` makes of the transactions: the last fifth is for testing. */
export function prepared(csv) {
  const [head, ...rows] = csv.trimEnd().split('\n');
  const cut = Math.floor(rows.length * 0.8);
  return {
    'test.csv': `${[head, ...rows.slice(cut)].join('\n')}\n`,
    'train.csv': `${[head, ...rows.slice(0, cut)].join('\n')}\n`,
  };
}

/** What `featurize` makes of the prepared rows. */
export function featureTable(csv, features) {
  const random = randomFrom(`features/${features.join(',')}`);
  const rows = csv.trimEnd().split('\n').slice(1);
  const line = (row) =>
    `${row.slice(0, row.indexOf(','))},${features.map(() => normalFrom(random, 1).toFixed(4)).join(',')}`;
  return `id,${features.join(',')}\n${rows.map(line).join('\n')}\n`;
}

/** A picture of boxes for the architecture page. */
export function architecturePicture() {
  const boxes = [
    [20, 60, 90],
    [130, 60, 90],
    [240, 60, 90],
  ];
  return png(350, 160, (x, y) => {
    const inside = boxes.some(
      ([left, top, size]) => x >= left && x < left + size && y >= top && y < top + 50,
    );
    if (inside) return [58, 110, 165];
    return y > 83 && y < 87 && x > 20 && x < 330 ? [90, 90, 90] : [250, 250, 250];
  });
}

/** A bar chart of scores for the model card. */
export function scoresPicture(seed) {
  const random = randomFrom(seed);
  const bars = Array.from({ length: 20 }, (_, i) =>
    Math.floor(120 * Math.exp(-i / 5) + random() * 12 + (i > 16 ? 18 : 0)),
  );
  return png(320, 160, (x, y) => {
    const bar = bars[Math.floor((x - 10) / 15)];
    return x >= 10 && bar !== undefined && (x - 10) % 15 < 12 && 150 - y < bar && y < 150
      ? [196, 78, 82]
      : [255, 255, 255];
  });
}
