import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { settingsJsonSchema } from '../../../src/core/settings/jsonSchema.js';

const FILE = path.join(__dirname, '../../../media/modelkeep.schema.json');

describe('media/modelkeep.schema.json', () => {
  it('is the schema that reads modelkeep.yaml (MODELKEEP_WRITE_SCHEMA=1 writes it anew)', () => {
    if (process.env['MODELKEEP_WRITE_SCHEMA'] === '1') {
      writeFileSync(FILE, `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`);
    }
    assert.deepEqual(
      JSON.parse(readFileSync(FILE, 'utf8')),
      JSON.parse(JSON.stringify(settingsJsonSchema())),
    );
  });

  it('describes every key, for completion and hovers', () => {
    const bare: string[] = [];
    const visit = (schema: unknown, where: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        if (key === 'properties' && typeof value === 'object' && value !== null) {
          for (const [name, property] of Object.entries(value as Record<string, unknown>)) {
            const described = typeof property === 'object' && property !== null && 'description' in property;
            if (!described) bare.push(`${where}.${name}`);
          }
        }
        visit(value, `${where}.${key}`);
      }
    };
    visit(settingsJsonSchema(), '');
    assert.deepEqual(bare, []);
  });
});
