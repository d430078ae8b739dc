"""Request auth for the stock MLflow SDK: sends the credential of mlflow-auth, to the tracking server alone.

MLflow finds this module by itself, through the entry point next to it, when its wheel is on PYTHONPATH and
MLFLOW_TRACKING_AUTH is "mlflow-auth". It must never fail on import: any error here would break `import mlflow`.
Python 3.8, standard library only.
"""

import base64
import contextlib
import datetime
import hashlib
import html
import json
import math
import os
import re
import socket
import subprocess
import sys
import threading
import time
import unicodedata
from urllib.parse import unquote, urljoin, urlsplit

NAME = "mlflow-auth"
PREFIX = NAME + ": "
FILE_VARIABLE = "MLFLOW_AUTH_CREDENTIAL_FILE"
WORKSPACE_VARIABLE = "MLFLOW_WORKSPACE"
WORKSPACE_HEADER = "X-MLFLOW-WORKSPACE"
PORTS = {"http": 80, "https": 443}
RENEWAL_TIMEOUT = 300  # seconds; the command has limits of its own
LEAST = 5  # seconds between two renewals: until then another thread may be the first to have a new one rejected
PAUSE = 30  # seconds until the command is asked again that could not help; it has rules of its own
LONGEST_FILE = 1 << 20  # characters
REJECTED_FILE = "rejected-requests"  # next to the credential, one byte per request; src/sdk/rejected-requests.ts reads it
MOST_REJECTED = 1 << 20  # bytes
SOCKET_FILE = "renewal.sock"  # next to the credential, where exec listens: src/renewal/renewal-socket.ts
LONGEST_WORD = 32  # characters of a server's text in a row that can be no encoded secret
LONGEST_TEXT = 300  # characters of a server's text
LONGEST_ERROR = 3000  # characters of what the command says


class MlflowAuthError(Exception):
    """The credential did not work; the text, one printable line, says what to do."""

    def __init__(self, text):
        # Between processes it is made from its own text.
        super().__init__(one_line(text if text.startswith(PREFIX) else PREFIX + text, LONGEST_ERROR))


class RejectedError(MlflowAuthError):
    """The request failed because no credential is available that the server accepts."""


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
    with counting_rejections():
        credential = renewed_in_time(credential)
    add(request, credential)
    add_workspace(request, credential)

    def hook(response, **kwargs):
        with counting_rejections():
            return check(response, credential, kwargs)

    request.register_hook("response", hook)
    return request


def keep_from_others(request, credential):
    """MLflow sends MLFLOW_TRACKING_TOKEN to whatever server it talks to; this one is for one."""
    header = request.headers.get("Authorization", "")
    scheme, _, token = (header.decode("latin-1") if isinstance(header, bytes) else str(header)).partition(" ")
    # The environment may still hold an older one, long since renewed; a token of another server is left alone.
    known = credential.get("known") or []
    if scheme.lower() == "bearer" and (token.strip() == credential["value"] or fingerprint(token.strip()) in known):
        del request.headers["Authorization"]


def fingerprint(value):
    """By which a credential is known without showing it: SHA-256 in hexadecimal."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def add(request, credential):
    """Sets the headers of one request."""
    if credential["method"] == "cookie":
        request.headers["Cookie"] = credential["value"]
        # An old token in the environment would only be in the way.
        request.headers.pop("Authorization", None)
    else:
        request.headers["Authorization"] = "Bearer " + credential["value"]
    # Without application/json, oauth2-proxy answers an expired credential with a redirect to the login page, which
    # MLflow takes for success when it uploads an artifact.
    request.headers["Accept"] = "application/json, */*"


def add_workspace(request, credential):
    """Names the workspace for an SDK that knows none, which would use the server's default one without a word.

    MLflow knows them from 3.10 on, and names one itself: that of set_workspace(), which may be none, or of the variable.
    """
    if hasattr(sys.modules.get("mlflow.environment_variables"), WORKSPACE_VARIABLE):
        return
    if WORKSPACE_HEADER in request.headers:
        return
    workspace = os.environ.get(WORKSPACE_VARIABLE, credential.get("workspace") or "").strip()
    if not workspace:
        return
    if not is_header(workspace):
        raise MlflowAuthError("invalid {}: expected the name of a workspace.".format(WORKSPACE_VARIABLE))
    request.headers[WORKSPACE_HEADER] = workspace


# The credential file


def read_credential():
    """The credential of now: the file is read for each request, since it may have been renewed."""
    path = os.environ.get(FILE_VARIABLE)
    if not path:
        raise MlflowAuthError("{} is not set. Log in again.".format(FILE_VARIABLE))
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(LONGEST_FILE + 1)
        if len(text) > LONGEST_FILE:
            raise ValueError("it is too large")
        # An integer of many digits takes long, a float of as many does not.
        return with_value(checked(json.loads(text, parse_int=float)))
    except (OSError, ValueError, RecursionError) as error:
        problem = str(error) or type(error).__name__
    raise MlflowAuthError("the credential file {} cannot be read ({}). Log in again.".format(path, problem))


def checked(credential):
    """The credential, if each of its fields is as src/sdk/credential-file.ts writes it. Raises ValueError."""
    if not isinstance(credential, dict):
        raise ValueError("it is not a JSON object")
    for name, good in FIELDS.items():
        if not good(credential.get(name)):
            raise ValueError("invalid or missing field: " + name)
    return credential


def with_value(credential):
    """The credential with the value of the file that it names, which the kubelet, for one, replaces. Raises OSError, ValueError."""
    if credential.get("value_file"):
        value = text_of(credential["value_file"])
        if not re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", value, re.ASCII):
            raise ValueError("{} contains no token".format(credential["value_file"]))
        credential["value"] = value
    return credential


def text_of(path):
    """What a file says. One that a program writes anew, in place of replacing it, is empty until that has made a token."""
    for pause in [0.1] * 20 + [0]:
        with open(path, encoding="utf-8") as file:
            text = file.read(LONGEST_FILE).strip()
        if text:
            break
        time.sleep(pause)
    return text


def is_address(value):
    try:
        parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
        return parts.scheme in PORTS and bool(parts.hostname) and port_of(parts) > 0
    except ValueError:
        return False


def is_header(value):
    """Whether it can be sent as it is: `requests` would quote the whole of an invalid header in its error."""
    return isinstance(value, str) and re.fullmatch("[!-~\x80-\xff](?:[ -~\x80-\xff]*[!-~\x80-\xff])?", value) is not None


def is_seconds(value):
    return value is None or (isinstance(value, float) and math.isfinite(value) and value >= 0)


def is_text(value):
    return isinstance(value, str)


def is_time(value):
    try:
        return value is None or (isinstance(value, str) and parse_time(value) is not None)
    except (OSError, OverflowError, ValueError):
        return False


def is_list_of(good):
    return lambda value: value is None or (isinstance(value, list) and all(good(one) for one in value))


FIELDS = {
    "tracking_uri": is_address,
    "method": lambda value: is_text(value) and value in ("token", "cookie"),
    "value": is_header,
    "value_file": lambda value: value is None or (is_text(value) and "\0" not in value),
    "workspace": lambda value: value is None or is_header(value),
    "expires_at": is_time,
    "life": is_seconds,
    "renew_after": is_seconds,
    "received_at_uptime": is_seconds,
    "boot_id": lambda value: value is None or is_text(value),
    "renew": is_list_of(lambda value: is_text(value) and "\0" not in value),
    "known": is_list_of(is_text),
}


def parse_time(text):
    """ISO 8601 with Z, as JavaScript writes it; Python reads the Z from 3.11 on."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(datetime.timezone.utc)


# What comes back


_rejected_again = ("", 0.0)  # the last new credential that was rejected too, and when, of time.monotonic()
_renewed = ("", 0.0)  # the last new credential of this process, and when it came, of time.monotonic()


def check(response, sent, options, again=False):
    """Mends a rejected credential once, and raises where the SDK would misunderstand the answer."""
    global _rejected_again
    got = rejection(response, sent)
    if not got:
        return response
    if again:
        _rejected_again = (sent["value"], time.monotonic())
        raise rejected(sent, got, ", as was the previous one: the next renewal is possible in {} s".format(PAUSE))
    if not sent.get("renew") and not sent.get("value_file"):
        raise rejected(sent, got)
    current = read_credential()
    if current["value"] == sent["value"]:
        if not sent.get("renew"):
            raise rejected(sent, got)
        if is_recent(_rejected_again, sent, PAUSE) or is_recent(_renewed, sent, LEAST):
            raise rejected(sent, got, ", even right after its renewal")
        current = renew(current, "rejected")
        if current["value"] == sent["value"]:
            raise rejected(sent, got)
    return check(resend(response, current, options), current, options, again=True)


def is_recent(event, credential, seconds):
    """Whether something happened to this credential less than so many seconds ago."""
    return event[0] == credential["value"] and time.monotonic() - event[1] < seconds


def rejection(response, credential):
    """How the answer rejects the credential, or None; raises for a redirect away from the tracking server."""
    location = response.headers.get("location")
    if location and 300 <= response.status_code <= 399:
        try:
            target = urljoin(response.url, location)
        except ValueError:
            target = location
        if "client_id=" in target:
            return "a redirect to the login page"
        # On a redirect, `requests` drops the cookie.
        if credential["method"] == "cookie" or not is_below(target, credential["tracking_uri"]):
            raise MlflowAuthError(
                "{} redirects to {}. The credential is not sent there; correct the tracking URI.".format(
                    credential["tracking_uri"], origin_of(target, credential["value"])
                )
            )
    if response.status_code == 401:
        return "401 " + without(reason(response), credential["value"])
    if response.status_code == 403 and (is_html(response) or response.content.strip() == b"Forbidden"):
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
        try:
            body.seek(start if isinstance(start, int) else None)
        except (AttributeError, OSError, TypeError, ValueError):
            raise RejectedError(
                "the credential was renewed, but this upload is a stream that cannot be sent again. Run it again."
            ) from None
    add(request, credential)
    answer = response.connection.send(request, **options)
    answer.history.append(response)
    answer.request = request
    return answer


def rejected(credential, got, more=""):
    """The error when oauth2-proxy, or MLflow behind it, rejects the credential."""
    kind = "session cookie" if credential["method"] == "cookie" else "token"
    if has_expired(credential):
        state = "expired at {}".format(credential["expires_at"]) if credential.get("expires_at") else "expired"
    else:
        state = "was rejected ({}){}".format(got.strip(), more)
    return RejectedError("the {} for {} {}. Log in again.".format(kind, credential["tracking_uri"], state))


def has_expired(credential):
    """By the wall clock where the life is not known; good for a message alone."""
    life, end = credential.get("life"), credential.get("expires_at")
    if life is not None:
        return age_of(credential) >= life
    return end is not None and parse_time(end) <= datetime.datetime.now(datetime.timezone.utc)


def reason(response):
    """The server's own reason, if it gives one."""
    try:
        error = response.json().get("error")
        text = error.get("message") if isinstance(error, dict) else error
    except (AttributeError, RecursionError, ValueError):
        text = ""
    return text if isinstance(text, str) else ""


@contextlib.contextmanager
def counting_rejections():
    """Notes a request that fails so, for the end of the command exec: some callers only log the error, as tracing does."""
    try:
        yield
    except RejectedError:
        count_rejection()
        raise


def count_rejection():
    path = os.path.join(os.path.dirname(os.environ.get(FILE_VARIABLE, "")), REJECTED_FILE)
    # One byte at the end of a file is written at once, whatever other processes do; nothing through a link.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.open(path, flags, 0o600)
        try:
            if os.fstat(file).st_size < MOST_REJECTED:
                os.write(file, b".")
        finally:
            os.close(file)
    except OSError:
        pass  # the request fails anyway


def is_html(response):
    return "text/html" in response.headers.get("content-type", "").lower()


# Renewal: this module asks, the command decides (src/sdk/renewal-rules.ts)


_lock = threading.RLock()
_first_seen = ("", 0.0)  # a credential, and when this process first saw it, of time.monotonic()
_no_use = ("", 0.0)  # a credential for which the command had no new one, and when, of time.monotonic()


def _after_fork():
    """In a child: whoever held the lock is no thread of it."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def renewed_in_time(credential):
    """The credential, or a new one when it is due. A renewal that fails matters only once it has expired."""
    global _no_use
    due, life = credential.get("renew_after"), credential.get("life")
    if not credential.get("renew") or due is None:
        return credential
    age = age_of(credential)
    good = life is None or age < life
    if age < due or (good and is_recent(_no_use, credential, PAUSE)):
        return credential
    try:
        current = renew(credential, "due")
    except MlflowAuthError:
        if not good:
            raise
        current = credential
    if current["value"] == credential["value"]:
        _no_use = (credential["value"], time.monotonic())
    return current


def age_of(credential):
    """Seconds since it was received, or, without a clock that this process shares with the receiver, since it was seen here."""
    global _first_seen
    received, (boot, uptime) = credential.get("received_at_uptime"), this_uptime()
    if received is not None and boot and boot == credential.get("boot_id") and uptime >= received:
        return uptime - received
    if _first_seen[0] != credential["value"]:
        _first_seen = (credential["value"], time.monotonic())
    return time.monotonic() - _first_seen[1]


def this_uptime():
    """Which start of this machine that was, and the seconds since then; src/util/clock.ts reads the same."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as boot:
            with open("/proc/uptime", encoding="ascii") as uptime:
                return boot.read().strip(), float(uptime.read().split()[0])
    except (OSError, ValueError, IndexError):
        return None, 0.0


def renew(credential, why):
    """A new credential in place of this one, by exec or by the command that the login left; one thread at a time."""
    global _renewed
    with _lock:
        current = read_credential()
        if current["value"] != credential["value"]:
            return current
        seen = fingerprint(credential["value"])
        problem = ask(seen, why)
        if problem is None:
            problem = run(credential["renew"] + ["--seen", seen, "--reason", why])
        if problem:
            raise RejectedError("the credential could not be renewed: " + problem)
        new = read_credential()
        if new["value"] != credential["value"]:
            _renewed = (new["value"], time.monotonic())
        return new


def ask(seen, why):
    """What exec says to a renewal: its problem, or "" where it has none; None where no exec is there."""
    path = os.path.join(os.path.dirname(os.environ.get(FILE_VARIABLE, "")), SOCKET_FILE)
    try:
        with socket.socket(socket.AF_UNIX) as way:
            way.settimeout(RENEWAL_TIMEOUT)
            way.connect(path)
            way.sendall(json.dumps({"seen": seen, "reason": why}).encode("ascii") + b"\n")
            with way.makefile("rb") as answers:
                problem = json.loads(answers.readline(LONGEST_FILE).decode("utf-8"))["problem"]
        return problem if isinstance(problem, str) else None
    except (AttributeError, LookupError, OSError, TypeError, ValueError):
        return None  # Windows has no such sockets, and an exec that was killed leaves one that nobody serves


def run(command):
    """Runs the command; its problem, or "" where it has none."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=RENEWAL_TIMEOUT,
        )
        return done.stderr.decode("utf-8", "replace").strip() or "no reason given" if done.returncode != 0 else ""
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return str(error) or type(error).__name__


# Texts and addresses of others


def one_line(text, longest):
    """The text in one printable line: no control, format or bidirectional character, and nothing that a runner obeys."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text[: longest + 1]).split())
    # "::" stays within an IPv6 address in brackets.
    line = re.sub(":(?=:(?![0-9a-f:.]*\\]))", ": ", line.replace("##[", "# #["), flags=re.IGNORECASE)
    return line if len(line) <= longest else line[:longest] + "..."


def without(text, secret):
    """A server's text without the words that may show the secret: as it is, encoded, or too long to check."""
    parts = parts_of(secret)
    words = ("***" if len(word) > LONGEST_WORD or shows(word, parts) else word for word in text.split())
    return one_line(" ".join(words), LONGEST_TEXT)


def parts_of(secret):
    """All that is eight characters in a row of it."""
    return {secret[at : at + 8].lower() for at in range(max(1, len(secret) - 7))}


def shows(word, parts):
    bytewise = unquote(re.sub(r"=(?=[0-9A-Fa-f]{2})|\\x", "%", word))  # also quoted-printable, and as Python writes it
    forms = (form.lower() for form in [word, unquote(word), bytewise, html.unescape(word)] + bytes_in(word))
    return any(form[at : at + 8] in parts for form in forms for at in range(len(form)))


def bytes_in(word):
    """What a word holds if it is hexadecimal, or base64 from any place on; only ASCII of it is text that counts."""
    digits = re.sub("0x|[^0-9a-f]", "", word.lower())
    found = [bytes.fromhex(digits[at : at + (len(digits) - at) // 2 * 2]) for at in (0, 1)]
    signs = re.sub("[^0-9A-Za-z+/]", "", word.replace("-", "+").replace("_", "/"))
    for at in range(4):
        shifted = "A" * at + signs
        found.append(base64.b64decode(shifted[: len(shifted) // 4 * 4]))
    return [one.replace(b"\0", b"").decode("latin-1") for one in found]


def origin_of(url, secret):
    """Scheme, host and port of an address that a server gave, the host only where it shows no secret."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", "" if parts.port is None else ":{}".format(parts.port)
    except ValueError:
        return "an invalid address"
    # `hostname` is in lower case, in which base64 cannot be read.
    if any(shows(one, parts_of(secret)) for one in (host, parts.netloc)) or any(len(label) > LONGEST_WORD for label in host.split(".")):
        host = "***"
    return "{}://{}{}".format(parts.scheme, "[{}]".format(host) if ":" in host else host, port)


def is_below(url, base):
    """Whether the address is at or below the base: same scheme, host and port, and a path under its path.

    Servers differ on what some paths mean; where one of them could leave the base, the answer is no.
    """
    # What stands before a backslash, or around a line break, is a host to some and a path to others.
    if re.search(r"[\\\s\x00-\x20\x7f]", url):
        return False
    try:
        one, other = urlsplit(url), urlsplit(base)
        if (one.scheme, one.hostname, port_of(one)) != (other.scheme, other.hostname, port_of(other)):
            return False
        path, under = segments(one.path), segments(other.path.rstrip("/"))
    except ValueError:
        return False
    return path[: len(under)] == under


def segments(path):
    """The decoded parts of a path. Raises ValueError where one of them may mean the folder above."""
    decoded = path
    for _ in range(5):
        before, decoded = decoded, unicodedata.normalize("NFKC", unquote(decoded, errors="strict"))
        if decoded == before:
            break
    else:
        raise ValueError("encoded over and over")
    if re.search(r"[\x00-\x1f\x7f]|%u[0-9a-f]{4}", decoded, re.IGNORECASE):
        raise ValueError("control characters")
    for part in re.split(r"[/\\]", decoded):
        name = part.split(";")[0]  # what follows are parameters to some
        if ".." in name and not name.strip(". "):
            raise ValueError("the folder above")
    return [unquote(part) for part in path.split("/")]


def port_of(parts):
    return PORTS.get(parts.scheme) if parts.port is None else parts.port
