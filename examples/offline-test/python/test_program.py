"""castai-emulator exec --scenario ../scenario.yaml -- python -m unittest"""
import json
import os
import tempfile
import unittest
import urllib.request

from pulumi import automation

from program import program

CLUSTER = "33333333-3333-4333-8333-333333333333"  # in the scenario
EMULATOR = os.environ["CASTAI_EMULATOR_URL"] + "/_emulator"


def requests(operation):
    """What reached the API: an object for each request."""
    with urllib.request.urlopen(EMULATOR + "/requests") as answer:
        return [r for r in json.load(answer)["requests"] if r.get("operation") == operation]


def fail(**fault):
    urllib.request.urlopen(EMULATOR + "/faults", json.dumps(fault).encode()).close()


class TestProgram(unittest.TestCase):
    def test_template(self):
        with tempfile.TemporaryDirectory() as state:
            stack = automation.create_stack(
                project_name="batch", stack_name="test", program=lambda: program(CLUSTER),
                opts=automation.LocalWorkspaceOptions(env_vars={
                    "PULUMI_BACKEND_URL": "file://" + state, "PULUMI_CONFIG_PASSPHRASE": "test"}))

            # A template is made, though the API fails at first.
            fail(operation="NodeTemplatesAPICreateNodeTemplate", status=503, retryAfter=0)
            outputs = stack.up().outputs
            self.assertEqual(outputs["template"].value, "batch")
            made = requests("NodeTemplatesAPICreateNodeTemplate")
            self.assertEqual([r["status"] for r in made], [503, 200])
            self.assertEqual(made[1]["body"]["configurationId"], outputs["configurationId"].value)
            self.assertEqual(made[1]["body"]["constraints"], {"spot": True, "minCpu": 8})

            # Once more changes nothing.
            changes = stack.preview(refresh=True).change_summary
            self.assertEqual([str(getattr(op, "value", op)) for op in changes], ["same"])


if __name__ == "__main__":
    unittest.main()
