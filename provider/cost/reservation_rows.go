package cost

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/castai/pulumi-castai/internal/wire"
)

// reservationRow is a reservation and its body in a call.
type reservationRow struct {
	ReservationsReservation
	body map[string]any
}

// reservationRows are those of a file; reserved are those of an organization.
type (
	reservationRows []reservationRow
	reserved        []reservationRow
)

var reservationColumns = []string{
	"name", "provider", "region", "instance_type", "price", "count", "start_date", "end_date", "zone_id", "zone_name",
}

// portalColumns are those of the Azure portal's export.
var portalColumns = []string{
	"reservation_id", "reservation_order_id", "status", "expiration_date", "purchase_date", "term", "scope", "scope_subscription",
	"scope_resource_group", "scope_status", "type", "product_name", "quantity", "utilization_%_1_day", "utilization_%_7_day",
	"utilization_%_30_day", "deep_link_to_reservation",
}

// readReservations reads a file, with all mistakes in it. It also returns the
// columns that nothing is known of.
func readReservations(text string) (rows reservationRows, others []string, found mistakes) {
	t, found := readTable(text)
	for _, row := range t.rows {
		rows = append(rows, readReservation(row, &found))
	}
	return rows, t.others(slices.Concat(reservationColumns, portalColumns)...), found
}

func readReservation(row tableRow, found *mistakes) reservationRow {
	body := map[string]any{}
	// set takes the value of the first column that has one, and returns it.
	set := func(member string, convert func(cell) any, columns ...string) string {
		name := row.first(columns...)
		if name == "" {
			return ""
		}
		text := row.cells[name]
		if body[member] = convert(text); body[member] == nil {
			delete(body, member)
		}
		return text.text
	}
	plain := func(c cell) any { return c.text }
	whole := func(c cell) any {
		n, err := strconv.ParseInt(c.text, 10, 32)
		if err != nil || n < 0 {
			found.add(c.position, "%q is not a number of instances: give a whole number, such as 3", c.text)
			return nil
		}
		return n
	}
	timed := func(c cell) any {
		if _, err := time.Parse(time.RFC3339, c.text); err != nil {
			found.add(c.position, `%q is not an RFC 3339 time: give one such as "2030-01-31T00:00:00Z"`, c.text)
			return nil
		}
		return c.text
	}
	optional := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	out := reservationRow{body: body}
	out.Name = set("name", plain, "name")
	out.Region = set("region", plain, "region")
	out.InstanceType = set("instanceType", plain, "instance_type", "product_name")
	out.Price = set("price", plain, "price")
	out.Count = set("count", whole, "count", "quantity")
	out.StartDate = set("startDate", timed, "start_date", "purchase_date")
	out.EndDate = optional(set("endDate", timed, "end_date", "expiration_date"))
	out.ZoneID = optional(set("zoneId", plain, "zone_id"))
	out.ZoneName = optional(set("zoneName", plain, "zone_name"))
	set("productName", plain, "product_name")
	set("type", plain, "type")
	set("deepLinkToReservation", plain, "deep_link_to_reservation")
	set("quantity", whole, "quantity")
	set("purchaseDate", timed, "purchase_date")
	set("expirationDate", timed, "expiration_date")
	provider := row.text("provider")
	if provider == "" && strings.Contains(strings.ToLower(row.text("deep_link_to_reservation")), "azure") {
		provider = "azure"
	}
	if provider == "" {
		found.add(row.position, "the row names no cloud: give aws, azure or gcp in the column provider, or, for Azure, the column "+
			"Deep link to reservation of the portal's export")
		return out
	}
	out.Provider = strings.ToLower(provider)
	body["provider"] = out.Provider
	return out
}

// readReserved reads the API's list.
func readReserved(items []map[string]any) (reserved, error) {
	list := make(reserved, len(items))
	for i, item := range items {
		if err := wire.Decode(item, &list[i].ReservationsReservation); err != nil {
			return nil, fmt.Errorf("cannot understand the answer: [%d]: %w", i, err)
		}
		list[i].StartDate = instant(list[i].StartDate)
		if end := list[i].EndDate; end != nil {
			*end = instant(*end)
		}
		list[i].body = map[string]any{}
		for _, member := range []string{
			"name", "provider", "region", "instanceType", "price", "count", "startDate", "endDate", "zoneId", "zoneName",
		} {
			if item[member] != nil {
				list[i].body[member] = item[member]
			}
		}
	}
	return list, nil
}

// values are what a reservation says, in the order of [reservationColumns].
func (x ReservationsReservation) values() []string {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return []string{
		x.Name, x.Provider, x.Region, x.InstanceType, x.Price, x.Count, x.StartDate, text(x.EndDate), text(x.ZoneID), text(x.ZoneName),
	}
}

// fits says whether have is what x asks for: what x leaves empty may be anything.
func (x ReservationsReservation) fits(have ReservationsReservation) bool {
	got := have.values()
	for i, want := range x.values() {
		same := want == "" || want == got[i]
		switch reservationColumns[i] {
		case "provider", "region", "instance_type":
			same = same || is(want, got[i])
		case "price", "count":
			same = same || sameNumber(want, got[i])
		case "start_date", "end_date":
			same = same || sameTime(want, got[i])
		}
		if !same {
			return false
		}
	}
	return true
}

func sameNumber(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

func (rows reservationRows) reservations() []ReservationsReservation {
	list := make([]ReservationsReservation, len(rows))
	for i, row := range rows {
		list[i] = row.ReservationsReservation
	}
	return list
}

// pair finds one of the list for each that is wanted; -1 where there is none.
// Those that ask for more choose first.
func (list reserved) pair(wanted []ReservationsReservation) []int {
	asks := func(i int) (n int) {
		for _, value := range wanted[i].values() {
			if value != "" {
				n++
			}
		}
		return n
	}
	order := make([]int, len(wanted))
	place := make([]int, len(wanted))
	for i := range wanted {
		order[i], place[i] = i, -1
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(asks(j), asks(i)) })
	taken := make([]bool, len(list))
	for _, i := range order {
		for j := range list {
			if !taken[j] && wanted[i].fits(list[j].ReservationsReservation) {
				place[i], taken[j] = j, true
				break
			}
		}
	}
	return place
}

// without is the list without one for each of those named.
func (list reserved) without(named []ReservationsReservation) (rest reserved) {
	place := list.pair(named)
	for i := range list {
		if !slices.Contains(place, i) {
			rest = append(rest, list[i])
		}
	}
	return rest
}

// sameOnes ask for the same reservations, whatever has become of what may change.
func sameOnes(list []ReservationsReservation) []ReservationsReservation {
	out := slices.Clone(list)
	for i := range out {
		out[i].Price, out[i].Count, out[i].EndDate = "", "", nil
	}
	return out
}

// inOrder lists the reservations in the order of a file, and then the others.
func (list reserved) inOrder(rows reservationRows) []ReservationsReservation {
	out := make([]ReservationsReservation, 0, len(list))
	for _, i := range list.pair(rows.reservations()) {
		if i >= 0 {
			out = append(out, list[i].ReservationsReservation)
		}
	}
	for _, other := range list.without(rows.reservations()) {
		out = append(out, other.ReservationsReservation)
	}
	return out
}

// csv is a file that says the same.
func (list reserved) csv() (string, error) {
	rows := make([][]string, len(list))
	for i := range list {
		rows[i] = list[i].values()
	}
	return writeTable(reservationColumns, rows)
}

// String names the reservations, the first ten of them.
func (list reserved) String() string {
	return enumerate(len(list), func(i int) string {
		return fmt.Sprintf("%q (%s %s in %s)", list[i].Name, list[i].Provider, list[i].InstanceType, list[i].Region)
	})
}

// enumerate lists things in a message, the first ten of them.
func enumerate(n int, name func(int) string) string {
	const most = 10
	var names []string
	for i := range min(n, most) {
		names = append(names, name(i))
	}
	text := strings.Join(names, ", ")
	if n > most {
		text += fmt.Sprintf(" and %d more", n-most)
	}
	return text
}
