package cost_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const (
	reserved = "name,provider,region,instance_type,price,count,start_date,end_date,zone_id,zone_name"
	web      = "web,AWS,us-east-1,c5n.large,,2,2024-02-01T00:00:00Z,2050-01-01T00:00:00Z,,"
	batch    = "batch,gcp,europe-west4,n2-standard-4,0.250,3,2023-01-01T01:00:00+01:00,,,"
)

func (f *fixture) reservationNames() (names []any) {
	f.T.Helper()
	for _, r := range f.Call(http.MethodGet, reservations, nil)["reservations"].([]any) {
		names = append(names, r.(props)["name"])
	}
	return names
}

func TestReservations(t *testing.T) {
	f := setup(t)
	inputs := props{"reservationsCsv": lines(reserved, web, batch)}
	r := f.Resource("Reservations", "all")
	f.up(r, "create", inputs)
	same(t, "the ID", r.ID, org)
	same(t, "the body", f.body("POST", "/overwrite"), props{"items": list(
		props{"name": "web", "provider": "aws", "region": "us-east-1", "instanceType": "c5n.large", "count": 2,
			"startDate": "2024-02-01T00:00:00Z", "endDate": "2050-01-01T00:00:00Z"},
		props{"name": "batch", "provider": "gcp", "region": "europe-west4", "instanceType": "n2-standard-4", "price": "0.250", "count": 3,
			"startDate": "2023-01-01T01:00:00+01:00"},
	)})
	// The service sorts them.
	same(t, "the outputs", r.Output("reservations"), list(
		props{"name": "web", "provider": "aws", "region": "us-east-1", "instanceType": "c5n.large", "price": "", "count": "2",
			"startDate": "2024-02-01T00:00:00Z", "endDate": "2050-01-01T00:00:00Z"},
		props{"name": "batch", "provider": "gcp", "region": "europe-west4", "instanceType": "n2-standard-4", "price": "0.250", "count": "3",
			"startDate": "2023-01-01T00:00:00Z"}))
	f.settled(r, inputs)
	f.up(r, "same", props{"reservationsCsv": lines(reserved, web, batch) + "\r\n"})
	f.up(r, "same", props{"reservationsCsv": inputs["reservationsCsv"], "organizationId": org})

	f.up(r, "update", props{"reservationsCsv": lines(reserved, batch)})
	same(t, "what is left", f.reservationNames(), list("batch"))

	imported := f.Resource("Reservations", "imported")
	if err := imported.Import(org); err != nil {
		t.Fatal(err)
	}
	same(t, "the file of the import", imported.Input("reservationsCsv"),
		"name,provider,region,instance_type,price,count,start_date\nbatch,gcp,europe-west4,n2-standard-4,0.250,3,2023-01-01T00:00:00Z\n")
	f.up(imported, "same", props{"reservationsCsv": imported.Input("reservationsCsv"), "organizationId": org})
}

// The export of the Azure portal is taken as it is.
func TestReservationsOfThePortal(t *testing.T) {
	f := setup(t)
	f.up(f.Resource("Reservations", "all"), "create", props{"reservationsCsv": "\ufeff" + lines(
		"Name,Reservation Id,Reservation order Id,Status,Expiration date,Purchase date,Term,Scope,Scope subscription,Scope resource group,Type,"+
			"Product name,Region,Quantity,Utilization % 1 Day,Utilization % 7 Day,Utilization % 30 Day,Deep link to reservation",
		`res,a1,b1,Succeeded,2050-01-01T00:00:00Z,2023-01-11T00:00:00Z,P3Y,Single subscription,c1,"All, of them",VirtualMachines,`+
			"Standard_D32as_v4,eastus,3,100,100,100,https://portal.azure.com#x")})
	same(t, "the body", f.body("POST", "/overwrite"), props{"items": list(props{
		"name": "res", "provider": "azure", "region": "eastus", "type": "VirtualMachines", "deepLinkToReservation": "https://portal.azure.com#x",
		"instanceType": "Standard_D32as_v4", "productName": "Standard_D32as_v4", "count": 3, "quantity": 3,
		"startDate": "2023-01-11T00:00:00Z", "purchaseDate": "2023-01-11T00:00:00Z",
		"endDate": "2050-01-01T00:00:00Z", "expirationDate": "2050-01-01T00:00:00Z",
	})})
	if logs := f.Logs(); len(logs) > 0 && f.Warned("are not used") {
		t.Errorf("there is a warning: %v", logs)
	}
}

// Nothing is removed that no program and no refresh has shown.
func TestReservationsOfOthers(t *testing.T) {
	f := setup(t)
	add := func(names ...string) {
		items := list()
		for _, name := range names {
			items = append(items, props{"name": name, "provider": "aws", "region": "us-east-1", "instanceType": "c5n.large", "count": 2,
				"startDate": "2024-02-01T00:00:00Z", "endDate": "2050-01-01T00:00:00Z", "price": "0.2"})
		}
		f.Call(http.MethodPost, reservations+"/overwrite", props{"items": items})
	}
	add("foreign")
	r := f.Resource("Reservations", "all")
	inputs := props{"reservationsCsv": lines(reserved, web)}
	f.Forget()
	_, err := r.Up(inputs)
	fails(t, err, "cannot create reservations", `"foreign" (aws c5n.large in us-east-1)`, "pulumi import castai:index:Reservations <name> "+org)
	if r.ID != "" || len(f.Writes()) > 0 {
		t.Errorf("it was created, by %v", f.Writes())
	}

	add("web")
	f.up(r, "create", inputs)
	add("web", "new")
	changed := props{"reservationsCsv": lines(reserved, web, batch)}
	_, err = r.Up(changed)
	fails(t, err, "cannot update reservations "+org, `"new"`, "pulumi refresh")
	f.drift(r, "update", "reservationsCsv")
	f.up(r, "update", changed) // which a preview has shown now
	same(t, "what is left", f.reservationNames(), list("batch", "web"))

	add("web", "late")
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	same(t, "what is left", f.reservationNames(), list("late"))
	same(t, "what was sent back", f.body("POST", "/overwrite"), props{"items": list(props{
		"name": "late", "provider": "aws", "region": "us-east-1", "instanceType": "c5n.large", "count": 2, "price": "0.2",
		"startDate": "2024-02-01T00:00:00Z", "endDate": "2050-01-01T00:00:00Z"})})
	if !f.Warned(`keeps the reservations that are not of this resource: "late"`) {
		t.Error("no warning of what stays")
	}
	f.Forget()
	if err := r.Delete(); err != nil || len(f.Writes()) > 0 {
		t.Errorf("deleting again: %v, %v", err, f.Writes())
	}
}

func TestReservationsOfNothing(t *testing.T) {
	f := setup(t)
	r := f.Resource("Reservations", "all")
	f.up(r, "create", props{"reservationsCsv": lines(reserved, web)})
	f.up(r, "update", props{"reservationsCsv": reserved})
	if !f.Warned("the organization will have no reservations") {
		t.Error("no warning")
	}
	same(t, "the outputs", r.Output("reservations"), list())
	f.settled(r, props{"reservationsCsv": reserved})
	fails(t, f.Resource("Reservations", "none").Import(org), "does not exist")
	fails(t, f.Resource("Reservations", "none").Import("all"), "<organizationId>")
	fails(t, f.Resource("Reservations", "none").Import(absent), "does not exist")
}

// Twins are counted, and rows that ask for more choose first.
func TestReservationsThatAreAlike(t *testing.T) {
	f := setup(t)
	inputs := props{"reservationsCsv": lines("name,provider,instance_type,price", "a,aws,c5.large,", "a,aws,c5.large,0.3", "a,aws,c5.large,")}
	r := f.Resource("Reservations", "all")
	f.up(r, "create", inputs)
	f.settled(r, inputs)
	twin := props{"name": "a", "provider": "aws", "instanceType": "c5.large", "price": "0.3"}
	f.Call(http.MethodPost, reservations+"/overwrite", props{"items": list(twin, twin)})
	f.drift(r, "update", "reservationsCsv")
}

func TestReservationsMove(t *testing.T) {
	f := setup(t, twoOrganizations)
	r := f.Resource("Reservations", "all")
	inputs := props{"reservationsCsv": lines(reserved, web)}
	_, err := r.Up(inputs)
	fails(t, err, "2 organizations", "organizationId")
	f.up(r, "create", with(inputs, props{"organizationId": org}))
	f.up(r, "replace", with(inputs, props{"organizationId": second}))
	same(t, "the ID", r.ID, second)
	same(t, "what is left", f.reservationNames(), nil)
}

// What was sent counts as made, whether it could be read afterwards or not.
func TestReservationsThatCannotBeRead(t *testing.T) {
	f := setup(t)
	r := f.Resource("Reservations", "all")
	inputs := props{"reservationsCsv": lines(reserved, web)}
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: reservations, Skip: 1, Status: 400})
	_, err := r.Up(inputs)
	fails(t, err, "cannot create reservations", "400")
	if r.ID != org || !r.Failed {
		t.Fatalf("the ID is %q, failed %v", r.ID, r.Failed)
	}
	f.up(r, "update", inputs)
	f.settled(r, inputs)
}

func TestReservationsInputs(t *testing.T) {
	f := setup(t)
	r := f.Resource("Reservations", "all")
	for text, want := range map[string][]string{
		"":                                     {"line 1, column 1|the header row is missing"},
		lines("name,provider,Name", "a,aws,b"): {`line 1, column 15|two columns "Name"`},
		lines("name,provider", `"a,aws`):       {`line 2|extraneous or missing`},
		lines("name,provider", "a"):            {"line 2, column 1|1 cells where the header has 2"},
		lines("name,provider,count,start_date,end_date", "a,aws,two,today,2050-01-01T00:00:00Z", "b,,-1,,", "c,gcp,3", "", "d,aws, 1.5,,soon"): {
			`line 2, column 7|"two" is not a number`, `line 2, column 11|"today" is not an RFC 3339 time`,
			"line 3, column 1|names no cloud", `line 3, column 4|"-1"`, "line 4, column 1|3 cells where", `line 6, column 8|"1.5"`, `line 6, column 13|"soon"`,
		},
		lines("name,provider,quantity,purchase_date", "a,aws,x,y"): {`line 2, column 7|"x"`, `line 2, column 9|"y"`},
	} {
		for i := range want {
			want[i] = "reservationsCsv: |" + want[i]
		}
		f.refused(r, props{"reservationsCsv": text}, want...)
	}
	f.refused(r, props{"reservationsCsv": harness.Unknown, "organizationId": "one"}, "organizationId: |UUID")
	f.refused(r, props{"reservationsCsv": lines("name,provider,colour", "a,aws,red")})
	if !f.Warned("the columns colour are not used") {
		t.Error("no warning of the column")
	}
	if got, _, err := r.Preview(props{"reservationsCsv": harness.Unknown}); err != nil || got.Op != "create" {
		t.Errorf("the preview of an unknown file is %s, %v", got.Op, err)
	}
}
