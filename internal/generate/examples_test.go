package main

import (
	"strings"
	"testing"
)

// castai returns the package as it is.
func castai(t *testing.T) ownPackage {
	t.Helper()
	s, err := loadSchema()
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := s.bind("", nil)
	if err != nil {
		t.Fatal(err)
	}
	return ownPackage{pkg}
}

func TestExampleInEveryLanguage(t *testing.T) {
	x, err := convertExample(`# A job and an order.
name: example
runtime: yaml
config:
  clusterId: {type: string}
variables:
  nightly:
    fn::invoke: {function: "castai:getRebalancingSchedule", arguments: {name: nightly}}
resources:
  job:
    type: castai:RebalancingJob
    properties: {clusterId: "${clusterId}", rebalancingScheduleId: "${nightly.id}"}
  order:
    type: castai:WorkloadScalingPolicyOrder
    properties: {clusterId: "${clusterId}", policyIds: ["${job.id}"]}
outputs:
  schedule: ${nightly.schedules[0].cron}
`, castai(t))
	if err != nil {
		t.Fatal(err)
	}
	if x.about != "A job and an order." {
		t.Errorf("it shows %q", x.about)
	}
	for language, parts := range map[string][]string{
		"typescript": {`from "@castai/pulumi"`, "castai.getRebalancingSchedule({", "nightly.then(nightly => nightly.id)", "policyIds: [job.id]"},
		"python":     {"import pulumi_castai as castai", "castai.get_rebalancing_schedule(name=", "policy_ids=[job.id]"},
		"csharp":     {"using CastAI = Pulumi.CastAI;", "CastAI.GetRebalancingSchedule.Invoke(new()", "job.Id,"},
		"go":         {"castai.LookupRebalancingSchedule(ctx, &castai.LookupRebalancingScheduleArgs{", "job.ID()"},
		"java": {
			"import com.castai.castai.CastaiFunctions;", "import com.castai.castai.inputs.GetRebalancingScheduleArgs;",
			"getRebalancingSchedule(GetRebalancingScheduleArgs.builder()",
			".rebalancingScheduleId(nightly.applyValue(", ".policyIds(Output.all(job.id()))", ".schedules().get(0).cron()",
		},
		"yaml": {"name: example\nruntime: yaml\n", "castai:WorkloadScalingPolicyOrder"},
	} {
		for _, part := range parts {
			if !strings.Contains(x.code[language], part) {
				t.Errorf("the %s does not hold %q:\n%s", language, part, x.code[language])
			}
		}
	}
	all := x.inAllLanguages()
	for _, l := range languages {
		if x.code[l.name] == "" || !strings.Contains(all, "\n```"+l.name+"\n"+x.code[l.name]+"```\n") {
			t.Errorf("the schema does not show it in %s", l.title)
		}
	}
}

func TestTextsOfSeveralLines(t *testing.T) {
	x, err := convertExample(`# Reservations.
name: example
runtime: yaml
resources:
  all:
    type: castai:Reservations
    properties:
      reservationsCsv: |
        name,provider
        "web \ shop",aws
`, castai(t))
	if err != nil {
		t.Fatal(err)
	}
	const want = `.reservationsCsv("name,provider\n\"web \\ shop\",aws\n")`
	if java := x.code["java"]; !strings.Contains(java, want) {
		t.Errorf("the Java does not hold %s:\n%s", want, java)
	}
}

func TestWrongExamplesAreRefused(t *testing.T) {
	const head = "# What it shows.\nname: example\nruntime: yaml\n"
	pkg := castai(t)
	for problem, text := range map[string]string{
		"first line":     "name: example\nruntime: yaml\n",
		"castai alone":   head + "resources:\n  bucket:\n    type: aws:s3:Bucket\n",
		"NoSuchKind":     head + "resources:\n  x:\n    type: castai:NoSuchKind\n",
		"noSuchInput":    head + "resources:\n  x:\n    type: castai:ServiceAccount\n    properties: {organizationId: o, noSuchInput: 1}\n",
		"nobody":         head + "outputs:\n  x: ${nobody.id}\n",
		"organizationId": head + "resources:\n  x:\n    type: castai:ServiceAccount\n    properties: {name: n}\n",
	} {
		if _, err := convertExample(text, pkg); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: got %v", problem, err)
		}
	}
}
