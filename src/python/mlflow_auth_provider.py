"""Request auth for the stock MLflow SDK: sends the credential of mlflow-auth, to the tracking server alone.

MLflow finds this module by itself, through the entry point beside it, when its folder is on PYTHONPATH and
MLFLOW_TRACKING_AUTH is "mlflow-auth". It must never fail on import: any error here would break `import mlflow`.
Python 3.8, standard library only.
"""

import datetime
import json
import os
from urllib.parse import urljoin, urlsplit

NAME = "mlflow-auth"
FILE_VARIABLE = "MLFLOW_AUTH_CREDENTIAL_FILE"
PORTS = {"http": 80, "https": 443}


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
        return request
    if credential["method"] == "cookie":
        request.headers["Cookie"] = credential["value"]
        # A token left behind in the environment would only be in the way.
        request.headers.pop("Authorization", None)
    else:
        request.headers["Authorization"] = "Bearer " + credential["value"]
    # Without application/json, oauth2-proxy answers an expired credential with a redirect to the login page, which
    # MLflow takes for success when it uploads an artifact.
    request.headers["Accept"] = "application/json, */*"
    request.register_hook("response", check)
    return request


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


def check(response, *args, **kwargs):
    """Raises where the SDK would misunderstand: a rejected credential, a redirect away from the tracking server."""
    credential = read_credential()
    location = response.headers.get("location")
    if location and 300 <= response.status_code <= 399:
        target = urljoin(response.url, location)
        if "client_id=" in target:
            raise rejected(credential, "a redirect to the login page")
        if not is_below(target, credential["tracking_uri"]):
            away = urlsplit(target)
            raise MlflowAuthError(
                "mlflow-auth: {} redirects to {}://{}. The credential is not sent there; correct the tracking URI.".format(
                    credential["tracking_uri"], away.scheme, away.netloc
                )
            )
    if response.status_code == 401:
        raise rejected(credential, "401 " + reason(response))
    if response.status_code == 403 and (response.text.strip() == "Forbidden" or is_html(response)):
        raise rejected(credential, "403 " + ("a web page" if is_html(response) else "Forbidden"))
    return response


def rejected(credential, got):
    """What to tell when oauth2-proxy, or MLflow behind it, does not take the credential."""
    kind = "session cookie" if credential["method"] == "cookie" else "token"
    until = credential.get("expires_at")
    expired = until and parse_time(until) <= datetime.datetime.now(datetime.timezone.utc)
    state = "expired at {}".format(until) if expired else "was rejected ({})".format(got)
    return MlflowAuthError("mlflow-auth: the {} for {} {}. Log in again.".format(kind, credential["tracking_uri"], state))


def parse_time(text):
    """ISO 8601 with Z, as JavaScript writes it; Python reads the Z from 3.11 on."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


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
