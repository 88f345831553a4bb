"""Sends requests that the schema of each operation of /openapi.json allows, and others, as each kind of caller.

No answer is a 5xx, and none has a status, header, type or body that the document does not speak of. Everything that is
promised to fail fails. `TEST_SCHEMA_EXAMPLES` sets how much is tried.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema_rs
import requests
from instance import Instance
from world import CALLERS, World

HERE = pathlib.Path(__file__).parent
ISSUER = os.environ["TEST_ISSUER"]
# How many requests are generated for each operation and caller, beside the fixed ones.
EXAMPLES = os.environ.get("TEST_SCHEMA_EXAMPLES", "5")
# Together these callers reach every operation: they also test each boundary of each schema, which takes longest.
THOROUGHLY = {"project", "administrator"} if int(EXAMPLES) < 50 else set(CALLERS)
# Operations that never succeed with such a request: a WebSocket.
NEVER_WELL = {"follow_sync"}


def document():
    answer = requests.get(f"{ISSUER}/openapi.json", timeout=30)
    answer.raise_for_status()
    return answer.json()


def operations(spec):
    """Each operation as (name, operation), in the order of the document."""
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def credential(caller):
    """The credentials of a caller, and how schemathesis receives them."""
    if caller.token:
        return caller.token, f'\n[auth.openapi.token]\nbearer = "{caller.token}"\n'
    if caller.cookie:
        name, value = caller.cookie.split("=", 1)
        assert name == "usher", caller.cookie
        return value, f'\n[auth.openapi.session]\napi_key = "{value}"\n'
    return "", ""


class Conformance(unittest.TestCase):
    """Requests of each kind of caller."""

    answers = collections.defaultdict(collections.Counter)

    def run_as(self, kind):
        instance = Instance(ISSUER, os.environ["TEST_BOSS"], os.environ["TEST_BOSS_PASSWORD"])
        world = World(instance, kind)
        caller = world.caller()
        own, how = credential(caller)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "world.json").write_text(json.dumps(world.known()))
            (folder / "schemathesis.toml").write_text((HERE / "schemathesis.toml").read_text() + how)
            environment = {
                **os.environ,
                "TEST_CALLER": kind,
                "TEST_CREDENTIAL": own,
                "TEST_WORLD": str(folder / "world.json"),
                "TEST_ANSWERS": str(folder / "answers.json"),
                "PYTHONPATH": str(HERE),
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
            command += ["run", f"{ISSUER}/openapi.json", "--max-examples", EXAMPLES]
            command += [] if kind in THOROUGHLY else ["--phases", "examples,fuzzing"]
            done = subprocess.run(
                command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
            if (folder / "answers.json").exists():
                for operation, statuses in json.loads((folder / "answers.json").read_text()).items():
                    self.answers[operation].update({int(status): count for status, count in statuses.items()})
        if done.returncode:
            print(done.stdout, flush=True)
            self.fail(f"{kind}: see the report above")
        if kind != "nobody":
            # No request may have ended the credentials of the run.
            caller.get("projects")

    def test_nobody(self):
        self.run_as("nobody")

    def test_a_project_by_its_token(self):
        self.run_as("project")

    def test_a_machine(self):
        self.run_as("machine")

    def test_a_person_by_token(self):
        self.run_as("person")

    def test_an_administrator_by_token(self):
        self.run_as("administrator")

    def test_an_administrator_by_cookie(self):
        self.run_as("browser")

    def test_z_every_operation_was_answered_well_by_somebody(self):
        """Every operation must have succeeded at least once: otherwise all responses may have been documented errors."""
        for name, operation in operations(document()):
            identifier = operation["operationId"]
            if identifier in NEVER_WELL:
                continue
            with self.subTest(name):
                seen = self.answers[identifier]
                self.assertTrue(any(200 <= status < 300 for status in seen), f"{identifier}: {dict(seen)}")


class Examples(unittest.TestCase):
    """The examples of the document match their schemas."""

    def test_every_example_is_valid_and_none_is_missing(self):
        spec = document()
        for name, operation in operations(spec):
            contents = [("request", operation.get("requestBody", {}).get("content", {}))]
            well = [(status, answer) for status, answer in operation["responses"].items() if status.startswith("2")]
            contents += [(status, answer.get("content", {})) for status, answer in well]
            for part, content in contents:
                for kind, shown in content.items():
                    with self.subTest(f"{name}: {part} {kind}"):
                        self.assertIn("example", shown)
                        root = {**shown["schema"], "components": spec["components"]}
                        jsonschema_rs.Draft202012Validator(root).validate(shown["example"])

    def test_every_example_of_a_parameter_is_valid(self):
        spec = document()
        for name, operation in operations(spec):
            for parameter in operation.get("parameters", []):
                with self.subTest(f"{name}: {parameter['name']}"):
                    if parameter["in"] == "path":
                        self.assertIn("example", parameter)
                    if "example" in parameter:
                        jsonschema_rs.Draft202012Validator(parameter["schema"]).validate(parameter["example"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
