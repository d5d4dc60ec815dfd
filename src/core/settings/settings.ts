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

/** One kind of branch and how its names are made (formats.md section 8). */
export interface BranchConvention {
  /** The kind, as `--kind` and the picker call it. */
  readonly name: string;
  readonly description?: string;
  /**
   * `experiment/{model}_{slug}` over `{model} {slug} {date} {user} {issue} {n}`; a group in square brackets
   * (Git forbids them in names) may be left out: `feature/[{issue}-]{slug}`.
   */
  readonly pattern?: string;
  /** A free regular expression in RE2's dialect that the whole name must match, instead of or beside the pattern. */
  readonly regex?: string;
  /** Parts in square brackets that must be there all the same. */
  readonly required?: readonly ConventionPart[];
  /** Of the whole name, in characters. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Of the parts that people write; `lower` unless `allowed` says which characters. Issue keys keep theirs. */
  readonly case?: 'lower' | 'any';
  /** What those parts may consist of, as a regular expression class without brackets: `a-z0-9-`. */
  readonly allowed?: string;
}

export const CONVENTION_PARTS = ['model', 'slug', 'date', 'user', 'issue', 'n'] as const;

/** What a convention's pattern may name: the model's name as a slug, what the branch tries, the day, who, ticket, number. */
export type ConventionPart = (typeof CONVENTION_PARTS)[number];

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
  // What goes into models and comes out of them, in the data layers of Kedro.
  '!**/data/**/{*_model_input,*_model_output,model_input_table*}/**',
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
