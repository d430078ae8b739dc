// Environment variables, as everything that reads them gets them.

/** Values by name, as `process.env` holds them. */
export type Env = Readonly<Record<string, string | undefined>>;
