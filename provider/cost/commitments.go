package cost

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
)

// Commitments are what an organization has committed to pay its cloud for.
type Commitments struct{}

const importCommitments = "<organizationId>:azure or <organizationId>:gcp"

// Annotate describes the resource.
func (r *Commitments) Annotate(a infer.Annotator) {
	a.Describe(&r, "The commitments of an organization in a cloud: Azure reservations, or committed use discounts (CUDs) of Google Cloud "+
		"for resources. CAST AI uses what is paid for in advance before it pays for more. They come from the file that the cloud's own "+
		"tools export; `commitmentConfigs` says how they are used.\n\n"+
		"Nothing is taken away that the program does not speak of. Commitments that are neither in the file nor in the stack's state stay, "+
		"unless `importMode` is `OVERWRITE`; settings that no element of `commitmentConfigs` gives, and the clusters of a commitment "+
		"without `assignments`, stay as they are, also when a commitment is imported again. A commitment that is dropped from the file is "+
		"removed. Deleting the resource removes the commitments in its state, and no others.\n\n"+
		"The API acts on the organization of the API token. There should be one resource of this kind for each cloud.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>:azure` or `<organizationId>:gcp`. The file is then written from the commitments that "+
		"the organization has in that cloud.")
}

// CommitmentsArgs are the inputs of [Commitments].
type CommitmentsArgs struct {
	AzureReservationsCSV *string                       `pulumi:"azureReservationsCsv,optional" norm:"csv"`
	GcpCudsJSON          *string                       `pulumi:"gcpCudsJson,optional" norm:"json"`
	OrganizationID       *string                       `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ImportMode           *string                       `pulumi:"importMode,optional" wire:"-" norm:"fold,default=APPEND" check:"oneoffold=APPEND|OVERWRITE"`
	CommitmentConfigs    []CommitmentsCommitmentConfig `pulumi:"commitmentConfigs,optional" norm:"set"`
}

// Annotate describes the inputs.
func (x *CommitmentsArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.AzureReservationsCSV, "The Azure reservations: CSV text as the Azure portal exports it. Columns may be in any order; those "+
		"used are Name, Reservation Id (needed), Status, Expiration date, Purchase date, Term (`P1Y` or `P3Y`), Scope, Scope subscription, "+
		"Scope resource group, Type, Product name, Region and Quantity. Give this or `gcpCudsJson`.")
	a.Describe(&x.GcpCudsJSON, "The committed use discounts of Google Cloud: JSON text as `gcloud compute commitments list --format json` "+
		"prints it. Give this or `azureReservationsCsv`.")
	a.Describe(&x.OrganizationID, "The organization (UUID), which must be that of the API token: the API cannot be told to act on another. "+
		"Left out, the one that the provider is configured with, or else the only one the token can see. Changing it replaces the resource.")
	a.Describe(&x.ImportMode, "What becomes of commitments of the same cloud that are neither in the file nor in the stack's state: `APPEND` "+
		"keeps them, `OVERWRITE` removes them. Google Cloud's can only be imported all at once: with `APPEND` the import fails as long as "+
		"there are such commitments, and says which. Letter case does not matter. Default: `APPEND`.")
	a.Describe(&x.CommitmentConfigs, "How single commitments of the file are used, in any order. Those without an element are left as they are.")
}

// CommitmentsCommitmentConfig says how a commitment is used.
type CommitmentsCommitmentConfig struct {
	Matcher         CommitmentsCommitmentConfigMatcher      `pulumi:"matcher"`
	Prioritization  *bool                                   `pulumi:"prioritization,optional"`
	Status          *string                                 `pulumi:"status,optional" norm:"fold" check:"known=Active|Inactive"`
	AllowedUsage    *float64                                `pulumi:"allowedUsage,optional" check:"min=0,max=1"`
	ScalingStrategy *string                                 `pulumi:"scalingStrategy,optional" norm:"fold" check:"known=Default|CPUBased|RamBased"`
	AutoAssignment  *bool                                   `pulumi:"autoAssignment,optional"`
	Assignments     []CommitmentsCommitmentConfigAssignment `pulumi:"assignments,optional"`
}

const leftAsItIs = " Left out, it stays as it is."

// Annotate describes the properties.
func (x *CommitmentsCommitmentConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "How a commitment is used.")
	a.Describe(&x.Matcher, "Which commitment of the file this is for: it must fit exactly one, and no other element may fit that one too.")
	a.Describe(&x.Prioritization, "Whether the clusters in `assignments` are served in their order."+leftAsItIs)
	a.Describe(&x.Status, "`Active` if the commitment is used, `Inactive` if not. Letter case does not matter."+leftAsItIs)
	a.Describe(&x.AllowedUsage, "The share of the commitment that CAST AI may use, from 0 to 1. The service may round it to two decimals, and may "+
		"apply it to Google Cloud only."+leftAsItIs)
	a.Describe(&x.ScalingStrategy, "What the use of a commitment is measured by: `Default`, `CPUBased` or `RamBased`. Letter case does not "+
		"matter."+leftAsItIs)
	a.Describe(&x.AutoAssignment, "Whether the commitment is used by clusters that it is not assigned to, too."+leftAsItIs)
	a.Describe(&x.Assignments, "The clusters that the commitment is for; with `prioritization` the first is served first, otherwise their order "+
		"does not matter. An empty list takes it from all clusters; left out, the clusters stay as they are.")
}

// CommitmentsCommitmentConfigMatcher finds a commitment.
type CommitmentsCommitmentConfigMatcher struct {
	Name   string  `pulumi:"name" check:"notblank"`
	Region string  `pulumi:"region"`
	Type   *string `pulumi:"type,optional"`
}

// Annotate describes the properties.
func (x *CommitmentsCommitmentConfigMatcher) Annotate(a infer.Annotator) {
	a.Describe(&x, "Finds a commitment of the file.")
	a.Describe(&x.Name, "The name of the commitment, in the exact letter case.")
	a.Describe(&x.Region, "The region, as a name or as a URL that ends in it. Empty for any.")
	a.Describe(&x.Type, "The type: for Azure the product name, such as `Standard_D4s_v5`; for Google Cloud the type of the commitment, such as "+
		"`GENERAL_PURPOSE_N2`. Empty or left out for any.")
}

// CommitmentsCommitmentConfigAssignment is a cluster that a commitment is for.
type CommitmentsCommitmentConfigAssignment struct {
	ClusterID string `pulumi:"clusterId" check:"uuid"`
	Priority  *int   `pulumi:"priority,optional" wire:"-"`
}

// Annotate describes the properties.
func (x *CommitmentsCommitmentConfigAssignment) Annotate(a infer.Annotator) {
	a.Describe(&x, "A cluster that a commitment is for.")
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
	a.Describe(&x.Priority, "The place of the cluster in the list, from 1. It may be left out; if given, it must be that place.")
}

// CommitmentsState are the outputs of [Commitments].
type CommitmentsState struct {
	CommitmentsArgs
	AzureReservations []CommitmentsAzureReservation `pulumi:"azureReservations" wire:"-,changes"`
	GcpCuds           []CommitmentsGcpCud           `pulumi:"gcpCuds" wire:"-,changes"`
}

// Annotate describes the outputs.
func (x *CommitmentsState) Annotate(a infer.Annotator) {
	a.Describe(&x.AzureReservations, "The Azure reservations of the file as the service has them, in its order.")
	a.Describe(&x.GcpCuds, "The committed use discounts of the file as the service has them, in its order.")
}

// DeleteBeforeReplace says that two of them with the same inputs are one.
func (r *Commitments) DeleteBeforeReplace() {}

// CheckInputs checks the file, and that each element of commitmentConfigs is for
// one commitment in it.
func (r *Commitments) CheckInputs(in *check.Inputs) {
	in.ExactlyOne("azureReservationsCsv", "gcpCudsJson")
	in.Each("commitmentConfigs", func(_ string, config *check.Inputs) { checkAssignments(config) })
	file, known := checkFile(in)
	if !known {
		return
	}
	if len(file.rows) == 0 {
		in.Warn("the file of commitments has none: those in the stack's state will be removed")
	}
	n, _ := in.Len("commitmentConfigs")
	matchers := make([]*CommitmentsCommitmentConfigMatcher, n)
	for i := range n {
		matchers[i] = knownMatcher(in, fmt.Sprintf("commitmentConfigs[%d].matcher", i))
	}
	_, wrong := file.match(matchers)
	for i, text := range wrong {
		if text != "" {
			in.Fail(fmt.Sprintf("commitmentConfigs[%d].matcher", i), "%s", text)
		}
	}
}

// checkFile reports the mistakes in the file; known only if there are none.
func checkFile(in *check.Inputs) (file commitmentFile, known bool) {
	var found mistakes
	if text, given := in.String("azureReservationsCsv"); given {
		const property = "azureReservationsCsv"
		var others []string
		file, others, found = readAzure(text)
		if len(others) > 0 {
			in.Warn("%s: the columns %s are not used", property, strings.Join(others, ", "))
		}
		found.report(in, property)
		return file, len(found) == 0
	}
	text, given := in.String("gcpCudsJson")
	if given {
		file, found = readGCP(text)
		found.report(in, "gcpCudsJson")
	}
	return file, given && len(found) == 0
}

func checkAssignments(config *check.Inputs) {
	n, _ := config.Len("assignments")
	seen := map[string]int{}
	for i := range n {
		path := fmt.Sprintf("assignments[%d]", i)
		if id, known := config.String(path + ".clusterId"); known {
			if first, twice := seen[id]; twice {
				config.Fail(path+".clusterId", "the cluster is in assignments[%d] already", first)
			} else {
				seen[id] = i
			}
		}
		if priority, known := config.Number(path + ".priority"); known && priority != float64(i+1) {
			config.Fail(path+".priority", "the cluster is in place %d: leave the priority out, or move the cluster to its place", i+1)
		}
	}
}

// knownMatcher returns the matcher at a path; nil if it is not known, or wrong in
// itself.
func knownMatcher(in *check.Inputs, path string) *CommitmentsCommitmentConfigMatcher {
	name, ok := in.String(path + ".name")
	region, okRegion := in.String(path + ".region")
	kind, okType := in.String(path + ".type")
	if !ok || strings.TrimSpace(name) == "" || !okRegion || in.Set(path+".type") && !okType {
		return nil
	}
	return &CommitmentsCommitmentConfigMatcher{Name: name, Region: region, Type: &kind}
}

// fits says whether a matcher fits a row.
func (x *CommitmentsCommitmentConfigMatcher) fits(c cloud, row commitmentRow) bool {
	return x.Name == row.fields["name"] &&
		(x.Region == "" || is(region(x.Region), region(row.fields["region"]))) &&
		(x.Type == nil || *x.Type == "" || *x.Type == row.fields[typeField[c]])
}

func (x *CommitmentsCommitmentConfigMatcher) String() string {
	text := fmt.Sprintf("named %q", x.Name)
	if x.Region != "" {
		text += fmt.Sprintf(" in the region %q", region(x.Region))
	}
	if x.Type != nil && *x.Type != "" {
		text += fmt.Sprintf(" of the type %q", *x.Type)
	}
	return text
}

// match finds the row of each matcher, or says what is wrong with it. A matcher
// that is nil is not known.
func (f commitmentFile) match(matchers []*CommitmentsCommitmentConfigMatcher) (rows []int, wrong []string) {
	rows, wrong = make([]int, len(matchers)), make([]string, len(matchers))
	taken := map[int]int{}
	for i, matcher := range matchers {
		rows[i] = -1
		if matcher == nil {
			continue
		}
		var fitting []int
		for j, row := range f.rows {
			if matcher.fits(f.cloud, row) {
				fitting = append(fitting, j)
			}
		}
		if len(fitting) != 1 {
			wrong[i] = f.misfit(matcher, fitting)
			continue
		}
		if first, twice := taken[fitting[0]]; twice {
			wrong[i] = fmt.Sprintf("the commitment %s is matched by commitmentConfigs[%d] already", f.describe(fitting[0]), first)
			continue
		}
		rows[i], taken[fitting[0]] = fitting[0], i
	}
	return rows, wrong
}

func (f commitmentFile) misfit(matcher *CommitmentsCommitmentConfigMatcher, fitting []int) string {
	switch {
	case len(fitting) > 1:
		names := enumerate(len(fitting), func(i int) string { return f.describe(fitting[i]) })
		return fmt.Sprintf("%d commitments of the file are %s: %s. Tell them apart by region and type, or by other names in the file",
			len(fitting), matcher, names)
	case len(f.rows) == 0:
		return fmt.Sprintf("no commitment of the file is %s: it has none", matcher)
	default:
		return fmt.Sprintf("no commitment of the file is %s; it has %s", matcher, f)
	}
}

// WireDependencies tells previews what an update can change.
func (r *Commitments) WireDependencies(f infer.FieldSelector, a *CommitmentsArgs, s *CommitmentsState) {
	crud.KeepKnown(f, a, s)
}

// file reads the file, which was checked before.
func (x *CommitmentsArgs) file() (f commitmentFile, err error) {
	var found mistakes
	switch {
	case x.AzureReservationsCSV != nil:
		f, _, found = readAzure(*x.AzureReservationsCSV)
	case x.GcpCudsJSON != nil:
		f, found = readGCP(*x.GcpCudsJSON)
	}
	return f, found.err()
}

// overwrites says whether commitments that the program does not speak of go.
func (x *CommitmentsArgs) overwrites() bool {
	return x.ImportMode != nil && is(*x.ImportMode, "OVERWRITE")
}

// matched finds the row of each element of commitmentConfigs.
func (x *CommitmentsArgs) matched(f commitmentFile) (rows []int, err error) {
	matchers := make([]*CommitmentsCommitmentConfigMatcher, len(x.CommitmentConfigs))
	for i := range matchers {
		matchers[i] = &x.CommitmentConfigs[i].Matcher
	}
	rows, wrong := f.match(matchers)
	for i, text := range wrong {
		if text != "" && err == nil {
			err = fmt.Errorf("commitmentConfigs[%d].matcher: %s", i, text)
		}
	}
	return rows, err
}

// Create imports the commitments.
func (r *Commitments) Create(
	ctx context.Context, req infer.CreateRequest[CommitmentsArgs],
) (infer.CreateResponse[CommitmentsState], error) {
	none := infer.CreateResponse[CommitmentsState]{}
	crud.Restore(ctx, &req.Inputs)
	if req.DryRun {
		return infer.CreateResponse[CommitmentsState]{Output: CommitmentsState{CommitmentsArgs: req.Inputs}}, nil
	}
	fail := func(err error) error { return fmt.Errorf("cannot create commitments: %w", err) }
	organization, err := tokenOrganization(ctx, req.Inputs.OrganizationID)
	if err != nil {
		return none, fail(err)
	}
	state := CommitmentsState{CommitmentsArgs: req.Inputs}
	state.OrganizationID = &organization
	s, err := newSync(&state)
	if err == nil {
		err = s.run(ctx)
	}
	out := infer.CreateResponse[CommitmentsState]{Output: state}
	switch {
	case err == nil:
		out.ID = organization + ":" + string(s.file.cloud)
		return out, nil
	case s.changed:
		out.ID = organization + ":" + string(s.file.cloud)
		return out, crud.Partial(fail(err))
	default:
		return none, fail(err)
	}
}

// tokenOrganization is the organization of the program, which must be one that
// the token sees: no call says which one it acts on.
func tokenOrganization(ctx context.Context, given *string) (string, error) {
	if given == nil {
		return config.Organization(ctx, nil)
	}
	all, err := config.Organizations(ctx)
	if err != nil {
		return "", err
	}
	for _, organization := range all {
		if id, _ := organization["id"].(string); is(id, *given) {
			return *given, nil
		}
	}
	return "", fmt.Errorf("the API token does not see the organization %s: use a token of that organization", *given)
}

// Update imports what has changed, and sets how it is used.
func (r *Commitments) Update(
	ctx context.Context, req infer.UpdateRequest[CommitmentsArgs, CommitmentsState],
) (infer.UpdateResponse[CommitmentsState], error) {
	crud.Restore(ctx, &req.Inputs)
	if req.DryRun {
		return infer.UpdateResponse[CommitmentsState]{Output: crud.Predict(ctx, req.State, req.Inputs)}, nil
	}
	fail := func(err error) error { return fmt.Errorf("cannot update commitments %s: %w", req.ID, err) }
	state := req.State
	state.CommitmentsArgs = req.Inputs
	if state.OrganizationID == nil {
		state.OrganizationID = req.State.OrganizationID
	}
	s, err := newSync(&state)
	if err == nil {
		err = s.run(ctx)
	}
	switch {
	case err == nil:
		return infer.UpdateResponse[CommitmentsState]{Output: state}, nil
	case s.changed:
		return infer.UpdateResponse[CommitmentsState]{Output: state}, crud.Partial(fail(err))
	default:
		return infer.UpdateResponse[CommitmentsState]{}, fail(err)
	}
}

// Delete removes the commitments in the state.
func (r *Commitments) Delete(
	ctx context.Context, req infer.DeleteRequest[CommitmentsState],
) (infer.DeleteResponse, error) {
	unlock, err := config.Client(ctx).Lock(ctx, commitmentsPath)
	if err == nil {
		defer unlock()
		err = deleteCommitments(ctx, req.State.recorded())
	}
	if err != nil && !api.IsNotFound(err) {
		return infer.DeleteResponse{}, fmt.Errorf("cannot delete commitments %s: %w", req.ID, err)
	}
	return infer.DeleteResponse{}, nil
}
