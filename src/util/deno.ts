// What only Deno does.

/** Whether Deno refused something for want of a permission. */
export const isDenied = (error: unknown): error is Error => error instanceof Error && error.name === 'NotCapable';
