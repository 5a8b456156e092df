package cost

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
)

// Reservations are the reserved instances of an organization.
type Reservations struct{}

// Annotate describes the resource.
func (r *Reservations) Annotate(a infer.Annotator) {
	a.Describe(&r, "The instances that an organization has reserved with its clouds: the file is the complete list, and CAST AI "+
		"uses what is on it before it pays for more. For Azure and Google Cloud `Commitments` does the same and more; do not "+
		"list one reservation in both.\n\n"+
		"An organization has one list, so there should be one resource of this kind for it. Reservations that neither the file "+
		"nor the stack's state holds are never removed: creating or updating the resource fails as long as there are some, and says "+
		"which. Deleting the resource removes those in its state, and no others.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>`. The file is then written from what the organization has.")
}

// ReservationsArgs are the inputs of [Reservations].
type ReservationsArgs struct {
	ReservationsCSV string  `pulumi:"reservationsCsv" norm:"csv"`
	OrganizationID  *string `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
}

// Annotate describes the inputs.
func (x *ReservationsArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ReservationsCSV, "The reservations as CSV text with a header row. The columns, in any order and letter case, are "+
		"`name`, `provider` (`aws`, `azure` or `gcp`), `region`, `instance_type`, `price`, `count` (a whole number), `start_date` and "+
		"`end_date` (RFC 3339 times), `zone_id` and `zone_name`; the columns of the Azure portal's export are understood as well. What "+
		"is left empty is the service's choice. A file without rows says that there are no reservations.")
	a.Describe(&x.OrganizationID, "The organization (UUID). Left out, the one that the provider is configured with, or else the only "+
		"one the API token can see. Changing it replaces the resource: the reservations go to the other organization.")
}

// ReservationsState are the outputs of [Reservations].
type ReservationsState struct {
	ReservationsArgs
	Reservations []ReservationsReservation `pulumi:"reservations" wire:"-,changes"`
}

// Annotate describes the outputs.
func (x *ReservationsState) Annotate(a infer.Annotator) {
	a.Describe(&x.Reservations, "The reservations as the service has them, in the order of the file.")
}

// ReservationsReservation is a reservation.
type ReservationsReservation struct {
	Name         string  `pulumi:"name"`
	Provider     string  `pulumi:"provider"`
	Region       string  `pulumi:"region"`
	InstanceType string  `pulumi:"instanceType"`
	Price        string  `pulumi:"price"`
	Count        string  `pulumi:"count"`
	StartDate    string  `pulumi:"startDate"`
	EndDate      *string `pulumi:"endDate,optional"`
	ZoneID       *string `pulumi:"zoneId,optional"`
	ZoneName     *string `pulumi:"zoneName,optional"`
}

// Annotate describes the reservation.
func (x *ReservationsReservation) Annotate(a infer.Annotator) {
	a.Describe(&x, "Instances of one type that are reserved.")
	a.Describe(&x.Name, "The name of the reservation.")
	a.Describe(&x.Provider, "The cloud: `aws`, `azure` or `gcp`.")
	a.Describe(&x.Region, "The region of the cloud.")
	a.Describe(&x.InstanceType, "The type of the instances.")
	a.Describe(&x.Price, "The price, as text.")
	a.Describe(&x.Count, "The number of instances, as text.")
	a.Describe(&x.StartDate, "When the reservation begins, as an RFC 3339 time.")
	a.Describe(&x.EndDate, "When the reservation ends, as an RFC 3339 time.")
	a.Describe(&x.ZoneID, "The ID of the availability zone.")
	a.Describe(&x.ZoneName, "The name of the availability zone.")
}

// DeleteBeforeReplace says that two of them with the same inputs are one.
func (r *Reservations) DeleteBeforeReplace() {}

// CheckInputs checks the file.
func (r *Reservations) CheckInputs(in *check.Inputs) {
	const property = "reservationsCsv"
	text, known := in.String(property)
	if !known {
		return
	}
	rows, others, found := readReservations(text)
	found.report(in, property)
	if len(others) > 0 {
		in.Warn("%s: the columns %s are not used", property, strings.Join(others, ", "))
	}
	if len(found) == 0 && len(rows) == 0 {
		in.Warn("%s has no rows: the organization will have no reservations", property)
	}
}

// WireDependencies tells previews what an update can change.
func (r *Reservations) WireDependencies(f infer.FieldSelector, a *ReservationsArgs, s *ReservationsState) {
	crud.KeepKnown(f, a, s)
}

func reservationsPath(organization string) string {
	return api.Path("v1", "organizations", organization, "reservations")
}

// listReservations lists what an organization has, as it is now.
func listReservations(ctx context.Context, organization string) (reserved, error) {
	items, err := config.Client(ctx).All(ctx, reservationsPath(organization), nil, "reservations")
	if err != nil {
		return nil, err
	}
	return readReserved(items)
}

// overwrite makes the items all that an organization has.
func overwrite(ctx context.Context, organization string, items []any) error {
	repeatable := true
	_, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: reservationsPath(organization) + "/overwrite", Body: map[string]any{"items": items},
		Idempotent: &repeatable,
	})
	return err
}

// set makes the file all that an organization has, unless it has what neither
// the file nor known, the last outputs, holds. It returns the new outputs, and
// whether anything was changed.
func (x *ReservationsArgs) set(
	ctx context.Context, organization string, known []ReservationsReservation,
) (s ReservationsState, changed bool, err error) {
	rows, _, found := readReservations(x.ReservationsCSV)
	if err := found.err(); err != nil {
		return s, false, err
	}
	unlock, err := config.Client(ctx).Lock(ctx, reservationsPath(organization))
	if err != nil {
		return s, false, err
	}
	defer unlock()
	have, err := listReservations(ctx, organization)
	if err != nil {
		return s, false, err
	}
	if strange := have.without(sameOnes(rows.reservations())).without(sameOnes(known)); len(strange) > 0 {
		return s, false, fmt.Errorf("the organization has reservations that are not in the file, and would lose them: %s. Add them to "+
			"reservationsCsv, or remove them in the console; importing the resource (`pulumi import castai:index:Reservations <name> %s`) "+
			"or, if it is in the stack, `pulumi refresh` shows all there are", strange, organization)
	}
	items := make([]any, len(rows))
	for i, row := range rows {
		items[i] = row.body
	}
	if err := overwrite(ctx, organization, items); err != nil {
		return s, false, err
	}
	s = ReservationsState{*x, rows.reservations()}
	s.OrganizationID = &organization
	if have, err = listReservations(ctx, organization); err == nil {
		s.Reservations = have.inOrder(rows)
	}
	return s, true, err
}

// Create sets the reservations.
func (r *Reservations) Create(
	ctx context.Context, req infer.CreateRequest[ReservationsArgs],
) (infer.CreateResponse[ReservationsState], error) {
	none := infer.CreateResponse[ReservationsState]{}
	if req.DryRun {
		return infer.CreateResponse[ReservationsState]{Output: ReservationsState{ReservationsArgs: req.Inputs}}, nil
	}
	fail := func(err error) error { return fmt.Errorf("cannot create reservations: %w", err) }
	organization, err := config.Organization(ctx, req.Inputs.OrganizationID)
	if err != nil {
		return none, fail(err)
	}
	state, changed, err := req.Inputs.set(ctx, organization, nil)
	switch out := (infer.CreateResponse[ReservationsState]{ID: organization, Output: state}); {
	case err == nil:
		return out, nil
	case changed:
		return out, crud.Partial(fail(err))
	default:
		return none, fail(err)
	}
}

// Read fetches the reservations, for a refresh or an import. The file stays as
// it is in the program if it says what there is.
func (r *Reservations) Read(
	ctx context.Context, req infer.ReadRequest[ReservationsArgs, ReservationsState],
) (infer.ReadResponse[ReservationsArgs, ReservationsState], error) {
	none := infer.ReadResponse[ReservationsArgs, ReservationsState]{}
	if uuid.Validate(req.ID) != nil {
		return none, fmt.Errorf("%q is not a valid import ID: it has the form <organizationId>, which is a UUID", req.ID)
	}
	have, err := listReservations(ctx, req.ID)
	rows, _, found := readReservations(req.Inputs.ReservationsCSV)
	switch {
	case api.IsNotFound(err):
		return none, nil
	case err != nil:
		return none, fmt.Errorf("cannot read reservations %s: %w", req.ID, err)
	case len(have) == 0 && (len(rows) > 0 || crud.IsImport(ctx)):
		return none, nil // all are gone
	}
	a := req.Inputs
	if a.OrganizationID == nil {
		a.OrganizationID = &req.ID
	}
	if len(found) > 0 || len(have) != len(rows) || len(have.without(rows.reservations())) > 0 {
		if a.ReservationsCSV, err = have.csv(); err != nil {
			return none, fmt.Errorf("cannot read reservations %s: %w", req.ID, err)
		}
	}
	state := ReservationsState{a, have.inOrder(rows)}
	return infer.ReadResponse[ReservationsArgs, ReservationsState]{ID: req.ID, Inputs: a, State: state}, nil
}

// Update sets the reservations.
func (r *Reservations) Update(
	ctx context.Context, req infer.UpdateRequest[ReservationsArgs, ReservationsState],
) (infer.UpdateResponse[ReservationsState], error) {
	none := infer.UpdateResponse[ReservationsState]{}
	if req.DryRun {
		return infer.UpdateResponse[ReservationsState]{Output: crud.Predict(ctx, req.State, req.Inputs)}, nil
	}
	fail := func(err error) error { return fmt.Errorf("cannot update reservations %s: %w", req.ID, err) }
	state, changed, err := req.Inputs.set(ctx, req.ID, req.State.Reservations)
	switch {
	case err == nil:
		return infer.UpdateResponse[ReservationsState]{Output: state}, nil
	case changed:
		return infer.UpdateResponse[ReservationsState]{Output: state}, crud.Partial(fail(err))
	default:
		return none, fail(err)
	}
}

// Delete removes the reservations in the state.
func (r *Reservations) Delete(
	ctx context.Context, req infer.DeleteRequest[ReservationsState],
) (infer.DeleteResponse, error) {
	fail := func(err error) (infer.DeleteResponse, error) {
		if err == nil || api.IsNotFound(err) {
			return infer.DeleteResponse{}, nil
		}
		return infer.DeleteResponse{}, fmt.Errorf("cannot delete reservations %s: %w", req.ID, err)
	}
	unlock, err := config.Client(ctx).Lock(ctx, reservationsPath(req.ID))
	if err != nil {
		return fail(err)
	}
	defer unlock()
	have, err := listReservations(ctx, req.ID)
	if err != nil {
		return fail(err)
	}
	others := have.without(sameOnes(req.State.Reservations))
	if len(others) == len(have) {
		return fail(nil)
	}
	items := make([]any, len(others))
	for i, other := range others {
		items[i] = other.body
	}
	if len(others) > 0 {
		crud.Warn(ctx, "the organization %s keeps the reservations that are not of this resource: %s", req.ID, others)
	}
	return fail(overwrite(ctx, req.ID, items))
}
