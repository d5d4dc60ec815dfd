import type { Field, Group, OWN_FIELDS } from '../src/core/compare/comparison.js';
import { t } from './strings.js';

const GROUP_NAMES: Readonly<Record<Group, () => string>> = {
  identity: () => t('Identity'),
  registry: () => t('Registry'),
  metrics: () => t('Metrics'),
  parameters: () => t('Parameters'),
  data: () => t('Data'),
  pipeline: () => t('Pipeline'),
  'artifact header': () => t('Artifact header'),
  'other metrics': () => t('Other metrics'),
  commit: () => t('Commit'),
};

type OwnFields = typeof OWN_FIELDS;

const FIELD_NAMES: {
  readonly [In in keyof OwnFields]: Readonly<Record<OwnFields[In][number], () => string>>;
} = {
  identity: {
    name: () => t('name'),
    path: () => t('path'),
    tracking: () => t('tracking'),
    pointer: () => t('pointer'),
    digest: () => t('digest'),
    size: () => t('size'),
    files: () => t('files'),
    type: () => t('type'),
    description: () => t('description'),
    labels: () => t('labels'),
  },
  registry: {
    version: () => t('version'),
    'same bits as': () => t('same bits as'),
    tag: () => t('tag'),
    stages: () => t('stages'),
    deregistered: () => t('deregistered'),
    registered: () => t('registered'),
    'registered by': () => t('registered by'),
    message: () => t('message'),
    'other tags': () => t('other tags'),
  },
  pipeline: {
    stage: () => t('stage'),
    command: () => t('command'),
  },
  commit: {
    commit: () => t('commit'),
    time: () => t('time'),
    author: () => t('author'),
    subject: () => t('subject'),
    branches: () => t('branches'),
  },
};

/** What a group is called on screen. */
export function groupName(group: Group): string {
  return GROUP_NAMES[group]();
}

/** What a field is called on screen: in the reader's language where the name is ours, as written where a file has it. */
export function fieldName({ group, field }: Pick<Field, 'group' | 'field'>): string {
  const size = group === 'data' ? /^(.*) size$/s.exec(field)?.[1] : undefined;
  if (size !== undefined) return t('{0} size', size);
  const own: Readonly<Partial<Record<Group, Readonly<Record<string, () => string>>>>> = FIELD_NAMES;
  const names = own[group] ?? {};
  return (Object.hasOwn(names, field) ? names[field]?.() : undefined) ?? field;
}
