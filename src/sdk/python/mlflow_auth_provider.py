"""Request auth for the stock MLflow SDK: sends the credential of mlflow-auth, to the tracking server alone.

MLflow finds this module by itself, through the entry point beside it, when its folder is on PYTHONPATH and
MLFLOW_TRACKING_AUTH is "mlflow-auth". It must never fail on import: any error here would break `import mlflow`.
Python 3.8, standard library only.
"""

import datetime
import hashlib
import json
import os
import subprocess
import threading
import time
from urllib.parse import urljoin, urlsplit

NAME = "mlflow-auth"
FILE_VARIABLE = "MLFLOW_AUTH_CREDENTIAL_FILE"
PORTS = {"http": 80, "https": 443}
RENEWAL_TIMEOUT = 300  # seconds; the command has limits of its own
PAUSE = 30  # seconds until a renewal is tried again while the old credential is still good

_lock = threading.Lock()
_not_before = 0.0  # of time.monotonic()


class MlflowAuthError(Exception):
    """The credential did not work; the text says what to do."""


class MlflowAuthProvider:
    """What MLflow asks of a request auth provider (mlflow/tracking/request_auth)."""

    def get_name(self):
        return NAME

    def get_auth(self):
        return authorize


def authorize(request):
    """Adds the credential to a prepared request of `requests`, if it goes to the tracking server."""
    credential = read_credential()
    if not is_below(request.url, credential["tracking_uri"]):
        keep_from_others(request, credential)
        return request
    credential = renewed_in_time(credential)
    add(request, credential)

    def hook(response, **kwargs):
        return check(response, credential, kwargs)

    request.register_hook("response", hook)
    return request


def keep_from_others(request, credential):
    """MLflow sends MLFLOW_TRACKING_TOKEN to whatever server it talks to; ours is for one."""
    scheme, _, token = str(request.headers.get("Authorization", "")).partition(" ")
    # The environment may still hold an older one, long since renewed; a token of another server is none of our business.
    if scheme == "Bearer" and (token == credential["value"] or fingerprint(token) in credential.get("known", [])):
        del request.headers["Authorization"]


def fingerprint(value):
    """By which a credential is known without showing it: SHA-256 in hexadecimal."""
    return hashlib.sha256(value.encode()).hexdigest()


def add(request, credential):
    """Sets the headers of one request."""
    if credential["method"] == "cookie":
        request.headers["Cookie"] = credential["value"]
        # A token left behind in the environment would only be in the way.
        request.headers.pop("Authorization", None)
    else:
        request.headers["Authorization"] = "Bearer " + credential["value"]
    # Without application/json, oauth2-proxy answers an expired credential with a redirect to the login page, which
    # MLflow takes for success when it uploads an artifact.
    request.headers["Accept"] = "application/json, */*"


def read_credential():
    """The credential of now: the file is read for each request, since it may have been renewed."""
    path = os.environ.get(FILE_VARIABLE)
    if not path:
        raise MlflowAuthError("mlflow-auth: {} is not set. Log in again.".format(FILE_VARIABLE))
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise MlflowAuthError("mlflow-auth: the credential file cannot be read ({}). Log in again.".format(error))


def check(response, sent, options, again=False):
    """Mends a rejected credential once, and raises where the SDK would misunderstand the answer."""
    got = rejection(response, sent)
    if not got:
        return response
    if again or not sent.get("renew"):
        raise rejected(sent, got)
    current = read_credential()
    if current["value"] == sent["value"]:
        current = renew(current)
    return check(resend(response, current, options), current, options, again=True)


def rejection(response, credential):
    """How the answer rejects the credential, or None; raises for a redirect away from the tracking server."""
    location = response.headers.get("location")
    if location and 300 <= response.status_code <= 399:
        target = urljoin(response.url, location)
        if "client_id=" in target:
            return "a redirect to the login page"
        # On a redirect, `requests` drops the cookie.
        if credential["method"] == "cookie" or not is_below(target, credential["tracking_uri"]):
            away = urlsplit(target)
            raise MlflowAuthError(
                "mlflow-auth: {} redirects to {}://{}{}. The credential is not sent there; correct the tracking URI.".format(
                    credential["tracking_uri"], away.scheme, away.netloc, away.path
                )
            )
    if response.status_code == 401:
        return "401 " + reason(response)
    if response.status_code == 403 and (is_html(response) or response.text.strip() == "Forbidden"):
        return "403 " + ("a web page" if is_html(response) else "Forbidden")
    return None


def resend(response, credential, options):
    """Sends the request once more, with another credential, as requests' own digest authentication does."""
    response.content  # so that the connection can be used again
    response.close()
    request = response.request.copy()
    body = request.body
    if body is not None and not isinstance(body, (bytes, str)):
        start = getattr(request, "_body_position", None)
        if not isinstance(start, int):
            raise MlflowAuthError("mlflow-auth: the credential was renewed, but this upload is a stream that cannot be sent again.")
        body.seek(start)
    add(request, credential)
    answer = response.connection.send(request, **options)
    answer.history.append(response)
    answer.request = request
    return answer


def renewed_in_time(credential):
    """The credential, or a new one when it is near its end. A renewal that fails matters only once it has ended."""
    global _not_before
    end = parse_time(credential.get("expires_at"))
    if not credential.get("renew") or end is None:
        return credential
    life = end - parse_time(credential["issued_at"])
    now = time.time()
    if now < end - min(max(life / 10, 60), 600, life / 2) or (now < end and time.monotonic() < _not_before):
        return credential
    try:
        return renew(credential)
    except MlflowAuthError:
        if now >= end:
            raise
        _not_before = time.monotonic() + PAUSE
        return credential


def renew(credential):
    """A new credential in place of this one, by the command that the login left; one at a time."""
    with _lock:
        current = read_credential()
        if current["value"] != credential["value"]:
            return current
        try:
            done = subprocess.run(
                list(credential["renew"]) + ["--seen", fingerprint(credential["value"])],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=RENEWAL_TIMEOUT,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise MlflowAuthError("mlflow-auth: the credential could not be renewed: {}".format(error))
        if done.returncode != 0:
            text = done.stderr.decode("utf-8", "replace").strip()
            raise MlflowAuthError("mlflow-auth: the credential could not be renewed:\n{}".format(text))
        return read_credential()


def rejected(credential, got):
    """What to tell when oauth2-proxy, or MLflow behind it, does not take the credential."""
    kind = "session cookie" if credential["method"] == "cookie" else "token"
    end = parse_time(credential.get("expires_at"))
    expired = end is not None and end <= time.time()
    state = "expired at {}".format(credential["expires_at"]) if expired else "was rejected ({})".format(got)
    return MlflowAuthError("mlflow-auth: the {} for {} {}. Log in again.".format(kind, credential["tracking_uri"], state))


def parse_time(text):
    """Seconds since 1970 of ISO 8601 with Z, as JavaScript writes it; Python reads the Z from 3.11 on."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else None


def reason(response):
    """The server's own reason in a few words."""
    try:
        error = response.json().get("error")
        return str(error.get("message") or "") if isinstance(error, dict) else str(error or "")
    except (ValueError, AttributeError):
        return ""


def is_html(response):
    return "text/html" in response.headers.get("content-type", "")


def is_below(url, base):
    """Whether the address is at or below the base: same scheme, host and port, and a path under its path."""
    one, other = urlsplit(url), urlsplit(base)
    if (one.scheme, one.hostname, port_of(one)) != (other.scheme, other.hostname, port_of(other)):
        return False
    path = other.path.rstrip("/")
    return one.path == path or one.path.startswith(path + "/")


def port_of(parts):
    return parts.port or PORTS.get(parts.scheme)
