// Notices when this machine's clock and the servers' differ, which makes good tokens and keys look bad.

/** Compares this machine's clock with the servers' `Date` headers, and tells a difference of over 2 minutes once. */
export function clockWatch(note: (text: string) => void): (host: string, headers: Headers) => void {
  let told = false;
  return (host, headers) => {
    const seconds = Math.round((Date.now() - Date.parse(headers.get('date') ?? '')) / 1000);
    if (told || !(Math.abs(seconds) > 120)) return;
    told = true;
    note(`this machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} that of ${host}`);
  };
}
