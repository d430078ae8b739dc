// What a login yields, before and after it was proven.

export interface Credential {
  method: 'token';
  /** The id token, without blanks around it. */
  token: string;
  refreshToken: string | undefined;
  /** E-mail address, or what comes closest to it. */
  identity: string;
  expiresAt: Date | undefined;
}
