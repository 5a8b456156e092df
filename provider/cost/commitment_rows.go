package cost

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A cloud is one whose commitments can be imported.
type cloud string

const (
	azure cloud = "azure"
	gcp   cloud = "gcp"
)

// commitmentRow is a commitment of a file.
type commitmentRow struct {
	position
	// fields are what the service shows as well, by the names of the columns
	// (Azure) or members (Google Cloud). What is empty may be anything.
	fields map[string]string
	// body is the commitment in an import call.
	body map[string]any
}

// commitmentFile is what a program says of the commitments of a cloud.
type commitmentFile struct {
	cloud cloud
	rows  []commitmentRow
}

// The names of the fields that all commitments have, by cloud.
var (
	idField   = map[cloud]string{azure: "reservation_id", gcp: "id"}
	typeField = map[cloud]string{azure: "product_name", gcp: "type"}
)

// The fields of a commitment in the order of a file that is written.
var commitmentFields = map[cloud][]string{
	azure: {
		"name", "reservation_id", "status", "expiration_date", "purchase_date", "term", "scope", "scope_subscription",
		"scope_resource_group", "product_name", "region", "quantity",
	},
	gcp: {"id", "name", "region", "status", "plan", "type", "startTimestamp", "endTimestamp", "cpu", "memory"},
}

// commitmentKey tells the commitments of a cloud apart, however their ID is written.
func commitmentKey(id string) string { return strings.ToLower(region(id)) }

func (f commitmentFile) key(row commitmentRow) string {
	return commitmentKey(row.fields[idField[f.cloud]])
}

// keys finds rows by their keys.
func (f commitmentFile) keys() map[string]int {
	keys := map[string]int{}
	for i, row := range f.rows {
		keys[f.key(row)] = i
	}
	return keys
}

// describe names a row in a message.
func (f commitmentFile) describe(i int) string {
	row := f.rows[i]
	return fmt.Sprintf("%q (line %d, region %q, type %q)", row.fields["name"], row.line, region(row.fields["region"]), row.fields[typeField[f.cloud]])
}

// String names the rows.
func (f commitmentFile) String() string { return enumerate(len(f.rows), f.describe) }

// readAzure reads the Azure portal's export, with all mistakes in it. It also
// returns the columns that nothing is known of.
func readAzure(text string) (f commitmentFile, others []string, found mistakes) {
	t, found := readTable(text)
	f.cloud = azure
	for _, row := range t.rows {
		f.rows = append(f.rows, readAzureRow(row, &found))
	}
	f.findTwins(&found)
	return f, t.others(slices.Concat(portalColumns, []string{"name", "region"})...), found
}

// azureMembers are the members of the import call, by column.
var azureMembers = map[string]string{
	"name": "name", "reservation_id": "reservationId", "status": "status", "expiration_date": "expirationDate",
	"purchase_date": "purchaseDate", "term": "term", "scope": "scope", "scope_subscription": "scopeSubscription",
	"scope_resource_group": "scopeResourceGroup", "type": "type", "product_name": "productName", "region": "region",
	"quantity": "quantity",
}

// azureTerms are the terms of a reservation, as the service shows them.
var azureTerms = map[string]string{"P1Y": "ONE_YEAR", "ONE_YEAR": "ONE_YEAR", "P3Y": "THREE_YEAR", "THREE_YEAR": "THREE_YEAR"}

func readAzureRow(row tableRow, found *mistakes) commitmentRow {
	out := commitmentRow{row.position, map[string]string{}, map[string]any{}}
	for column, member := range azureMembers {
		value, given := row.cells[column]
		if !given {
			continue
		}
		out.body[member] = value.text
		if column != "type" { // the service does not show it
			out.fields[column] = value.text
		}
	}
	if row.first("reservation_id") == "" {
		found.add(row.position, "the row has no Reservation Id, which tells reservations apart")
	}
	if quantity, given := row.cells["quantity"]; given {
		n, err := strconv.ParseInt(quantity.text, 10, 32)
		if err != nil || n < 0 {
			found.add(quantity.position, "%q is not a quantity: give a whole number, such as 3", quantity.text)
		}
		out.body["quantity"] = n
		out.fields["quantity"] = strconv.FormatInt(n, 10)
	}
	if term, given := row.cells["term"]; given {
		if out.fields["term"] = azureTerms[strings.ToUpper(term.text)]; out.fields["term"] == "" {
			found.add(term.position, "%q is not a term: give P1Y or P3Y", term.text)
		}
	}
	return out
}

// findTwins notes the commitments that are in the file twice.
func (f commitmentFile) findTwins(found *mistakes) {
	seen := map[string]commitmentRow{}
	for _, row := range f.rows {
		key := f.key(row)
		if first, twice := seen[key]; twice && key != "" {
			found.add(row.position, "the commitment %s is in line %d already", row.fields[idField[f.cloud]], first.line)
		} else {
			seen[key] = row
		}
	}
}

// gcpTexts are the members of a commitment that are text, as `gcloud compute
// commitments list --format json` prints them.
var gcpTexts = []string{
	"category", "creationTimestamp", "description", "endTimestamp", "id", "kind", "name", "plan", "region", "selfLink",
	"startTimestamp", "status", "statusMessage", "type",
}

// readGCP reads what gcloud prints, with all mistakes in it.
func readGCP(text string) (f commitmentFile, found mistakes) {
	f.cloud = gcp
	root, found := readJSON(text)
	if len(found) > 0 {
		return f, found
	}
	list, ok := root.elements()
	if !ok {
		found.add(root.at(), "the file does not hold a list: give what `gcloud compute commitments list --format json` prints")
	}
	for i, item := range list {
		members, ok := item.members()
		if !ok {
			found.add(item.at(), "[%d] is not an object", i)
			continue
		}
		f.rows = append(f.rows, readGCPCommitment(fmt.Sprintf("[%d]", i), item, members, &found))
	}
	f.findTwins(&found)
	return f, found
}

func readGCPCommitment(path string, item node, members map[string]node, found *mistakes) commitmentRow {
	out := commitmentRow{item.at(), map[string]string{}, map[string]any{}}
	for _, name := range gcpTexts {
		value, given := members[name]
		if !given || value.null() {
			continue
		}
		text, ok := value.text()
		if !ok {
			found.add(value.at(), "%s.%s is not text", path, name)
			continue
		}
		out.body[name] = text
		if slices.Contains(commitmentFields[gcp], name) {
			out.fields[name] = text
		}
	}
	if value, given := members["autoRenew"]; given && !value.null() {
		var renew bool
		if json.Unmarshal(value.raw, &renew) != nil {
			found.add(value.at(), "%s.autoRenew is neither true nor false", path)
		}
		out.body["autoRenew"] = renew
	}
	if id, given := members["id"]; !given || id.null() || string(id.raw) == `""` {
		found.add(item.at(), "%s has no id, which tells commitments apart", path)
	}
	if value, given := members["resources"]; given && !value.null() {
		resources, ok := value.elements()
		if !ok {
			found.add(value.at(), "%s.resources is not a list", path)
		}
		list := []any{}
		for i, resource := range resources {
			list = append(list, readGCPResource(fmt.Sprintf("%s.resources[%d]", path, i), resource, out.fields, found))
		}
		out.body["resources"] = list
	}
	return out
}

// gcpAmounts are the fields that hold the amount of a type of resource.
var gcpAmounts = map[string]string{"VCPU": "cpu", "MEMORY": "memory"}

func readGCPResource(path string, n node, fields map[string]string, found *mistakes) map[string]any {
	body := map[string]any{}
	members, ok := n.members()
	if !ok {
		found.add(n.at(), "%s is not an object", path)
	}
	for _, name := range []string{"type", "amount"} {
		value, given := members[name]
		if !given || value.null() {
			continue
		}
		text, ok := value.text()
		if !ok {
			found.add(value.at(), "%s.%s is not text", path, name)
			continue
		}
		body[name] = text
	}
	kind, _ := body["type"].(string)
	amount, given := body["amount"].(string)
	field, counted := gcpAmounts[kind]
	if !given || !counted {
		return body
	}
	if _, err := strconv.ParseInt(amount, 10, 64); err != nil {
		found.add(members["amount"].at(), "%s.amount: %q is not a whole number", path, amount)
		return body
	}
	fields[field] = amount
	return body
}

// fits says whether a commitment of the service, by its fields, is what the row
// says. Dates in a form that only the service knows are left to it.
func (row commitmentRow) fits(have map[string]string) bool {
	for field, want := range row.fields {
		got := have[field]
		same := want == "" || is(want, got)
		switch field {
		case "quantity", "cpu", "memory":
			same = same || sameNumber(want, got)
		case "reservation_id", "id":
			same = commitmentKey(want) == commitmentKey(got)
		case "region":
			same = same || is(strings.ReplaceAll(region(want), " ", ""), region(got))
		case "expiration_date", "purchase_date", "startTimestamp", "endTimestamp":
			_, err := time.Parse(time.RFC3339, want)
			same = same || err != nil || sameTime(want, got)
		}
		if !same {
			return false
		}
	}
	return true
}

// write makes a file of commitments, by their fields.
func (c cloud) write(commitments []map[string]string) (string, error) {
	if c == azure {
		rows := make([][]string, len(commitments))
		for i, fields := range commitments {
			for _, name := range commitmentFields[azure] {
				rows[i] = append(rows[i], fields[name])
			}
		}
		return writeTable(commitmentFields[azure], rows)
	}
	list := make([]map[string]any, len(commitments))
	for i, fields := range commitments {
		list[i] = map[string]any{}
		for name, value := range fields {
			if value != "" && slices.Contains(gcpTexts, name) {
				list[i][name] = value
			}
		}
		resources := []any{}
		for _, kind := range slices.Backward(slices.Sorted(maps.Keys(gcpAmounts))) {
			resources = append(resources, map[string]any{"type": kind, "amount": fields[gcpAmounts[kind]]})
		}
		list[i]["resources"] = resources
	}
	text, err := json.MarshalIndent(list, "", "  ")
	return string(text), err
}
