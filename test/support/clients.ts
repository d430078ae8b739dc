// The versions of MLflow's Python SDK that the tests run and that docs/clients.md lists: the newest of each, oldest first.

/** How an SDK gets the credential: the columns of the table. What each hands over is in test/stack/clients.test.ts. */
export const WAYS = ['token', 'cookie', 'proxy'] as const;

export type Way = (typeof WAYS)[number];

export interface Client {
  /** Of mlflow-skinny. */
  version: string;
  /** What it needs in an older version than the newest, as pip is told. */
  pins?: readonly string[];
  /** Whether it names the workspace by itself. */
  workspaces: boolean;
  /** Whether it knows traces. */
  traces: boolean;
  /** What the sample of npm run test:stack has of it. */
  sample?: readonly Way[];
}

/** Tracing of MLflow before 3.4 loses all spans with later versions. */
const OPENTELEMETRY = ['opentelemetry-sdk==1.33.1'];

export const CLIENTS: readonly Client[] = [
  { version: '2.9.2', workspaces: false, traces: false, sample: ['cookie', 'proxy'] },
  { version: '2.14.3', pins: OPENTELEMETRY, workspaces: false, traces: true },
  { version: '2.22.5', pins: OPENTELEMETRY, workspaces: false, traces: true, sample: ['token'] },
  { version: '3.1.4', pins: OPENTELEMETRY, workspaces: false, traces: true },
  { version: '3.4.0', workspaces: false, traces: true, sample: ['cookie'] },
  { version: '3.10.1', workspaces: true, traces: true },
  { version: '3.14.0', workspaces: true, traces: true },
  { version: '3.17.2', workspaces: true, traces: true, sample: ['token', 'cookie'] },
];
