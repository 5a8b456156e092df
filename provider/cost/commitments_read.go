package cost

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
)

// Read fetches the commitments, for a refresh or an import. The file stays as it
// is in the program if it says what there is; otherwise it is written anew.
func (r *Commitments) Read(
	ctx context.Context, req infer.ReadRequest[CommitmentsArgs, CommitmentsState],
) (infer.ReadResponse[CommitmentsArgs, CommitmentsState], error) {
	none := infer.ReadResponse[CommitmentsArgs, CommitmentsState]{}
	fail := func(err error) error { return fmt.Errorf("cannot read commitments %s: %w", req.ID, err) }
	organization, of, _ := strings.Cut(req.ID, ":")
	if uuid.Validate(organization) != nil || of != string(azure) && of != string(gcp) {
		return none, fmt.Errorf("%q is not a valid import ID: it has the form %s", req.ID, importCommitments)
	}
	a := req.Inputs
	if a.OrganizationID == nil {
		a.OrganizationID = &organization
	}
	if crud.IsImport(ctx) {
		if _, err := tokenOrganization(ctx, &organization); err != nil {
			return none, fail(err)
		}
	}
	all, err := readCommitments(ctx)
	if api.IsNotFound(err) {
		return none, nil
	}
	if err != nil {
		return none, fail(err)
	}
	file, failed := a.file()
	if file.cloud == "" || failed != nil {
		file = commitmentFile{cloud: cloud(of)}
	}
	shown, differs := file.compare(all, a.overwrites() || crud.IsImport(ctx))
	if len(shown) == 0 && (len(file.rows) > 0 || crud.IsImport(ctx)) {
		return none, nil // all are gone
	}
	a.CommitmentConfigs = a.configsNow(file, all)
	if differs || failed != nil {
		if err := a.rewrite(file.cloud, shown); err != nil {
			return none, fail(err)
		}
	}
	state := CommitmentsState{CommitmentsArgs: a, AzureReservations: []CommitmentsAzureReservation{}, GcpCuds: []CommitmentsGcpCud{}}
	recorded := req.State.recorded()
	for _, c := range shown {
		// What others have made is not the resource's to remove, unless it is imported.
		if _, named := file.keys()[c.identity().key]; named || recorded[c.identity()] || crud.IsImport(ctx) {
			state.add(&c)
		}
	}
	return infer.ReadResponse[CommitmentsArgs, CommitmentsState]{ID: req.ID, Inputs: a, State: state}, nil
}

// compare lists the commitments of the file that there are, in its order, and
// with all those of its cloud that are not in it. It says whether they differ
// from the file.
func (f commitmentFile) compare(have commitments, all bool) (list []commitment, differs bool) {
	for _, row := range f.rows {
		c := have.get(identity{f.cloud, f.key(row)})
		if c == nil {
			differs = true
			continue
		}
		list = append(list, *c)
		differs = differs || !row.fits(c.fields())
	}
	keys := f.keys()
	for _, c := range have.list {
		id := c.identity()
		if _, named := keys[id.key]; all && id.cloud == f.cloud && !named {
			list, differs = append(list, c), true
		}
	}
	return list, differs
}

// rewrite sets the file to one that says what there is.
func (x *CommitmentsArgs) rewrite(c cloud, list []commitment) error {
	fields := make([]map[string]string, len(list))
	for i := range list {
		fields[i] = list[i].fields()
	}
	text, err := c.write(fields)
	x.AzureReservationsCSV, x.GcpCudsJSON = &text, nil
	if c == gcp {
		x.AzureReservationsCSV, x.GcpCudsJSON = nil, &text
	}
	return err
}

// configsNow are the elements of commitmentConfigs as the service has them;
// those whose commitment is gone are left out.
func (x *CommitmentsArgs) configsNow(f commitmentFile, all commitments) []CommitmentsCommitmentConfig {
	rows, err := x.matched(f)
	if err != nil || x.CommitmentConfigs == nil {
		return x.CommitmentConfigs // the next check says what is wrong
	}
	list := []CommitmentsCommitmentConfig{}
	for i, row := range rows {
		c := all.get(identity{f.cloud, f.key(f.rows[row])})
		if c == nil {
			continue
		}
		was := x.CommitmentConfigs[i]
		now := CommitmentsCommitmentConfig{
			Matcher: was.Matcher, Prioritization: c.Prioritization, Status: c.Status, AllowedUsage: c.usage(),
			ScalingStrategy: c.ScalingStrategy, AutoAssignment: c.AutoAssignment, Assignments: []CommitmentsCommitmentConfigAssignment{},
		}
		if was.AllowedUsage != nil && c.AllowedUsage != nil && sameUsage(*was.AllowedUsage, *c.AllowedUsage) {
			now.AllowedUsage = was.AllowedUsage
		}
		for _, cluster := range inOrderOf(was.Assignments, *c) {
			place := len(now.Assignments) + 1
			now.Assignments = append(now.Assignments, CommitmentsCommitmentConfigAssignment{cluster, &place})
		}
		list = append(list, now)
	}
	return list
}

// inOrderOf lists the clusters of a commitment, in the order of the program
// where it does not matter.
func inOrderOf(was []CommitmentsCommitmentConfigAssignment, c commitment) []string {
	wanted := c
	wanted.clusters = clusterIDs(was)
	if sameClusters(wanted, c.clusters) {
		return wanted.clusters
	}
	return c.clusters
}

func clusterIDs(list []CommitmentsCommitmentConfigAssignment) (ids []string) {
	for _, a := range list {
		ids = append(ids, a.ClusterID)
	}
	return ids
}
