// As much of ldapjs as the tests use; what DefinitelyTyped has is for its client.

declare module 'ldapjs' {
  interface Request {
    dn: { toString: () => string };
    /** Of a bind. */
    credentials: string;
    /** Of a search. */
    filter: { matches: (attributes: object) => boolean };
  }
  interface Response {
    send: (entry: { dn: string; attributes: object }) => void;
    end: () => void;
  }
  type Handler = (request: Request, response: Response, next: (error?: object) => void) => void;
  interface Server {
    bind: (suffix: string, handler: Handler) => void;
    search: (suffix: string, handler: Handler) => void;
    listen: (port: number, host: string, ready: () => void) => void;
    address: () => { port: number };
    close: (done?: () => void) => void;
  }
  const ldap: { createServer: () => Server; InvalidCredentialsError: new () => object };
  export default ldap;
}
