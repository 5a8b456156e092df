// Run by "npm test", against an emulator that begins with ../scenario.yaml.
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, test } from "node:test";
import * as automation from "@pulumi/pulumi/automation";
import { program } from "./program";

const cluster = "33333333-3333-4333-8333-333333333333"; // in the scenario
const emulator = process.env.CASTAI_EMULATOR_URL + "/_emulator";

let dir: string;
let stack: automation.Stack;

before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "offline-test-"));
    stack = await automation.LocalWorkspace.createStack(
        { projectName: "batch", stackName: "test", program: () => program(cluster) },
        { envVars: { PULUMI_BACKEND_URL: "file://" + dir, PULUMI_CONFIG_PASSPHRASE: "test" } },
    );
});
after(() => fs.rmSync(dir, { recursive: true }));

// What reached the API: an object for each request.
async function requests(operation: string) {
    const answer = await (await fetch(emulator + "/requests")).json() as { requests: any[] };
    return answer.requests.filter(r => r.operation === operation);
}

test("a template is made, though the API fails at first", async () => {
    await fetch(emulator + "/faults", {
        method: "POST",
        body: JSON.stringify({ operation: "NodeTemplatesAPICreateNodeTemplate", status: 503, retryAfter: 0 }),
    });
    const { outputs } = await stack.up();
    assert.equal(outputs.template.value, "batch");

    const made = await requests("NodeTemplatesAPICreateNodeTemplate");
    assert.deepEqual(made.map(r => r.status), [503, 200]);
    assert.equal(made[1].body.configurationId, outputs.configurationId.value);
    assert.deepEqual(made[1].body.constraints, { spot: true, minCpu: 8 });
});

test("once more changes nothing", async () => {
    const { changeSummary } = await stack.preview({ refresh: true });
    assert.deepEqual(Object.keys(changeSummary), ["same"]);
});
