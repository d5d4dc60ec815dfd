/** The team's settings, `modelkeep.yaml`, after defaults: every field is there. */
export interface Settings {
  /** Where registrations and branches go. */
  readonly remote: string;
  readonly models: {
    /** The whole ordered list, defaults first (design.md: read as in `.gitignore`, the last match decides). */
    readonly match: readonly string[];
    /** Name to path. */
    readonly names: Readonly<Record<string, string>>;
    /** Name to files that hold its metrics. */
    readonly metrics: Readonly<Record<string, readonly string[]>>;
  };
  readonly branches: {
    readonly default: string | null;
    /** Glob patterns of branches that are never shown. */
    readonly hide: readonly string[];
    /** The first is the default kind. */
    readonly conventions: readonly BranchConvention[];
    /** False when the conventions are the built-in ones: then names are proposed and nothing is marked wrong. */
    readonly enforced: boolean;
    readonly protected: readonly string[];
  };
  readonly versions: {
    /** `gto`, or a template such as `{model}/v{version}`. */
    readonly tags: string;
    /** Glob patterns of tags that are never looked at. */
    readonly ignore: readonly string[];
  };
  readonly releases: { readonly tags: string };
  readonly metrics: { readonly lowerIsBetter: readonly string[] };
  readonly environments: readonly Environment[];
  readonly registry: { readonly mlflow: string | null };
  readonly predictions: { readonly logs: readonly string[]; readonly version: string; readonly time: string };
}

export interface BranchConvention {
  readonly name: string;
  /** `experiment/{model}_{slug}` over `{model} {slug} {date} {user} {issue} {n}`. */
  readonly pattern?: string;
  /** A free regular expression in RE2's dialect, instead of or beside the pattern. */
  readonly regex?: string;
  readonly maxLength?: number;
  readonly case?: 'lower' | 'any';
  /** The characters allowed beside the pattern's own, as a regular expression class without brackets. */
  readonly allowed?: string;
}

export interface Environment {
  readonly name: string;
  /** What is deployed: a ref, or `worktree`; null is the default branch at its remote. */
  readonly ref: string | null;
  /** The stage a pinned version must hold. */
  readonly stage: string | null;
  readonly pins: readonly PinSetting[];
}

export interface PinSetting {
  readonly model: string;
  readonly target: PinTarget;
  /** Path of the value in the target: `model.version`. */
  readonly version: string;
  readonly digest?: string;
  readonly loads: 'revision' | 'checkout';
  readonly repository?: string;
  readonly service: readonly string[];
  readonly reports?: string;
}

export type PinTarget =
  | { readonly kind: 'file'; readonly files: readonly string[] }
  | { readonly kind: 'etcd' | 'consul' | 'http'; readonly address: string };

/** The built-in `models.match` (design.md: which tracked files are models). */
export const DEFAULT_MATCH: readonly string[] = [
  '**/*.{pkl,pickle,joblib,pt,pth,ckpt,safetensors,onnx,keras,tflite,gguf,cbm,ubj,bst,mlmodel,pmml,mar,engine}',
  '!**/{data,dataset,datasets}/**',
  '**/{*model*,*weights*,checkpoint*}/**',
  '!**/*.{csv,tsv,parquet,arrow,md,pdf,html,png,jpg,jpeg,gif,svg,webp,bmp,tif,tiff,psd,mp3,wav,ogg,flac,mp4,mov,avi,webm,ttf,otf,woff,woff2,glb,gltf,fbx,obj,blend}',
];

/** What holds without a `modelkeep.yaml`. */
export const DEFAULT_SETTINGS: Settings = {
  remote: 'origin',
  models: { match: DEFAULT_MATCH, names: {}, metrics: {} },
  branches: {
    default: null,
    hide: [],
    conventions: [
      { name: 'experiment', pattern: 'experiment/{model}_{slug}' },
      { name: 'bugfix', pattern: 'bugfix/{slug}' },
      { name: 'feature', pattern: 'feature/{slug}' },
    ],
    enforced: false,
    protected: ['main', 'master', 'release/*'],
  },
  versions: { tags: 'gto', ignore: [] },
  releases: { tags: 'v{version}' },
  metrics: { lowerIsBetter: ['*loss*', '*error*', '*rmse*', '*latency*'] },
  environments: [],
  registry: { mlflow: null },
  predictions: { logs: [], version: 'model_version', time: 'timestamp' },
};
