// Addresses as servers and users write them.

/**
 * The address, or undefined when the text is none.
 * Not by URL.canParse: once optimised, Node 20 reads Latin-1 in it as UTF-8, and calls good what URL then refuses.
 */
export function parseUrl(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
