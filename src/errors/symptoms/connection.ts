// Symptoms of everything below HTTP: names, connections, certificates, web proxies.

import type { Symptom } from './symptom.js';

export const CONNECTION = [
  {
    id: 'no-permission',
    layer: 'runtime',
    broken: /NotCapable|EPERM|PermissionDenied|Requires net access/i,
    title: 'Deno permission missing',
    meaning: 'deno run was started without a permission that this needs',
    advice: 'Start it with --allow-net --allow-env, and with --allow-read for files.',
  },
  {
    id: 'client-certificate',
    layer: 'TLS',
    broken: /CERTIFICATE_REQUIRED|TLSV13_ALERT_CERTIFICATE|alert certificate required|alert number 116/i,
    message: /certificate required|TLSV13_ALERT_CERTIFICATE_REQUIRED|No required SSL certificate was sent/i,
    title: 'Client certificate required',
    meaning: 'the server, or an edge in front of it, demands a client certificate, as in mutual TLS',
    advice:
      'This program sends no client certificate. Use an address that does not demand one, or ask the administrator of that server.',
  },
  {
    id: 'ca-strict',
    layer: 'TLS',
    // What OpenSSL says only under X509_V_FLAG_X509_STRICT (x509_txt.c), which Python 3.13 sets (ssl.VERIFY_X509_STRICT).
    message:
      /CA cert does not include key usage|Missing (Authority|Subject) Key Identifier|Key Identifier marked critical|Basic Constraints of CA cert not marked critical|Path length (invalid for non-CA cert|given without key usage)|Key usage keyCertSign invalid for non-CA|(Issuer|Subject) name empty|Empty Subject Alternative Name ext|Subject empty and Subject Alt Name|requires at least X509v3/i,
    title: 'CA that Python refuses',
    meaning:
      'a certificate of the chain breaks a rule of RFC 5280 that Python 3.13 and later enforce and other programs do not, such as a CA without Key Usage or a certificate without Authority Key Identifier',
    advice:
      'Have the CA made again with basicConstraints = critical, CA:TRUE, keyUsage = critical, keyCertSign, cRLSign and a subjectKeyIdentifier, and the certificates below it with an authorityKeyIdentifier. Until then, run Python 3.12.',
  },
  {
    id: 'certificate-untrusted',
    layer: 'TLS',
    broken:
      /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|SIGNATURE_FAILURE|CERT_UNTRUSTED|UnknownIssuer|unable to get (local )?issuer|self.signed|unable to verify/i,
    message:
      /CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|self.signed certificate|SELF_SIGNED|unable to get (local )?issuer|UNABLE_TO_(VERIFY|GET)|certificate signature failure|SIGNATURE_FAILURE|curl: \(60\)/i,
    title: 'Untrusted certificate',
    meaning: 'the server shows a certificate of a CA that this machine does not trust',
    advice:
      'Give the CA in ca-cert (PLATFORM_CA) as PEM text or a path: on Alauda it is ca.crt of the Secret dex.tls in cpaas-system, or tls.crt where that is empty. If it was given: it may have been replaced there since. For a lab, insecure-tls turns the check off by name. Under Deno a certificate that has run out looks the same.',
  },
  {
    id: 'certificate-expired',
    layer: 'TLS',
    broken: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (has expired|is not yet valid)/i,
    message: /certificate has expired|CERT_HAS_EXPIRED|certificate is not yet valid/i,
    title: 'Certificate not valid at this time',
    meaning: "the server's certificate has run out or is not valid yet",
    advice: "Have the platform's certificate renewed, and check this machine's clock.",
  },
  {
    id: 'certificate-host',
    layer: 'TLS',
    broken: /ALTNAME_INVALID|NotValidForName|does not match certificate/i,
    message: /ALTNAME_INVALID|hostname mismatch|doesn't match|no alternative certificate subject name/i,
    title: 'Certificate of another host',
    meaning: "the server's certificate is for another host name",
    advice: 'Use the host name for which the certificate was made, as in the address of the web console.',
  },
  {
    id: 'tls-version',
    layer: 'TLS',
    broken: /ERR_SSL|EPROTO|wrong version number|unsupported protocol|protocol version/i,
    message: /wrong version number|WRONG_VERSION_NUMBER|unsupported protocol|curl: \(35\)/i,
    title: 'No TLS with this server',
    meaning: 'no common TLS version, or the port does not speak TLS at all',
    advice: 'Check the port, and http: against https: in the address. TLS 1.2 is the least that is accepted.',
  },
  {
    id: 'proxy-login-unsupported',
    layer: 'web proxy',
    title: 'Login to the web proxy not supported',
    meaning: 'the web proxy takes no user and password, but a kind of login that is not supported',
    advice:
      'Put the host into NO_PROXY if it is internal. Otherwise have the administrator of the web proxy permit Basic or this machine without a login, or run a local proxy that logs in by Negotiate or NTLM (cntlm, px).',
  },
  {
    id: 'proxy-login',
    layer: 'web proxy',
    message: /Tunnel connection failed: 407|Proxy Authentication Required|CONNECT tunnel failed, response 407/i,
    title: 'Login to the web proxy refused',
    meaning: 'the web proxy requires a user and a password, or refused those that it got',
    advice:
      'Put the host into NO_PROXY if it is internal, or correct user and password in HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT, both percent-encoded.',
  },
  {
    id: 'proxy-refused',
    layer: 'web proxy',
    broken: /HTTP tunneling/i,
    transient: true,
    message: /Tunnel connection failed|ProxyError|CONNECT tunnel failed|Proxy response \(\d+\)/i,
    title: 'Web proxy in the way',
    meaning: 'the web proxy of HTTPS_PROXY or HTTP_PROXY did not open a way to the server',
    advice: 'Put the host into NO_PROXY if it is internal, or check the name and port in HTTPS_PROXY.',
  },
  {
    id: 'dns',
    layer: 'network',
    broken: /ENOTFOUND|EAI_AGAIN|getaddrinfo|failed to lookup address/i,
    message:
      /Name or service not known|NameResolutionError|getaddrinfo|Could not resolve host|ENOTFOUND|EAI_AGAIN|nodename nor servname/i,
    title: 'Unknown host name',
    meaning: 'the host name is not known here',
    advice:
      "Check the address for typing errors. A private platform cannot be found from GitHub's hosted runners: use a self-hosted runner in its network.",
  },
  {
    id: 'timeout',
    layer: 'network',
    broken: /TIMEOUT|ETIMEDOUT|timed out/i,
    transient: true,
    message: /timed out|ETIMEDOUT|ConnectTimeout|ReadTimeout|curl: \(28\)/i,
    title: 'No answer in time',
    meaning: 'the server, or something on the way to it, did not answer in time',
    advice:
      "Check the address and the network. GitHub's hosted runners do not reach a private platform: use a self-hosted runner. For a slow server raise timeout (MLFLOW_AUTH_TIMEOUT).",
  },
  {
    id: 'answer-too-large',
    layer: 'network',
    broken: /ERR_ANSWER_TOO_LARGE|HEADERS_OVERFLOW/i,
    title: 'Answer too large',
    meaning: 'the answer is larger than any that this login knows',
    advice: 'Check the address: this is not the login API.',
  },
  {
    id: 'not-http',
    layer: 'network',
    // In front of the body undici tells a header that it does not take as a wrong length.
    broken: /HPE_(?!INVALID_EOF)|^UND_ERR_RES_CONTENT_LENGTH_MISMATCH|Z_DATA_ERROR/,
    title: 'Answer not understood',
    meaning: 'what came back is no HTTP, or is garbled',
    advice:
      'Check the address and the port: another kind of server may answer there, or something on the way changes answers.',
  },
  {
    id: 'broken-off',
    layer: 'network',
    broken:
      /ECONNRESET|EPIPE|UND_ERR_SOCKET|CONTENT_LENGTH_MISMATCH|INVALID_EOF|Z_BUF_ERROR|other side closed|reset by peer|unexpected (eof|end)|close_notify/i,
    transient: true,
    message: /RemoteDisconnected|Connection reset|Connection aborted|curl: \((18|52|56)\)/i,
    title: 'Connection broken off',
    meaning: 'the connection ended before the whole answer was there',
    advice:
      'Try again later. If it happens each time, a firewall, a load balancer or the server itself ends connections: give these lines to its administrator.',
  },
  {
    id: 'unreachable',
    layer: 'network',
    transient: true,
    message: /Connection refused|ECONNREFUSED|No route to host|EHOSTUNREACH|curl: \(7\)/i,
    title: 'Server not reached',
    meaning: 'there is no connection to the server',
    advice:
      "Check the address, the port and the network. GitHub's hosted runners do not reach a private platform: use a self-hosted runner. If HTTPS_PROXY is set, an internal host belongs into NO_PROXY.",
  },
] as const satisfies readonly Symptom[];
