"""The request auth provider under the real `requests` and the real MLflow registry, against servers on loopback."""

import importlib
import json
import os
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests

provider = importlib.import_module("mlflow_auth_provider")  # from PYTHONPATH, as it is handed over


class Server:
    """Answers what `answers` says for a path, else 200 {}, and keeps the headers that came."""

    def __init__(self):
        self.seen, self.answers = [], {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.seen.append((self.command, self.path, dict(self.headers)))
                length = int(self.headers.get("content-length") or 0)
                self.rfile.read(length)
                status, headers, body = outer.answers.get(self.path.split("?")[0], (200, {}, "{}"))
                self.send_response(status)
                for name, value in {"content-type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            do_POST = do_PUT = do_GET

            def log_message(self, *args):
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = "http://127.0.0.1:{}".format(self.http.server_port)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


class ProviderTest(unittest.TestCase):
    def setUp(self):
        self.server, self.other = Server(), Server()
        self.addCleanup(self.server.close)
        self.addCleanup(self.other.close)
        self.base = self.server.address + "/clusters/c1/mlflow"
        self.file = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)
        self.addCleanup(os.unlink, self.file.name)
        os.environ[provider.FILE_VARIABLE] = self.file.name
        self.addCleanup(os.environ.pop, provider.FILE_VARIABLE, None)
        self.write()

    def write(self, **changes):
        credential = {"tracking_uri": self.base, "method": "cookie", "value": "_oauth2_proxy_0=a|1=; _oauth2_proxy_1=b"}
        with open(self.file.name, "w") as file:
            json.dump({**credential, **changes}, file)

    def ask(self, url, method="GET", **options):
        return requests.request(method, url, auth=provider.authorize, timeout=10, **options)

    def sent(self, server=None):
        return (server or self.server).seen[-1][2]

    def test_cookie_and_accept(self):
        self.ask(self.base + "/api/2.0/x", headers={"Authorization": "Bearer stale"})
        self.assertEqual(self.sent()["Cookie"], "_oauth2_proxy_0=a|1=; _oauth2_proxy_1=b")
        self.assertEqual(self.sent()["Accept"], "application/json, */*")
        self.assertNotIn("Authorization", self.sent())

    def test_token_wins_over_what_else_was_set(self):
        self.write(method="token", value="ey.ey.sig")
        self.ask(self.base + "/api/2.0/x", headers={"Authorization": "Basic eDp5"})
        self.assertEqual(self.sent()["Authorization"], "Bearer ey.ey.sig")
        self.assertNotIn("Cookie", self.sent())

    def test_file_is_read_for_each_request(self):
        session = requests.Session()
        session.get(self.base + "/x", auth=provider.authorize)
        self.write(value="_oauth2_proxy=new")
        session.get(self.base + "/x", auth=provider.authorize)
        self.assertEqual(self.sent()["Cookie"], "_oauth2_proxy=new")

    def test_nothing_for_other_addresses(self):
        for url in [
            self.other.address + "/clusters/c1/mlflow/x",
            self.server.address + "/clusters/c2/mlflow/x",
            self.server.address + "/clusters/c1/mlflow2/x",
            self.base.replace("127.0.0.1", "localhost") + "/x",
        ]:
            self.ask(url)
            server = self.other if url.startswith(self.other.address) else self.server
            self.assertNotIn("Cookie", self.sent(server), url)
            self.assertNotIn("application/json", self.sent(server)["Accept"], url)

    def test_no_token_for_other_servers(self):
        self.write(method="token", value="ey.ey.sig")
        for header, kept in [("Bearer ey.ey.sig", False), ("Bearer their.own.token", True), ("Basic eDp5", True)]:
            self.ask(self.other.address + "/x", headers={"Authorization": header})
            self.assertEqual("Authorization" in self.sent(self.other), kept, header)

    def test_only_our_own_token_is_kept_from_other_servers(self):
        first = provider.fingerprint("first.of.ours")
        self.write(method="token", value="renewed.since.then", known=[first])
        os.environ["MLFLOW_TRACKING_TOKEN"] = "their.own.token"
        self.addCleanup(os.environ.pop, "MLFLOW_TRACKING_TOKEN", None)
        for token, kept in [("first.of.ours", False), ("renewed.since.then", False), ("their.own.token", True)]:
            self.ask(self.other.address + "/x", headers={"Authorization": "Bearer " + token})
            self.assertEqual("Authorization" in self.sent(self.other), kept, token)

    def test_redirect_within_the_server_loses_no_cookie_unsaid(self):
        self.server.answers["/clusters/c1/mlflow/x"] = (307, {"location": self.base + "/y"}, "")
        with self.assertRaisesRegex(provider.MlflowAuthError, "correct the tracking URI"):
            self.ask(self.base + "/x")
        self.write(method="token", value="ey.ey.sig")
        self.assertEqual(self.ask(self.base + "/x").status_code, 200)
        self.assertEqual(self.sent()["Authorization"], "Bearer ey.ey.sig")

    def renewing(self, script, **changes):
        command = [sys.executable, "-c", script, self.file.name]
        self.write(renew=command, issued_at="2020-01-01T00:00:00.000Z", **changes)

    RENEW = (
        "import json, sys; path = sys.argv[1]; c = json.load(open(path)); c['value'] = 'new=1';"
        " c['expires_at'] = '2999-01-01T00:00:00.000Z'; json.dump(c, open(path, 'w')); open(path + '.count', 'a').write('x')"
    )

    def renewals(self):
        path = self.file.name + ".count"
        if not os.path.exists(path):
            return 0
        with open(path) as file:
            text = file.read()
        os.unlink(path)
        return len(text)

    def test_renewal_before_the_end(self):
        self.renewing(self.RENEW, expires_at="2020-01-01T00:01:00.000Z")
        self.ask(self.base + "/x")
        self.assertEqual(self.sent()["Cookie"], "new=1")
        self.ask(self.base + "/x")
        self.assertEqual(self.renewals(), 1)

    def test_renewal_after_a_rejection_sends_the_body_again(self):
        import io

        class Once(dict):
            def get(this, path, default):
                return (401, {}, "{}") if len(self.server.seen) % 2 == 1 else default

        for body in [b"bytes", io.BytesIO(b"a file")]:
            self.renewing(self.RENEW, expires_at="2999-01-01T00:00:00.000Z")
            self.server.answers = Once()
            self.server.seen.clear()
            self.assertEqual(self.ask(self.base + "/x", "PUT", data=body).status_code, 200)
            self.assertEqual(self.sent()["Cookie"], "new=1")
            self.assertEqual(len(self.server.seen), 2)
            self.assertEqual(self.server.seen[0][2]["Content-Length"], self.sent()["Content-Length"])
            self.assertEqual(self.renewals(), 1)

    def test_a_stream_cannot_be_sent_again(self):
        self.renewing(self.RENEW, expires_at="2999-01-01T00:00:00.000Z")
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        with self.assertRaisesRegex(provider.MlflowAuthError, "stream that cannot be sent again"):
            self.ask(self.base + "/x", "POST", data=(part for part in [b"a"]), headers={"content-length": "0"})
        self.renewals()

    def test_renewal_is_tried_once_for_a_rejection(self):
        self.renewing(self.RENEW, expires_at="2999-01-01T00:00:00.000Z")
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        with self.assertRaisesRegex(provider.MlflowAuthError, "was rejected"):
            self.ask(self.base + "/x")
        self.assertEqual((len(self.server.seen), self.renewals()), (2, 1))

    def test_renewal_that_fails_says_why(self):
        self.renewing("import sys; sys.exit('Tried: log in')", expires_at="2020-01-01T00:01:00.000Z")
        with self.assertRaisesRegex(provider.MlflowAuthError, "could not be renewed:\\nTried: log in"):
            self.ask(self.base + "/x")

    def test_redirect_elsewhere_is_an_error_and_carries_nothing(self):
        for method, value in [("cookie", "a=b"), ("token", "ey.ey.sig")]:
            self.write(method=method, value=value)
            self.server.answers["/clusters/c1/mlflow/x"] = (302, {"location": self.other.address + "/x"}, "")
            with self.assertRaisesRegex(provider.MlflowAuthError, "redirects to " + self.other.address):
                self.ask(self.base + "/x")
        self.assertEqual(self.other.seen, [])

    def test_redirect_to_the_login_is_an_error(self):
        self.server.answers["/clusters/c1/mlflow/x"] = (302, {"location": "/dex/auth?client_id=x&state=y"}, "")
        with self.assertRaisesRegex(provider.MlflowAuthError, "session cookie for .* was rejected .*Log in again"):
            self.ask(self.base + "/x", "PUT", data=b"artifact")

    def test_rejections_are_errors(self):
        html = {"content-type": "text/html; charset=utf-8"}
        for answer in [
            (401, {}, "{}"),
            (401, {"content-type": "text/plain"}, "Unauthorized"),
            (401, {}, '{"error": {"code": "UNAUTHENTICATED", "message": "expired"}}'),
            (403, {"content-type": "text/plain"}, "Forbidden\n"),
            (403, html, "<title>Sign In</title>"),
        ]:
            self.server.answers["/clusters/c1/mlflow/x"] = answer
            for method in ["GET", "POST", "PUT"]:
                with self.assertRaisesRegex(provider.MlflowAuthError, "Log in again"):
                    self.ask(self.base + "/x", method)

    def test_expiry_is_told_as_that(self):
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        self.write(expires_at="2020-01-01T00:00:00.000Z")
        with self.assertRaisesRegex(provider.MlflowAuthError, "expired at 2020-01-01T00:00:00.000Z"):
            self.ask(self.base + "/x")

    def test_answers_of_mlflow_pass(self):
        denied = '{"error": {"code": "PERMISSION_DENIED", "message": "no"}}'
        for answer in [(403, {}, denied), (404, {}, "{}"), (500, {}, "{}"), (200, {"content-type": "text/html"}, "<p>")]:
            self.server.answers["/clusters/c1/mlflow/x"] = answer
            response = self.ask(self.base + "/x")
            self.assertEqual((response.status_code, response.text), (answer[0], answer[2]))

    def test_missing_file_says_what_to_do(self):
        os.environ[provider.FILE_VARIABLE] = "/no/such/file"
        with self.assertRaisesRegex(provider.MlflowAuthError, "cannot be read .*Log in again"):
            self.ask(self.base + "/x")
        del os.environ[provider.FILE_VARIABLE]
        with self.assertRaisesRegex(provider.MlflowAuthError, "is not set"):
            self.ask(self.base + "/x")

    def test_no_error_shows_the_credential(self):
        for answer in [(401, {}, "{}"), (302, {"location": "/login?client_id=1"}, ""), (302, {"location": "http://x.test/"}, "")]:
            self.server.answers["/clusters/c1/mlflow/x"] = answer
            with self.assertRaises(provider.MlflowAuthError) as caught:
                self.ask(self.base + "/x")
            self.assertNotIn("a|1=", str(caught.exception))

    def test_python_3_8_can_read_it(self):
        import ast

        with open(provider.__file__, encoding="utf-8") as file:
            ast.parse(file.read(), feature_version=(3, 8))


class DiscoveryTest(unittest.TestCase):
    def test_mlflow_finds_it_by_itself(self):
        from mlflow.tracking.request_auth.registry import fetch_auth

        auth = fetch_auth("mlflow-auth")
        self.assertEqual(auth.__name__, "authorize")
        self.assertIn("mlflow-auth-python", sys.modules[auth.__module__].__file__)

    def test_it_is_no_requirement_of_a_model(self):
        from importlib.metadata import packages_distributions

        self.assertNotIn("mlflow_auth_provider", packages_distributions())


if __name__ == "__main__":
    unittest.main()
