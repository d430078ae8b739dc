// The words of the program's own messages: where one is also part of a secret, to strike it out would tell the secret.

const WORDS = `
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
`;

/** Whether a piece of text is made of these words and their parts alone. */
export function isOwn(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length > 0 && !/[^\p{L}\p{N}\s:,.()_-]/u.test(text) && words.every((word) => WORDS.includes(word));
}
