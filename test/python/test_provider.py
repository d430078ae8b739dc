"""The request auth provider under the real `requests` and the real MLflow registry, against servers on loopback."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

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

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, dir=folder.name)
        self.file.close()
        os.environ[provider.FILE_VARIABLE] = self.file.name
        self.addCleanup(os.environ.pop, provider.FILE_VARIABLE, None)
        self.write()

    def write(self, **changes):
        credential = {"tracking_uri": self.base, "method": "cookie", "value": "_oauth2_proxy_0=a|1=; _oauth2_proxy_1=b"}
        with open(self.file.name, "w") as file:
            json.dump({**credential, **changes}, file)

    def read(self):
        with open(self.file.name) as file:
            return json.load(file)

    def change(self, **changes):
        self.write(**{**self.read(), **changes})

    def failure(self, url):
        with self.assertRaises(provider.MlflowAuthError) as caught:
            self.ask(url)
        return str(caught.exception)

    def ask(self, url, method="GET", **options):
        return requests.request(method, url, auth=provider.authorize, timeout=10, **options)

    def sent(self, server=None):
        return (server or self.server).seen[-1][2]

    def test_cookie_and_accept(self):
        self.ask(self.base + "/api/2.0/x", headers={"Authorization": "Bearer stale"})
        self.assertEqual(self.sent()["Cookie"], "_oauth2_proxy_0=a|1=; _oauth2_proxy_1=b")
        self.assertEqual(self.sent()["Accept"], "application/json, */*")
        self.assertNotIn("Authorization", self.sent())

    def workspace_sent(self, sdk=None, variable=None, **options):
        """The workspace of one request by an SDK that supports workspaces, or none, with the variable as given."""
        environment = {} if variable is None else {"MLFLOW_WORKSPACE": variable}
        with mock.patch.dict(sys.modules, {"mlflow.environment_variables": sdk}), mock.patch.dict(os.environ, environment):
            if variable is None:
                os.environ.pop("MLFLOW_WORKSPACE", None)
            self.ask(self.base + "/x", **options)
        return self.sent().get("X-MLFLOW-WORKSPACE")

    def test_old_sdks_name_the_workspace(self):
        for method, sdk in [("token", None), ("cookie", mock.Mock(spec=["MLFLOW_TRACKING_URI"]))]:
            self.write(method=method, value="ey.ey.sig")
            self.assertIsNone(self.workspace_sent(sdk))
            self.assertEqual(self.workspace_sent(sdk, " team-b "), "team-b")
            self.write(method=method, value="ey.ey.sig", workspace="team-a")
            for variable, expected in [(None, "team-a"), ("team-b", "team-b"), ("", None), (" ", None)]:
                self.assertEqual(self.workspace_sent(sdk, variable), expected, variable)

    def test_a_workspace_that_a_request_names_wins(self):
        self.write(workspace="team-a")
        for name in ("X-MLFLOW-WORKSPACE", "x-mlflow-workspace"):
            self.ask(self.base + "/x", headers={name: "mine"})
            self.assertEqual({key.lower(): value for key, value in self.sent().items()}["x-mlflow-workspace"], "mine")
            self.workspace_sent(None, "team-b", headers={name: "mine"})
            self.assertEqual({key.lower(): value for key, value in self.sent().items()}["x-mlflow-workspace"], "mine")

    def test_sdks_that_know_workspaces_name_them_themselves(self):
        self.write(workspace="team-a")
        for variable in (None, "team-b"):
            self.assertIsNone(self.workspace_sent(mock.Mock(spec=["MLFLOW_WORKSPACE"]), variable))

    def test_the_workspace_goes_to_the_tracking_server_alone(self):
        self.write(workspace="team-a")
        with mock.patch.dict(sys.modules, {"mlflow.environment_variables": None}):
            self.ask(self.other.address + "/x")
        self.assertNotIn("X-MLFLOW-WORKSPACE", self.sent(self.other))

    def test_a_workspace_that_no_header_can_carry_is_an_error(self):
        for variable in ("a\nb", "a\r\nX-Other: 1", "a\tb", "a\x7f", "\u0142", "a\x1b"):
            with self.assertRaisesRegex(provider.MlflowAuthError, "invalid MLFLOW_WORKSPACE"):
                self.workspace_sent(None, variable)

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

    def test_a_token_in_a_file_of_its_own_is_read_for_each_request(self):
        path = os.path.join(os.path.dirname(self.file.name), "projected")
        self.write(method="token", value="a.b.first", value_file=path)
        for token in ("a.b.first", "a.b.second"):
            with open(path, "w") as file:
                file.write(token + "\n")
            self.ask(self.base + "/x")
            self.assertEqual(self.sent()["Authorization"], "Bearer " + token)
        for text in ("", "two\nlines"):
            with open(path, "w") as file:
                file.write(text)
            self.assertRegex(self.failure(self.base + "/x"), "contains no token")
        os.remove(path)
        self.assertRegex(self.failure(self.base + "/x"), "cannot be read")

    def test_a_file_that_is_being_written_is_waited_for(self):
        path = os.path.join(os.path.dirname(self.file.name), "projected")
        self.write(method="token", value="a.b.first", value_file=path)
        open(path, "w").close()

        def write():
            with open(path, "w") as file:
                file.write("a.b.second")

        later = threading.Timer(0.3, write)
        later.start()
        self.ask(self.base + "/x")
        later.join()
        self.assertEqual(self.sent()["Authorization"], "Bearer a.b.second")

    def test_a_rejected_token_that_is_still_in_its_file_is_not_sent_again(self):
        path = os.path.join(os.path.dirname(self.file.name), "projected")
        self.write(method="token", value="a.b.old", value_file=path)
        with open(path, "w") as file:
            file.write("a.b.old")
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        self.assertRegex(self.failure(self.base + "/x"), "was rejected")
        self.assertEqual(len(self.server.seen), 1)

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
        """A credential that the script renews; its file and the arguments of the module are those of the script."""
        command = [sys.executable, "-c", script, self.file.name]
        self.write(renew=command, **changes)

    RENEW = (
        "import json, sys; path = sys.argv[1]; c = json.load(open(path)); c['value'] = 'new=%d' % len(c['value']);"
        " c['received_at_uptime'] = 1e6; json.dump(c, open(path, 'w')); open(path + '.count', 'a').write('x')"
    )

    NEW = "new=%d" % len("_oauth2_proxy_0=a|1=; _oauth2_proxy_1=b")

    def clock(self, boot="boot", uptime=1e6):
        """Sets the clock since boot, by which credentials of another boot have no known age."""
        patch = mock.patch.object(provider, "this_uptime", return_value=(boot, uptime))
        patch.start()
        self.addCleanup(patch.stop)

    def aged(self, age, **changes):
        """Fields of a credential that lives a minute, is due after half of it, and is so many seconds old."""
        self.clock()
        return {"life": 60, "renew_after": 30, "received_at_uptime": 1e6 - age, "boot_id": "boot", **changes}

    def renewals(self):
        path = self.file.name + ".count"
        if not os.path.exists(path):
            return 0
        with open(path) as file:
            text = file.read()
        os.unlink(path)
        return len(text)

    def test_renewal_before_the_end(self):
        self.renewing(self.RENEW, **self.aged(31))
        self.ask(self.base + "/x")
        self.assertEqual(self.sent()["Cookie"], self.NEW)
        self.ask(self.base + "/x")
        self.assertEqual(self.renewals(), 1)

    def test_wall_clock_renews_nothing_and_keeps_nothing_from_it(self):
        for expires_at in ["2020-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"]:
            for age, expected in [(0, 0), (29, 0), (30, 1), (59, 1), (1e5, 1)]:
                with self.subTest(expires_at=expires_at, age=age):
                    self.renewing(self.RENEW, expires_at=expires_at, **self.aged(age))
                    self.ask(self.base + "/x")
                    self.assertEqual(self.renewals(), expected)

    def test_without_a_common_clock_the_age_counts_from_first_sight(self):
        for index, (boot, uptime, received) in enumerate([("other", 1e6, 1), (None, 0, 1), ("boot", 5, 6), ("boot", 1e6, None)]):
            with self.subTest(boot=boot, uptime=uptime, received=received):
                fields = self.aged(0, received_at_uptime=received, value="first=%d" % index)
                self.clock(boot, uptime)
                self.renewing(self.RENEW, **fields)
                start = time.monotonic()
                for later, expected in [(0, 0), (29, 0), (31, 1)]:
                    with mock.patch.object(provider.time, "monotonic", return_value=start + later):
                        self.ask(self.base + "/x")
                    self.assertEqual(self.renewals(), expected, later)

    def test_command_hears_why_it_is_called(self):
        tells = "import sys; sys.exit(' '.join(sys.argv[-2:]))"
        self.renewing(tells, **self.aged(60))
        with self.assertRaisesRegex(provider.MlflowAuthError, "renewed: --reason due"):
            self.ask(self.base + "/x")
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        self.renewing(tells, **self.aged(0))
        with self.assertRaisesRegex(provider.MlflowAuthError, "renewed: --reason rejected"):
            self.ask(self.base + "/x")

    def test_renewal_that_fails_matters_only_after_the_end(self):
        counts = "import sys; open(sys.argv[1] + '.count', 'a').write('x'); sys.exit('no')"
        self.renewing(counts, value="a=fails", **self.aged(31))
        for _ in range(3):
            self.assertEqual(self.ask(self.base + "/x").status_code, 200)
        self.assertEqual(self.renewals(), 1)
        self.renewing(counts, value="a=fails", **self.aged(60))
        with self.assertRaisesRegex(provider.MlflowAuthError, "could not be renewed: no"):
            self.ask(self.base + "/x")
        self.renewals()

    def test_many_rejected_requests_are_one_renewal(self):
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        self.renewing(self.RENEW, value="a=many")
        errors = []

        def work():
            for _ in range(5):
                try:
                    self.ask(self.base + "/x")
                except provider.MlflowAuthError as error:
                    errors.append(str(error))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(errors), self.renewals()), (40, 1))
        for error in errors:
            self.assertRegex(error, "was rejected .*(as was the previous one|right after its renewal).*Log in again")

    def test_a_new_credential_that_another_thread_has_rejected_first_is_not_renewed(self):
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        self.renewing(self.RENEW, value="a=first")
        # As where another thread renewed, and its request has not been sent again yet.
        new = provider.renew(provider.read_credential(), "rejected")
        with self.assertRaisesRegex(provider.MlflowAuthError, "right after its renewal"):
            self.ask(self.base + "/x")
        self.assertEqual((new["value"], self.renewals()), ("new=7", 1))

    def test_renewal_after_a_rejection_sends_the_body_again(self):
        import io

        class Once(dict):
            def get(this, path, default):
                return (401, {}, "{}") if len(self.server.seen) % 2 == 1 else default

        for body in [b"bytes", io.BytesIO(b"a file")]:
            self.renewing(self.RENEW)
            self.server.answers = Once()
            self.server.seen.clear()
            self.assertEqual(self.ask(self.base + "/x", "PUT", data=body).status_code, 200)
            self.assertEqual(self.sent()["Cookie"], self.NEW)
            self.assertEqual(len(self.server.seen), 2)
            self.assertEqual(self.server.seen[0][2]["Content-Length"], self.sent()["Content-Length"])
            self.assertEqual(self.renewals(), 1)

    def test_a_stream_cannot_be_sent_again(self):
        self.renewing(self.RENEW)
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        with self.assertRaisesRegex(provider.MlflowAuthError, "stream that cannot be sent again"):
            self.ask(self.base + "/x", "POST", data=(part for part in [b"a"]), headers={"content-length": "0"})
        self.renewals()

    def test_renewal_is_tried_once_for_a_rejection(self):
        self.renewing(self.RENEW, value="a=once")
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        with self.assertRaisesRegex(provider.MlflowAuthError, "was rejected"):
            self.ask(self.base + "/x")
        self.assertEqual((len(self.server.seen), self.renewals()), (2, 1))

    def test_renewal_that_fails_says_why(self):
        self.renewing("import sys; sys.exit('Tried: log in\\nGot: 500')", **self.aged(60))
        with self.assertRaisesRegex(provider.MlflowAuthError, "could not be renewed: Tried: log in Got: 500$"):
            self.ask(self.base + "/x")

    def rejections(self):
        path = os.path.join(os.path.dirname(self.file.name), provider.REJECTED_FILE)
        return os.stat(path).st_size if os.path.exists(path) else 0

    def test_requests_that_fail_for_want_of_a_credential_are_counted_once_each(self):
        self.ask(self.base + "/x")
        self.server.answers["/clusters/c1/mlflow/missing"] = (404, {}, "{}")
        self.ask(self.base + "/missing")
        self.server.answers["/clusters/c1/mlflow/elsewhere"] = (307, {"location": "http://elsewhere.test"}, "")
        self.failure(self.base + "/elsewhere")
        self.assertEqual(self.rejections(), 0)
        self.server.answers["/clusters/c1/mlflow/rejected"] = (401, {}, "{}")
        self.failure(self.base + "/rejected")
        self.renewing(self.RENEW, value="a=rejected")
        self.failure(self.base + "/rejected")
        self.renewing("import sys; sys.exit('no')", value="a=cannot")
        self.failure(self.base + "/rejected")
        self.assertEqual(self.rejections(), 3)
        # One that is not sent at all.
        self.renewing("import sys; sys.exit('no')", **self.aged(60))
        self.failure(self.base + "/x")
        self.assertEqual(self.rejections(), 4)

    def test_rejections_that_a_renewal_mends_are_not_counted(self):
        self.renewing(self.RENEW)
        seen = []
        self.server.answers = {}
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        renew = provider.renew

        def mended(*args):
            seen.append(args)
            self.server.answers.clear()
            return renew(*args)

        with mock.patch.object(provider, "renew", mended):
            self.ask(self.base + "/x")
        self.assertEqual((len(seen), self.rejections()), (1, 0))

    def test_the_count_goes_through_no_link_and_its_failure_into_no_error(self):
        if not hasattr(os, "O_NOFOLLOW"):
            return  # Windows
        path = os.path.join(os.path.dirname(self.file.name), provider.REJECTED_FILE)
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, "{}")
        target = tempfile.NamedTemporaryFile()
        self.addCleanup(target.close)
        os.symlink(target.name, path)
        self.assertIn("was rejected", self.failure(self.base + "/x"))
        self.assertEqual(os.stat(target.name).st_size, 0)
        os.unlink(path)
        os.mkdir(path)
        self.assertIn("was rejected", self.failure(self.base + "/x"))

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

    HOSTILE = [
        "\n::stop-commands::x\n::error::y",
        "\r::add-mask::x",
        "  ::warning file=a::b",
        ":::error:::",
        "##[command]rm",
        "\x1b[2J\x1b]0;title\x07",
        "\u202egnp\u2066.exe\u2069\u200b\ufeff",
        "\u2028::error::\u2029\x85::error::\x0b\x0c",
        "\x00\x7f\x9b31m\ud800",
        "x" * 1000000,
        "::error::" * 10000,
        "\n" * 10000 + "::error::",
    ]

    def assert_line(self, text):
        self.assertTrue(text.isprintable(), ascii(text[:500]))
        self.assertNotIn("::", text)
        self.assertNotIn("##[", text)
        self.assertLess(len(text), 3100)

    def test_text_of_others_is_one_printable_line(self):
        for text in self.HOSTILE:
            quoted = json.dumps(text)
            fields = {"tracking_uri": self.base, "method": "cookie", "value": "a=b", "issued_at": "x", "expires_at": "x"}
            with self.subTest(text=ascii(text[:40])):
                for body in ['{"error": %s}' % quoted, '{"error": {"message": %s}}' % quoted, quoted, text]:
                    self.write()
                    self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, body.encode("utf-8", "replace").decode())
                    self.assert_line(self.failure(self.base + "/x"))
                del self.server.answers["/clusters/c1/mlflow/x"]
                self.renewing("import json, sys; sys.stderr.buffer.write(json.loads(sys.argv[2]).encode('utf-8', 'replace')); sys.exit(1)", **self.aged(60))
                self.change(renew=self.read()["renew"] + [json.dumps(text[:1000])])
                self.assert_line(self.failure(self.base + "/x"))
                for name in fields:
                    self.write(**{name: text})
                    try:
                        self.ask(self.base + "/x")
                    except provider.MlflowAuthError as error:
                        self.assert_line(str(error))
                if "\0" not in text and "\ud800" not in text:
                    os.environ[provider.FILE_VARIABLE] = text
                    self.assert_line(self.failure(self.base + "/x"))
                    os.environ[provider.FILE_VARIABLE] = self.file.name

    def test_redirects_are_told_in_one_printable_line(self):
        for location in [
            "http://evil.test/::error::x",
            "http://evil.test:0/\x1b[2J##[command]",
            "//evil.test\\@127.0.0.1/",
            "http://[::1/",
            "http://evil.test:99999999/",
            "http://a\u0300\u2100.test/".encode("utf-8").decode("latin-1"),
            "/::error::x",
            "javascript:alert(1)",
            "http://ci:hunter2hunter2@evil.test/",
            "http://%s.test/" % ("x" * 60),
            self.base + "/../../other",
            self.base + "/%2e%2e/other",
            self.server.address + "\\@evil.test/clusters/c1/mlflow/x",
        ]:
            for method, value in [("cookie", "a=b"), ("token", "ey.ey.sig")]:
                with self.subTest(location=location, method=method):
                    self.write(method=method, value=value)
                    self.server.answers["/clusters/c1/mlflow/x"] = (302, {"location": location}, "")
                    text = self.failure(self.base + "/x")
                    self.assert_line(text)
                    self.assertIn("correct the tracking URI", text)
                    self.assertNotIn("hunter2", text)

    def test_no_error_shows_a_credential_that_a_server_sends_back(self):
        import base64
        import html
        import urllib.parse

        secret = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjaSIsImV4cCI6MX0.c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4"
        quoted_printable = "".join("=%02x" % byte for byte in secret.encode())
        echoes = [
            secret,
            urllib.parse.quote(secret).replace(".", "%2e"),
            html.escape(secret).replace(".", "&#46;").replace("e", "&#x65;"),
            base64.b64encode(secret.encode()).decode(),
            base64.b64encode(b"x" + secret.encode()).decode(),
            secret.encode().hex(),
            secret.upper(),
            "'" + secret[5:25] + "'",
            secret[5:21].encode().hex(),
            base64.b64encode(secret[6:24].encode()).decode(),
            quoted_printable[15:45],
            "x" * 290 + " " + secret,
            " " * 2990 + secret,
        ]
        for echo in echoes:
            for answer in [
                (401, {}, json.dumps({"error": {"message": "bad token " + echo}})),
                (302, {"location": "http://evil.test/" + echo.strip()}, ""),
                (302, {"location": "http://%s.evil.test/" % echo.strip()[:50]}, ""),
                (302, {"location": "http://evil.test/?x=" + echo.strip()}, ""),
            ]:
                self.write(method="token", value=secret)
                self.server.answers["/clusters/c1/mlflow/x"] = answer
                text = self.failure(self.base + "/x").lower()
                for form in [
                    secret,
                    secret.encode().hex(),
                    base64.b64encode(secret.encode()).decode(),
                    quoted_printable,
                ]:
                    for at in range(len(form) - 11):
                        self.assertNotIn(form[at : at + 12].lower(), text)
                for at in range(len(secret) - 7):
                    self.assertNotIn(secret[at : at + 8].lower(), text)

    def test_reason_of_the_server_is_told(self):
        self.server.answers["/clusters/c1/mlflow/x"] = (401, {}, '{"error": {"message": "The token has expired."}}')
        self.assertIn("was rejected (401 The token has expired.)", self.failure(self.base + "/x"))
        self.write(tracking_uri="http://[::1]:5000")
        self.assertFalse(provider.is_below(self.base, "http://[::1]:5000"))
        self.assertIn("http://[::1]:5000", str(provider.MlflowAuthError("x for http://[::1]:5000 y")))

    def test_path_that_may_leave_the_base_gets_no_credential(self):
        for tail in [
            "/..", "/../x", "/a/../../x", "/%2e%2e/x", "/%2E./x", "/.%2e/x", "/%252e%252e/x", "/%25252e%25252e/x",
            "/%2e%2e%2fx", "/..%2fx", "%2f..%2fx", "/..%5cx", "/%5c..%5cx", "/a%2f%2e%2e%2f..%2fx", "/..;/x", "/..;a=b/x",
            "/%2e%2e;x/y", "/..%3bx/y", "/..%00/x", "/%c0%ae%c0%ae/x", "/%ff/x", "/%u002e%u002e/x", "/%25u002e%25u002e/x",
            "/..%20/x", "/.../x", "/%EF%BC%8E%EF%BC%8E/x", "/%E2%80%A5/x", "/a%0d%0ab", "/a%252525252525252e", "2/x", "%32/x",
            ";x/y", "%3bx/y", "//../x", "/./../x",
        ]:  # fmt: skip
            with self.subTest(tail=tail):
                self.assertFalse(provider.is_below(self.base + tail, self.base))
                request = requests.Request("GET", "http://x.test/").prepare()
                request.url = self.base + tail
                self.assertNotIn("Cookie", provider.authorize(request).headers)

    def test_address_that_may_be_another_host_gets_no_credential(self):
        host = self.server.address[len("http://") :]
        for url in [
            "http://evil.test\\@" + host + "/clusters/c1/mlflow/x",
            "http://" + host + "\\.evil.test/clusters/c1/mlflow/x",
            "http://" + host + "@evil.test/clusters/c1/mlflow/x",
            "http://evil.test\t@" + host + "/clusters/c1/mlflow/x",
            "http://" + host + ":1/clusters/c1/mlflow/x",
            "http://" + host + ".evil.test/clusters/c1/mlflow/x",
            "http://" + host + "999999/clusters/c1/mlflow/x",
            "http://[" + host + "/clusters/c1/mlflow/x",
            "https://" + host + "/clusters/c1/mlflow/x",
            "//" + host + "/clusters/c1/mlflow/x",
            "http:///clusters/c1/mlflow/x",
            "http://" + host + "//clusters/c1/mlflow/x",
            "http://" + host + "/clusters%2fc1/mlflow/x",
            "http://" + host + "/clusters/c1/MLFLOW/x",
            "",
        ]:
            self.assertFalse(provider.is_below(url, self.base), url)

    def test_usual_paths_get_the_credential(self):
        for tail in [
            "", "/", "?a=../../..", "#/../..", "/ajax-api/2.0/x?y=%2e%2e", "/a%20b", "/a;b.txt", "/a%3Bb.txt", "/v1.2..3/x", "/..a/x",
            "/a../x", "/.hidden", "/./x", "//x", "/gr%C3%B6%C3%9Fer", "/100%25", "/a%2Fb", "/a%5Cb", "/%25", "/a+b", "/%E2%80%A6x",
        ]:  # fmt: skip
            self.assertTrue(provider.is_below(self.base + tail, self.base), tail)
        self.assertTrue(provider.is_below("http://h/x/../y"[:9], "http://h"))
        self.assertTrue(provider.is_below("https://h:443/a/c%201/x", "https://H/a/c%201"))

    def test_malformed_file_says_what_to_do(self):
        good = {"tracking_uri": self.base, "method": "cookie", "value": "a=b"}
        wrong = [None, 1, 1.5, True, [], {}, [1], {"a": 1}, "", "\n", "a\r\nb: c", " a", "\u0130", "\ud800", "\0"]
        texts = ["", "[]", "{}", "null", "1", '"x"', "true", "[" * 100000, '{"a":' * 100000, "{" + " " * 2000000 + "}"]
        texts += [json.dumps({name: good[name] for name in good if name != left_out}) for left_out in good]
        texts += [json.dumps({**good, name: value}) for name in good for value in wrong]
        texts += [json.dumps({**good, "expires_at": value}) for value in wrong[1:]]
        for time_ in ["10000-01-01T00:00:00Z", "+010000-01-01T00:00:00.000Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "x"]:
            texts.append(json.dumps({**good, "expires_at": time_}))
        for name in ["life", "renew_after", "received_at_uptime"]:
            texts += [json.dumps({**good, name: value}) for value in ["1", True, [], {}, -1, float("nan"), float("inf")]]
            texts.append(json.dumps(good)[:-1] + ', "%s": %s}' % (name, "9" * 100000))
        texts += [json.dumps({**good, "boot_id": value}) for value in [1, [], {}, True]]
        texts += [json.dumps({**good, "workspace": value}) for value in wrong[1:]]
        texts += [json.dumps({**good, "renew": value}) for value in [1, "x", {}, True, [1], ["a", None], ["a\0"]]]
        texts += [json.dumps({**good, "known": value}) for value in [1, "x", {}, True, [1], [None], [[]]]]
        for uri in ["http://", "ftp://h/x", "h/x", "http://h:x/", "http://h:99999/", "http://[::1/", "http://h:0/x", "//h/x"]:
            texts.append(json.dumps({**good, "tracking_uri": uri}))
        for text in texts:
            with self.subTest(text=text[:100]):
                with open(self.file.name, "w", encoding="utf-8", errors="surrogatepass") as file:
                    file.write(text)
                failure = self.failure(self.base + "/x")
                self.assert_line(failure)
                self.assertRegex(failure, "the credential file .* cannot be read .*Log in again")
        for data in [b"\xff\xfe", b'{"value": "\xff"}', b"\x00" * 100]:
            with open(self.file.name, "wb") as file:
                file.write(data)
            self.assertRegex(self.failure(self.base + "/x"), "cannot be read .*Log in again")

    def test_answers_that_cannot_be_read_are_rejections_like_others(self):
        for body in ["[" * 100000, '{"error":' * 5000 + "1" + "}" * 5000, "{", '{"error": [1]}', '{"error": {"message": {}}}', "[1]", "null"]:
            for headers in [{}, {"content-type": "application/json; charset=none"}, {"content-type": ""}]:
                self.server.answers["/clusters/c1/mlflow/x"] = (401, headers, body)
                self.assertRegex(self.failure(self.base + "/x"), r"was rejected \(401\).*Log in again")

    def test_token_is_kept_from_others_however_it_is_written(self):
        self.write(method="token", value="ey.ey.sig")
        for header in ["bearer ey.ey.sig", "BEARER  ey.ey.sig ", b"Bearer ey.ey.sig"]:
            request = requests.Request("GET", self.other.address + "/x").prepare()
            request.headers["Authorization"] = header
            self.assertNotIn("Authorization", provider.authorize(request).headers, header)
        request.headers["Authorization"] = "Bearer \ud800"
        provider.authorize(request)

    @unittest.skipUnless(hasattr(os, "fork"), "this system has no fork")
    def test_fork_while_another_thread_renews_does_not_wait_for_ever(self):
        self.renewing("import sys; sys.exit('no')", **self.aged(60))
        held, release = threading.Event(), threading.Event()

        def hold():
            with provider._lock:
                held.set()
                release.wait(60)

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait()
        child = os.fork()
        if child == 0:
            try:
                provider.authorize(requests.Request("GET", self.base + "/x").prepare())
            except provider.MlflowAuthError:
                os._exit(7)
            os._exit(8)
        for _ in range(600):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            time.sleep(0.1)
        else:
            os.kill(child, 9)
            os.waitpid(child, 0)
            status = None
        release.set()
        thread.join()
        self.assertEqual(status, 7 << 8)

    def test_error_stays_the_same_between_processes(self):
        import pickle

        error = provider.MlflowAuthError("the text")
        self.assertEqual(str(pickle.loads(pickle.dumps(error))), "mlflow-auth: the text")

    def test_import_needs_nothing_of_the_system(self):
        script = "import os; del os.register_at_fork; import builtins; builtins.open = None; import mlflow_auth_provider"
        if hasattr(os, "register_at_fork"):
            self.assertEqual(subprocess.run([sys.executable, "-c", script]).returncode, 0)

    def test_python_3_8_can_read_it(self):
        import ast

        ast.parse(provider.__loader__.get_source(provider.__name__), feature_version=(3, 8))


class DiscoveryTest(unittest.TestCase):
    def test_mlflow_finds_it_by_itself(self):
        from mlflow.tracking.request_auth.registry import fetch_auth

        auth = fetch_auth("mlflow-auth")
        self.assertEqual(auth.__name__, "authorize")
        self.assertIn("mlflow-auth-python", sys.modules[auth.__module__].__file__)

    def test_it_is_no_requirement_of_a_model(self):
        from importlib_metadata import packages_distributions  # by which MLflow finds them

        self.assertNotIn("mlflow_auth_provider", packages_distributions())


if __name__ == "__main__":
    unittest.main()
