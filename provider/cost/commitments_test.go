package cost_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const (
	azureImport = commitments + "/import/azure/reservation"
	gcpImport   = commitments + "/import/gcp/cud"
	portal      = "Name,Reservation Id,Status,Expiration date,Purchase date,Term,Type,Product name,Region,Quantity"
	webRow      = "web,AAAA-1,Succeeded,2050-01-01T00:00:00Z,2023-01-11T00:00:00Z,P3Y,VirtualMachines,Standard_D4s_v5,eastus,3"
	batchRow    = "batch,aaaa-2,Succeeded,2050-01-01T00:00:00Z,2023-01-11T00:00:00Z,P1Y,VirtualMachines,Standard_D8s_v5,westeurope,2"
	foreignRow  = "foreign,aaaa-9,Succeeded,2050-01-01T00:00:00Z,2023-01-11T00:00:00Z,P1Y,VirtualMachines,Standard_D8s_v5,westeurope,2"
	cudWeb      = `{"id": "42", "name": "web", "region": "https://www.googleapis.com/compute/v1/projects/p/regions/us-east4", "status": "ACTIVE",
  "plan": "TWELVE_MONTH", "type": "GENERAL_PURPOSE_N2", "startTimestamp": "2024-01-01T00:00:00.000-07:00", "autoRenew": true, "labels": {"a": 1},
  "endTimestamp": "2025-01-01T00:00:00.000-07:00", "resources": [{"type": "VCPU", "amount": "100"}, {"type": "MEMORY", "amount": "20480"}]}`
	cudForeign = `{"id": "43", "name": "foreign", "region": "us-east4", "plan": "TWELVE_MONTH"}`
)

func azureFile(rows ...string) props {
	return props{"azureReservationsCsv": lines(append([]string{portal}, rows...)...)}
}

func gcpFile(cuds ...string) props {
	return props{"gcpCudsJson": "[" + strings.Join(cuds, ",\n") + "]"}
}

// imported is what others have imported.
func (f *fixture) imported(path string, items ...any) {
	f.T.Helper()
	f.Call(http.MethodPost, path+"?behaviour=OVERWRITE", items)
}

func foreignAzure() props {
	return props{"name": "foreign", "reservationId": "aaaa-9", "term": "P1Y", "productName": "Standard_D8s_v5", "region": "westeurope", "quantity": 2}
}

// found is a commitment of the service by its name, with the clusters it is for.
func (f *fixture) found(name string) props {
	f.T.Helper()
	for _, c := range f.Call(http.MethodGet, commitments, nil)["commitments"].([]any) {
		c := c.(props)
		if c["name"] != name {
			continue
		}
		clusters := list()
		for _, a := range f.Call(http.MethodGet, commitments+"/"+c["id"].(string)+"/assignments", nil)["assignments"].([]any) {
			clusters = append(clusters, a.(props)["clusterId"])
		}
		c["clusters"] = clusters
		return c
	}
	return nil
}

func (f *fixture) set(name string, settings props, clusters ...any) {
	f.T.Helper()
	path := commitments + "/" + f.found(name)["id"].(string)
	f.Call(http.MethodPut, path, settings)
	f.Call(http.MethodPut, path+"/assignments", append([]any{}, clusters...))
}

func (f *fixture) wantUse(name string, want props, clusters ...any) {
	f.T.Helper()
	c := f.found(name)
	for member, value := range want {
		same(f.T, name+" "+member, c[member], value)
	}
	same(f.T, "the clusters of "+name, c["clusters"], append([]any{}, clusters...))
}

func TestCommitmentsOfAzure(t *testing.T) {
	f := setup(t)
	r := f.Resource("Commitments", "azure")
	f.up(r, "create", azureFile(webRow, batchRow))
	same(t, "the ID", r.ID, org+":azure")
	same(t, "the writes", f.Writes(), list("POST "+azureImport))
	same(t, "the mode", f.Emulator.Requests()[slices.Index(f.Calls(), "POST "+azureImport)].Query, "behaviour=APPEND")
	item := f.body("POST", azureImport).([]any)[0]
	same(t, "an item", item, props{"name": "web", "reservationId": "AAAA-1", "status": "Succeeded", "term": "P3Y", "type": "VirtualMachines",
		"expirationDate": "2050-01-01T00:00:00Z", "purchaseDate": "2023-01-11T00:00:00Z", "productName": "Standard_D4s_v5", "region": "eastus", "quantity": 3})
	same(t, "an output", r.Output("azureReservations").([]any)[0], props{
		"id": f.found("web")["id"], "name": "web", "region": "eastus", "startTimestamp": "2023-01-11T00:00:00Z", "endTimestamp": "2050-01-01T00:00:00Z",
		"allowedUsage": 1, "prioritization": false, "autoAssignment": true, "status": "Active", "scalingStrategy": "Default", "count": 3,
		"reservationId": "AAAA-1", "instanceType": "Standard_D4s_v5", "plan": "THREE_YEAR", "scope": "", "scopeResourceGroup": "",
		"scopeSubscription": "", "reservationStatus": "Succeeded"})
	same(t, "the outputs of the other cloud", r.Output("gcpCuds"), list())
	f.settled(r, azureFile(webRow, batchRow))

	// What is dropped from the file goes, and only that; what is new is imported, and only that.
	batch := f.found("batch")["id"].(string)
	f.Forget()
	f.up(r, "update", azureFile(webRow, strings.Replace(batchRow, "aaaa-2", "aaaa-3", 1)))
	same(t, "the writes", f.Writes(), list("POST "+azureImport, "DELETE "+commitments+"/"+batch))
	same(t, "the import", len(f.body("POST", azureImport).([]any)), 1)
}

func TestCommitmentsDropped(t *testing.T) {
	f := setup(t)
	r := f.Resource("Commitments", "azure")
	f.up(r, "create", azureFile(webRow, batchRow))
	batch := f.found("batch")["id"].(string)
	f.Forget()
	f.up(r, "update", azureFile(webRow))
	same(t, "the writes", f.Writes(), list("DELETE "+commitments+"/"+batch))
	f.settled(r, azureFile(webRow))
	f.up(r, "update", azureFile())
	if !f.Warned("will be removed") {
		t.Error("no warning of a file without rows")
	}
	f.settled(r, azureFile())
}

func TestCommitmentsOfGCP(t *testing.T) {
	f := setup(t)
	r := f.Resource("Commitments", "gcp")
	f.up(r, "create", gcpFile(cudWeb))
	same(t, "the ID", r.ID, org+":gcp")
	same(t, "the body", f.body("POST", gcpImport), list(props{
		"id": "42", "name": "web", "region": "https://www.googleapis.com/compute/v1/projects/p/regions/us-east4", "status": "ACTIVE",
		"plan": "TWELVE_MONTH", "type": "GENERAL_PURPOSE_N2", "startTimestamp": "2024-01-01T00:00:00.000-07:00", "autoRenew": true,
		"endTimestamp": "2025-01-01T00:00:00.000-07:00", "resources": list(props{"type": "VCPU", "amount": "100"}, props{"type": "MEMORY", "amount": "20480"}),
	}))
	same(t, "the output", r.Output("gcpCuds").([]any)[0], props{
		"id": f.found("web")["id"], "name": "web", "region": "us-east4", "startTimestamp": "2024-01-01T07:00:00Z", "endTimestamp": "2025-01-01T07:00:00Z",
		"allowedUsage": 1, "prioritization": false, "autoAssignment": true, "status": "Active", "scalingStrategy": "Default",
		"cudId": "42", "cudStatus": "ACTIVE", "cpu": 100, "memoryMb": 20480, "plan": "TWELVE_MONTH", "type": "GENERAL_PURPOSE_N2"})
	f.settled(r, gcpFile(cudWeb))
	f.up(r, "same", props{"gcpCudsJson": strings.ReplaceAll(gcpFile(cudWeb)["gcpCudsJson"].(string), "\n", " ")})
}

// Each commitment keeps the settings that the program does not give, and those
// without an element keep all of them.
func TestCommitmentConfigs(t *testing.T) {
	f := setup(t)
	one, two := f.Register("one"), f.Register("two")
	r := f.Resource("Commitments", "azure")
	f.up(r, "create", azureFile(webRow, batchRow))
	f.set("web", props{"allowedUsage": 0.5, "status": "Inactive", "scalingStrategy": "RamBased", "autoAssignment": false}, one)
	f.set("batch", props{"allowedUsage": 0.25, "status": "Inactive"}, two)

	inputs := with(azureFile(webRow, batchRow), props{"commitmentConfigs": list(props{
		"matcher": props{"name": "web", "region": "providers/x/eastus"}, "scalingStrategy": "cpubased", "prioritization": true})})
	f.Forget()
	f.up(r, "update", inputs)
	id := f.found("web")["id"].(string)
	same(t, "the writes", f.Writes(), list("PUT "+commitments+"/"+id))
	same(t, "the body", f.body("PUT", id), props{
		"allowedUsage": 0.5, "status": "Inactive", "scalingStrategy": "CPUBased", "autoAssignment": false, "prioritization": true})
	f.wantUse("web", nil, one)
	f.wantUse("batch", props{"allowedUsage": 0.25, "status": "Inactive"}, two)
	f.settled(r, inputs)

	assigned := func(more props, ids ...any) props {
		clusters := list()
		for _, id := range ids {
			clusters = append(clusters, props{"clusterId": id})
		}
		return with(inputs, props{"commitmentConfigs": list(with(props{"matcher": props{"name": "web", "region": ""}, "assignments": clusters}, more))})
	}
	f.up(r, "update", assigned(props{"allowedUsage": 0.125}, two, one))
	f.wantUse("web", props{"allowedUsage": 0.125, "scalingStrategy": "CPUBased"}, two, one)
	f.settled(r, assigned(props{"allowedUsage": 0.125}, two, one))
	// The order of clusters is one with priorities, and none without.
	f.Call(http.MethodPut, commitments+"/"+id+"/assignments", list(one, two))
	f.drift(r, "update")
	f.up(r, "update", assigned(props{"prioritization": false}, two, one))
	f.Call(http.MethodPut, commitments+"/"+id+"/assignments", list(one, two))
	f.settled(r, assigned(props{"prioritization": false}, two, one))
	f.Forget()
	f.up(r, "update", assigned(props{"prioritization": false}, one, two))
	same(t, "the writes", f.Writes(), list())
	// A service that rounds, and a change elsewhere.
	f.up(r, "update", assigned(props{"allowedUsage": 0.126}, one, two))
	f.set("web", props{"allowedUsage": 0.13}, one, two)
	f.settled(r, assigned(props{"allowedUsage": 0.126}, one, two))
	f.set("web", props{"allowedUsage": 0.14}, one, two)
	f.drift(r, "update", "commitmentConfigs[0].allowedUsage")
	f.up(r, "update", assigned(props{"allowedUsage": 0}))
	f.wantUse("web", props{"allowedUsage": 0})
}

// What others have imported stays, unless the program says otherwise.
func TestCommitmentsOfOthers(t *testing.T) {
	f := setup(t)
	one := f.Register("one")
	f.imported(azureImport, foreignAzure())
	f.set("foreign", props{"allowedUsage": 0.5}, one)
	r := f.Resource("Commitments", "azure")
	f.up(r, "create", azureFile(webRow))
	f.settled(r, azureFile(webRow))
	f.up(r, "update", azureFile(webRow, batchRow))
	f.wantUse("foreign", props{"allowedUsage": 0.5}, one)
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	f.wantUse("foreign", props{"allowedUsage": 0.5}, one)
	same(t, "what is left of ours", f.found("web"), nil)

	// Overwriting removes them; ours keep their settings although they are imported anew.
	r = f.Resource("Commitments", "azure")
	f.up(r, "create", azureFile(webRow, batchRow))
	f.set("web", props{"allowedUsage": 0.75, "status": "Inactive"}, one)
	overwrite := with(azureFile(webRow, batchRow), props{"importMode": "OVERWRITE"})
	f.up(r, "update", overwrite)
	same(t, "the foreign one", f.found("foreign"), nil)
	if !f.Warned(`are removed: "foreign" (aaaa-9)`) {
		t.Error("no warning of what is removed")
	}
	f.wantUse("web", props{"allowedUsage": 0.75, "status": "Inactive"}, one)
	f.wantUse("batch", props{"allowedUsage": 1, "status": "Active"})
	f.settled(r, overwrite)

	f.Call(http.MethodPost, azureImport+"?behaviour=APPEND", list(foreignAzure()))
	f.drift(r, "update", "azureReservationsCsv")
	f.up(r, "update", overwrite)
	same(t, "the foreign one", f.found("foreign"), nil)
}

func TestCommitmentsOfOthersInGCP(t *testing.T) {
	f := setup(t)
	f.imported(gcpImport, props{"id": "43", "name": "foreign", "region": "us-east4", "plan": "TWELVE_MONTH"})
	for _, mode := range []any{nil, "APPEND"} {
		r := f.Resource("Commitments", "gcp")
		f.Forget()
		_, err := r.Up(with(gcpFile(cudWeb), props{"importMode": mode}))
		fails(t, err, "cannot create commitments", `"foreign" (43)`, "gcpCudsJson", "OVERWRITE")
		if r.ID != "" || len(f.Writes()) > 0 {
			t.Errorf("it was created, by %v", f.Writes())
		}
	}
	r := f.Resource("Commitments", "gcp")
	f.up(r, "create", gcpFile(cudWeb, cudForeign))
	f.up(r, "update", gcpFile(cudWeb)) // dropping one needs no import
	same(t, "the foreign one", f.found("foreign"), nil)
	f.imported(azureImport, foreignAzure())
	f.up(r, "update", with(gcpFile(cudForeign), props{"importMode": "OVERWRITE"}))
	same(t, "the other cloud", f.found("foreign")["region"], "westeurope")
	if f.Warned("are removed") {
		t.Error("a warning of what is not removed")
	}
}

// One that moves to the other cloud takes its own along, and nothing else.
func TestCommitmentsChangeClouds(t *testing.T) {
	f := setup(t)
	f.imported(azureImport, foreignAzure())
	r := f.Resource("Commitments", "x")
	f.up(r, "create", azureFile(webRow))
	f.up(r, "update", gcpFile(cudWeb))
	same(t, "the outputs", r.Output("azureReservations"), list())
	same(t, "ours", f.found("web")["gcpResourceCudContext"].(props)["cudId"], "42")
	same(t, "the foreign one", f.found("foreign")["name"], "foreign")
	f.settled(r, gcpFile(cudWeb))
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	same(t, "ours", f.found("web"), nil)
}

func TestCommitmentsDrift(t *testing.T) {
	f := setup(t)
	inputs := azureFile(webRow, batchRow)
	r := f.Resource("Commitments", "azure")
	f.up(r, "create", inputs)
	f.Call(http.MethodDelete, commitments+"/"+f.found("batch")["id"].(string), nil)
	f.drift(r, "update", "azureReservationsCsv")
	same(t, "the file", r.Input("azureReservationsCsv"), lines(
		"name,reservation_id,status,expiration_date,purchase_date,term,product_name,region,quantity",
		"web,AAAA-1,Succeeded,2050-01-01T00:00:00Z,2023-01-11T00:00:00Z,THREE_YEAR,Standard_D4s_v5,eastus,3", ""))
	f.up(r, "update", inputs)
	f.settled(r, inputs)

	gcp := f.Resource("Commitments", "gcp")
	f.up(gcp, "create", gcpFile(cudWeb))
	f.imported(gcpImport, props{"id": "42", "name": "web", "region": "us-east4", "plan": "TWELVE_MONTH", "resources": list(props{"type": "VCPU", "amount": "7"})})
	f.drift(gcp, "update", "gcpCudsJson")
	f.up(gcp, "update", gcpFile(cudWeb))
	f.settled(gcp, gcpFile(cudWeb))
}

func TestCommitmentsAreImported(t *testing.T) {
	f := setup(t)
	f.imported(azureImport, foreignAzure())
	r := f.Resource("Commitments", "azure")
	if err := r.Import(org + ":azure"); err != nil {
		t.Fatal(err)
	}
	same(t, "the file", r.Input("azureReservationsCsv"), lines(
		"name,reservation_id,purchase_date,term,product_name,region,quantity", "foreign,aaaa-9,2024-01-01T00:00:00Z,ONE_YEAR,Standard_D8s_v5,westeurope,2", ""))
	f.Forget()
	f.up(r, "update", with(azureFile(foreignRow), props{"organizationId": org}))
	f.settled(r, azureFile(foreignRow))
	for id, words := range map[string]string{
		org: "<organizationId>:azure", org + ":aws": "<organizationId>:gcp", "x:azure": "<organizationId>", absent + ":azure": absent, org + ":gcp": "does not exist",
	} {
		fails(t, f.Resource("Commitments", "x").Import(id), words)
	}
}

// The organization only says whose commitments these are: the token decides.
func TestCommitmentsOfAnotherOrganization(t *testing.T) {
	f := setup(t)
	_, err := f.Resource("Commitments", "x").Up(with(azureFile(webRow), props{"organizationId": absent}))
	fails(t, err, "does not see the organization "+absent)
	same(t, "the writes", f.Writes(), list())
}

// What fails half-way is recorded, continues with the next update, and can be
// deleted.
func TestCommitmentsThatFail(t *testing.T) {
	f := setup(t)
	one := f.Register("one")
	inputs := with(azureFile(webRow, batchRow), props{"commitmentConfigs": list(
		props{"matcher": props{"name": "web", "region": ""}, "status": "Inactive", "assignments": list(props{"clusterId": one})})})
	for _, path := range []string{"/assignments", ""} {
		r := f.Resource("Commitments", "azure")
		f.Emulator.Fail(emulator.Fault{Method: "PUT", Path: commitments + "/{id}" + path, Status: 400, Body: `{"message":"not now"}`})
		_, err := r.Up(inputs)
		fails(t, err, "cannot create commitments", `"web" (aaaa-1)`, "not now")
		f.Emulator.ClearFaults()
		if r.ID != org+":azure" || !r.Failed {
			t.Fatalf("the ID is %q, failed %v", r.ID, r.Failed)
		}
		f.up(r, "update", inputs)
		f.wantUse("web", props{"status": "Inactive"}, one)
		f.settled(r, inputs)
		if err := r.Delete(); err != nil {
			t.Fatal(err)
		}
		same(t, "what is left", f.Call(http.MethodGet, commitments, nil)["commitments"], list())
	}

	// A commitment that could not be removed stays in the state.
	r := f.Resource("Commitments", "azure")
	f.up(r, "create", azureFile(webRow, batchRow))
	f.Emulator.Fail(emulator.Fault{Method: "DELETE", Status: 400})
	more := strings.Replace(webRow, "AAAA-1", "aaaa-3", 1)
	_, err := r.Up(azureFile(batchRow, more))
	fails(t, err, "cannot update commitments", `cannot remove the commitment "web" (aaaa-1)`)
	f.up(r, "update", azureFile(batchRow, more))
	if n := len(f.Call(http.MethodGet, commitments, nil)["commitments"].([]any)); n != 2 {
		t.Errorf("there are %d commitments", n)
	}
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: commitments, Status: 400})
	fails(t, r.Delete(), "cannot delete commitments "+org+":azure")
}

func TestCommitmentsMatchers(t *testing.T) {
	f := setup(t)
	r := f.Resource("Commitments", "azure")
	file := azureFile(webRow, strings.Replace(batchRow, "batch", "web", 1), strings.Replace(foreignRow, "foreign", "web", 1))
	match := func(matcher ...any) props {
		configs := list()
		for _, m := range matcher {
			configs = append(configs, props{"matcher": m})
		}
		return with(file, props{"commitmentConfigs": configs})
	}
	f.refused(r, match(props{"name": "web", "region": ""}),
		`commitmentConfigs[0].matcher: |3 commitments of the file are named "web": "web" (line 2, region "eastus", type "Standard_D4s_v5"), "web" (line 3|Tell them apart`)
	f.refused(r, match(props{"name": "web", "region": "westeurope", "type": "Standard_D8s_v5"}),
		`commitmentConfigs[0].matcher: |2 commitments of the file are named "web" in the region "westeurope" of the type "Standard_D8s_v5"|(line 3|(line 4`)
	f.refused(r, match(props{"name": "web", "region": "eastus"}, props{"name": "web", "region": "regions/eastus", "type": ""}, props{"name": "Web", "region": "x"}),
		`commitmentConfigs[1].matcher: |"web" (line 2|by commitmentConfigs[0] already`, `commitmentConfigs[2].matcher: |no commitment of the file is named "Web" in the region "x"; it has "web" (line 2`)
	f.refused(r, match(props{"name": "", "region": ""}), "commitmentConfigs[0].matcher.name: ")
	f.refused(r, with(azureFile(), props{"commitmentConfigs": list(props{"matcher": props{"name": "web", "region": ""}})}), "commitmentConfigs[0].matcher: |it has none")
	f.refused(r, match(props{"name": "web", "region": harness.Unknown}, harness.Unknown))
	f.refused(r, props{"azureReservationsCsv": harness.Unknown, "commitmentConfigs": list(props{"matcher": props{"name": "nobody", "region": ""}})})
	if got, _, err := r.Preview(props{"azureReservationsCsv": harness.Unknown}); err != nil || got.Op != "create" {
		t.Errorf("the preview of an unknown file is %s, %v", got.Op, err)
	}
	f.refused(r, with(azureFile(webRow), props{"importMode": "MERGE", "commitmentConfigs": list(props{
		"matcher": props{"name": "web", "region": ""}, "allowedUsage": 1.5, "assignments": list(
			props{"clusterId": absent, "priority": 2}, props{"clusterId": absent}, props{"clusterId": "one"})})}),
		"importMode: ", "commitmentConfigs[0].allowedUsage: ", "commitmentConfigs[0].assignments[0].priority: |in place 1",
		"commitmentConfigs[0].assignments[1].clusterId: |in assignments[0] already", "commitmentConfigs[0].assignments[2].clusterId: |UUID")
}

func TestCommitmentsFiles(t *testing.T) {
	f := setup(t)
	r := f.Resource("Commitments", "azure")
	check := func(property, text string, want ...string) {
		t.Helper()
		for i := range want {
			want[i] = property + ": |" + want[i]
		}
		f.refused(r, props{property: text}, want...)
	}
	f.refused(r, props{}, "one of `azureReservationsCsv`, `gcpCudsJson` must be given")
	f.refused(r, props{"azureReservationsCsv": portal, "gcpCudsJson": "[]"}, "gcpCudsJson: |only one of")
	check("azureReservationsCsv", " \n", "the header row is missing")
	check("azureReservationsCsv", lines("name,reservation_id,term,quantity", "a,1,P2Y,three", "b,,P1Y,1", "c,/x/1,p3y,1,", "d,/reservations/1,P1Y,"),
		`line 2, column 5|"P2Y" is not a term`, `line 2, column 9|"three" is not a quantity`, "line 3, column 1|no Reservation Id",
		"line 4, column 1|5 cells where the header has 4", "line 5, column 1|is in line 2 already")
	check("gcpCudsJson", "", "line 1, column 1|the file is empty")
	check("gcpCudsJson", "[\n {\"id\": \"1\",\n  \"name\": x}]", "line 3, column 11|not JSON")
	check("gcpCudsJson", "[{\"id\": \"1\"", "line 1, column 12|ends too early")
	check("gcpCudsJson", "[]\n []", "line 2, column 2|text after the end")
	check("gcpCudsJson", " {\"id\": \"1\"}", "line 1, column 2|does not hold a list")
	check("gcpCudsJson", lines("[", ` {"id": 7, "name": null, "autoRenew": "yes",`, `  "resources": [{"type": "VCPU", "amount": "1.5"}, {"type": "MEMORY", "amount": 2}, 3]},`,
		` "x", {"name": "no id", "resources": {}}, {"id": "1"},`, ` {"id": "1"}]`),
		"line 2, column 9|[0].id is not text", `line 2, column 39|[0].autoRenew`, `line 3, column 44|[0].resources[0].amount: "1.5" is not a whole number`,
		"line 3, column 81|[0].resources[1].amount is not text", "line 3, column 85|[0].resources[2] is not an object", "line 4, column 2|[1] is not an object",
		"line 4, column 7|[2] has no id", "line 4, column 38|[2].resources is not a list", "line 5, column 2|the commitment 1 is in line 4 already")
}
