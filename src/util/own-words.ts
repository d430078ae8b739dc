// The words of the program's own messages: where one is also part of a secret, to strike it out would tell the secret.

const WORDS = new Set(
  `
  a account address advice after again an and answer answers as asked at auth authorization authorize base64 be begin by
  ca-cert cannot certificate chain check client client-id client-secret cluster code connection connector console cookie
  could credential default does dex does doctor encrypt environment exec expired expires failed file folder for format
  forbidden from given good group groups hand has have header https identity in internal invalid is issuer it its key
  kubernetes line list log logged login looks machine message method mlflow mlflow-auth missing must name network no not
  oauth2 oauth2-proxy of on one open or page password path pem platform platform-address port pass proof protocol proxy
  public python received redeem redirect redirect-uri refresh refresh-token refused rejected renew report request
  runner scopes secret send server server-info session set setting settings start state status step text the this time
  timeout tls to token tracking tracking-uri unexpected url user userinfo username valid value verify wait web what with
  without workspace workspaces write wrong
`.match(/\w+/g),
);

const LETTER = /[\p{L}\p{N}]/u;

/** Whether a part of a text consists of these words, or of pieces of them, and of what stands between words. */
export function isOwn(text: string, start = 0, end = text.length): boolean {
  let [from, to] = [start, end];
  while (LETTER.test(text[from - 1] ?? '') && LETTER.test(text[from] ?? '')) from--;
  while (LETTER.test(text[to] ?? '') && LETTER.test(text[to - 1] ?? '')) to++;
  const phrase = text.slice(from, to).toLowerCase();
  const words = phrase.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length > 0 && !/[^\p{L}\p{N}\s:,.()_-]/u.test(phrase) && words.every((word) => WORDS.has(word));
}
