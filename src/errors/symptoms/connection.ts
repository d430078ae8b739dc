// Symptoms of everything below HTTP: names, connections, certificates, HTTP proxies.

import type { Symptom } from './symptom.js';

export const CONNECTION = [
  {
    id: 'no-permission',
    layer: 'runtime',
    broken: /NotCapable|EPERM|PermissionDenied|Requires net access/i,
    title: 'Deno permission missing',
    meaning: 'deno run was started without a required permission',
    advice: 'Start it with --allow-net --allow-env, and with --allow-read for files.',
  },
  {
    id: 'client-certificate',
    layer: 'TLS',
    broken:
      /CERTIFICATE_REQUIRED|CertificateRequired|TLSV13_ALERT_CERTIFICATE|alert certificate required|alert number 116/i,
    message: /certificate required|TLSV13_ALERT_CERTIFICATE_REQUIRED|No required SSL certificate was sent/i,
    title: 'Client certificate required',
    meaning: 'the server, or a proxy in front of it, requires a client certificate (mutual TLS)',
    advice:
      'mlflow-auth sends no client certificate. Use a URL that does not require one, or ask the administrator of that server.',
  },
  {
    id: 'ca-strict',
    layer: 'TLS',
    // What OpenSSL says only under X509_V_FLAG_X509_STRICT (x509_txt.c), which Python 3.13 sets (ssl.VERIFY_X509_STRICT).
    message:
      /CA cert does not include key usage|Missing (Authority|Subject) Key Identifier|Key Identifier marked critical|Basic Constraints of CA cert not marked critical|Path length (invalid for non-CA cert|given without key usage)|Key usage keyCertSign invalid for non-CA|(Issuer|Subject) name empty|Empty Subject Alternative Name ext|Subject empty and Subject Alt Name|requires at least X509v3/i,
    title: 'CA rejected by Python',
    meaning:
      'a certificate of the chain breaks a rule of RFC 5280 that Python 3.13 and later enforce and other programs do not, such as a CA without Key Usage or a certificate without Authority Key Identifier',
    advice:
      'Issue the CA again with basicConstraints = critical, CA:TRUE, keyUsage = critical, keyCertSign, cRLSign and a subjectKeyIdentifier, and the certificates below it with an authorityKeyIdentifier. Until then, use Python 3.12.',
  },
  {
    id: 'certificate-untrusted',
    layer: 'TLS',
    broken:
      /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|SIGNATURE_FAILURE|CERT_UNTRUSTED|UnknownIssuer|BadSignature|CaUsedAsEndEntity|unable to get (local )?issuer|self.signed|unable to verify/i,
    message:
      /CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|self.signed certificate|SELF_SIGNED|unable to get (local )?issuer|UNABLE_TO_(VERIFY|GET)|certificate signature failure|SIGNATURE_FAILURE|curl: \(60\)/i,
    title: 'Untrusted certificate',
    meaning: 'the certificate of the server was issued by a CA that this machine does not trust',
    advice:
      'Set ca-cert (PLATFORM_CA) to the CA, as PEM text or a path: on Alauda it is ca.crt of the Secret dex.tls in cpaas-system, or tls.crt where that is empty. If ca-cert is set, the platform may have a new CA since. For testing, insecure-tls disables the verification.',
  },
  {
    id: 'certificate-expired',
    layer: 'TLS',
    broken:
      /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (has |is )?(expired|not (yet )?valid( yet)?:)|is not yet valid/i,
    message: /certificate has expired|CERT_HAS_EXPIRED|certificate is not yet valid/i,
    title: 'Certificate expired or not yet valid',
    meaning: 'the certificate of the server has expired or is not yet valid',
    advice:
      'Ask the administrator of the platform to get the certificate renewed, and check the clock of this machine.',
  },
  {
    id: 'certificate-host',
    layer: 'TLS',
    broken: /ALTNAME_INVALID|NotValidForName|not valid for name|does not match certificate/i,
    message: /ALTNAME_INVALID|hostname mismatch|doesn't match|no alternative certificate subject name/i,
    title: 'Certificate for another host',
    meaning: 'the certificate of the server is for another host name',
    advice: 'Use a host name in the certificate, such as that of the web console.',
  },
  {
    id: 'tls-version',
    layer: 'TLS',
    broken:
      /ERR_SSL|EPROTO|wrong version number|unsupported protocol|protocol ?version|corrupt message|HandshakeFailure|peer is incompatible/i,
    message: /wrong version number|WRONG_VERSION_NUMBER|unsupported protocol|curl: \(35\)/i,
    title: 'TLS handshake failed',
    meaning: 'no common TLS version, or the server does not use TLS at this port',
    advice: 'Check the port, and http: or https: in the URL. mlflow-auth requires TLS 1.2 or later.',
  },
  {
    id: 'proxy-login-unsupported',
    layer: 'HTTP proxy',
    title: 'HTTP proxy authentication not supported',
    meaning: 'the HTTP proxy does not support Basic authentication, only schemes that mlflow-auth does not support',
    advice:
      'Add the host to NO_PROXY if it is internal. Otherwise ask the administrator of the HTTP proxy to allow Basic authentication, or this machine without one, or run a local proxy that authenticates with Negotiate or NTLM (cntlm, px).',
  },
  {
    id: 'proxy-login',
    layer: 'HTTP proxy',
    message: /Tunnel connection failed: 407|Proxy Authentication Required|CONNECT tunnel failed, response 407/i,
    title: 'HTTP proxy authentication failed',
    meaning: 'the HTTP proxy requires a username and password, or rejected them',
    advice:
      'Add the host to NO_PROXY if it is internal, or correct the username and password in HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT, both percent-encoded.',
  },
  {
    id: 'proxy-refused',
    layer: 'HTTP proxy',
    broken: /HTTP tunneling/i,
    transient: true,
    message: /Tunnel connection failed|ProxyError|CONNECT tunnel failed|Proxy response \(\d+\)/i,
    title: 'HTTP proxy refused the connection',
    meaning: 'the HTTP proxy in HTTPS_PROXY or HTTP_PROXY did not open a tunnel to the server',
    advice: 'Add the host to NO_PROXY if it is internal, or check host and port in HTTPS_PROXY.',
  },
  {
    id: 'dns',
    layer: 'network',
    broken: /ENOTFOUND|EAI_AGAIN|getaddrinfo|failed to lookup address/i,
    message:
      /Name or service not known|NameResolutionError|getaddrinfo|Could not resolve host|ENOTFOUND|EAI_AGAIN|nodename nor servname/i,
    title: 'Unknown host name',
    meaning: 'this machine cannot resolve the host name',
    advice:
      'Check the URL for typing errors. GitHub-hosted runners cannot resolve private platforms: use a self-hosted runner in their network.',
  },
  {
    id: 'timeout',
    layer: 'network',
    broken: /TIMEOUT|ETIMEDOUT|timed out/i,
    transient: true,
    message: /timed out|ETIMEDOUT|ConnectTimeout|ReadTimeout|curl: \(28\)/i,
    title: 'Timeout',
    meaning: 'the server, or a proxy in front of it, did not respond in time',
    advice:
      'Check the URL and the network. GitHub-hosted runners do not reach private platforms: use a self-hosted runner. For a slow server, increase timeout (MLFLOW_AUTH_TIMEOUT).',
  },
  {
    id: 'answer-too-large',
    layer: 'network',
    broken: /ERR_ANSWER_TOO_LARGE|HEADER_OVERFLOW|message head is too large/i,
    title: 'Response too large',
    meaning: 'the response is larger than any response of a login',
    advice: 'Check the URL: this is not the login API.',
  },
  {
    id: 'not-http',
    layer: 'network',
    broken: /HPE_(?!INVALID_EOF)|Z_DATA_ERROR|invalid (HTTP|gzip)|corrupt (deflate|gzip)|brotli/i,
    title: 'Invalid HTTP response',
    meaning: 'the response is not valid HTTP',
    advice: 'Check the URL and the port: another kind of server may listen there, or a proxy changes responses.',
  },
  {
    id: 'broken-off',
    layer: 'network',
    broken:
      /ECONNRESET|EPIPE|INVALID_EOF|handshake eof|before message completed|reading a body from connection|Z_BUF_ERROR|other side closed|reset by peer|unexpected (eof|end)|close_notify/i,
    transient: true,
    message: /RemoteDisconnected|Connection reset|Connection aborted|curl: \((18|52|56)\)/i,
    title: 'Connection closed unexpectedly',
    meaning: 'the connection was closed before the response was complete',
    advice:
      'Try again later. If it happens each time, a firewall, a load balancer or the server itself closes connections: send these lines to its administrator.',
  },
  {
    id: 'unreachable',
    layer: 'network',
    transient: true,
    message: /Connection refused|ECONNREFUSED|No route to host|EHOSTUNREACH|curl: \(7\)/i,
    title: 'Cannot connect to the server',
    meaning: 'no connection to the server',
    advice:
      'Check the URL, the port and the network. GitHub-hosted runners do not reach private platforms: use a self-hosted runner. If HTTPS_PROXY is set, add internal hosts to NO_PROXY.',
  },
] as const satisfies readonly Symptom[];
