// The form of a JWT (RFC 7519, 3) in its compact serialization.

/** Three base64url parts, and nothing that a header or a log would stumble over. */
export const isJwt = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
