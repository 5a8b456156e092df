package cost

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
)

// recorded are the commitments in the outputs.
func (s *CommitmentsState) recorded() map[identity]bool {
	out := map[identity]bool{}
	for _, r := range s.AzureReservations {
		out[identity{azure, commitmentKey(r.ReservationID)}] = true
	}
	for _, c := range s.GcpCuds {
		out[identity{gcp, commitmentKey(c.CudID)}] = true
	}
	return out
}

// record sets the outputs to those commitments of the file that there are, in
// its order.
func (s *CommitmentsState) record(f commitmentFile, all commitments) {
	s.AzureReservations, s.GcpCuds = []CommitmentsAzureReservation{}, []CommitmentsGcpCud{}
	for _, row := range f.rows {
		s.add(all.get(identity{f.cloud, f.key(row)}))
	}
}

func (s *CommitmentsState) add(c *commitment) {
	switch {
	case c == nil:
	case c.Azure != nil:
		s.AzureReservations = append(s.AzureReservations, c.azureReservation())
	case c.GCP != nil:
		s.GcpCuds = append(s.GcpCuds, c.gcpCud())
	}
}

// sync brings the commitments of the service to what a program says.
type sync struct {
	state    *CommitmentsState
	file     commitmentFile
	rows     []int             // of the file, by element of commitmentConfigs
	recorded map[identity]bool // what the resource has imported before
	changed  bool              // whether anything was changed so far
}

// newSync starts from a state whose inputs are new and whose outputs are old.
func newSync(state *CommitmentsState) (*sync, error) {
	s := &sync{state: state, recorded: state.recorded()}
	var err error
	if s.file, err = state.file(); err == nil {
		s.rows, err = state.matched(s.file)
	}
	return s, err
}

// run does it. Whatever it comes to, the state then holds the commitments that
// there are and that the resource is to remove one day.
func (s *sync) run(ctx context.Context) error {
	unlock, err := config.Client(ctx).Lock(ctx, commitmentsPath)
	if err != nil {
		return err
	}
	defer unlock()
	before, err := readCommitments(ctx)
	if err != nil {
		return err
	}
	after, err := s.importRows(ctx, before)
	if err == nil {
		err = s.removeDropped(ctx, after)
	}
	if err == nil {
		err = s.configure(ctx, before, after)
	}
	if s.changed {
		var now commitments
		var failed error
		if now, failed = readCommitments(ctx); failed == nil {
			after = now
		}
		err = errors.Join(err, failed)
	}
	s.keep(after, err != nil)
	return err
}

// keep records the commitments of the file and, if something went wrong, those
// that were to be removed.
func (s *sync) keep(all commitments, failed bool) {
	dropped := s.dropped(all)
	s.state.record(s.file, all)
	if failed {
		for _, c := range dropped {
			s.state.add(&c)
		}
	}
}

// importRows imports what is not there as the file has it, and returns what
// there is then.
func (s *sync) importRows(ctx context.Context, before commitments) (commitments, error) {
	keys := s.file.keys()
	var strange []commitment // neither in the file nor in the state
	for _, c := range before.list {
		id := c.identity()
		if _, named := keys[id.key]; id.cloud == s.file.cloud && !named && !s.recorded[id] {
			strange = append(strange, c)
		}
	}
	var stale []any
	all := []any{}
	for _, row := range s.file.rows {
		all = append(all, row.body)
		if have := before.get(identity{s.file.cloud, s.file.key(row)}); have == nil || !row.fits(have.fields()) {
			stale = append(stale, row.body)
		}
	}
	overwrites := s.state.overwrites()
	names := enumerate(len(strange), func(i int) string { return strange[i].String() })
	switch {
	case overwrites && len(strange) > 0:
		crud.Warn(ctx, "importMode is OVERWRITE: commitments that are not in the file are removed: %s", names)
	case len(stale) == 0:
		return before, nil
	case s.file.cloud == gcp && len(strange) > 0:
		return before, fmt.Errorf("the organization has commitments that are not in the file, and Google Cloud's can only be imported "+
			"all at once, which would remove them: %s. Add them to gcpCudsJson, or set importMode to OVERWRITE to have them removed", names)
	}
	if err := s.send(ctx, overwrites, all, stale); err != nil {
		return before, err
	}
	after, err := readCommitments(ctx)
	if err != nil {
		return before, err
	}
	for i, row := range s.file.rows {
		if after.get(identity{s.file.cloud, s.file.key(row)}) == nil {
			return after, fmt.Errorf("the API has accepted the commitment %s and does not list it", s.file.describe(i))
		}
	}
	return after, nil
}

// send makes the import call.
func (s *sync) send(ctx context.Context, overwrites bool, all, stale []any) error {
	// Either kind of import says what is to be there, so that repeating it is safe.
	repeatable := true
	call := api.Call{
		Method: http.MethodPost, Path: commitmentsPath + "/import/gcp/cud", Query: url.Values{"behaviour": {"OVERWRITE"}}, Body: all,
		Idempotent: &repeatable,
	}
	if s.file.cloud == azure {
		call.Path = commitmentsPath + "/import/azure/reservation"
		if !overwrites {
			call.Query, call.Body = url.Values{"behaviour": {"APPEND"}}, stale
		}
	}
	_, err := config.Client(ctx).Do(ctx, call)
	s.changed = err == nil
	return err
}

// dropped are the commitments that the resource has imported and the file does
// not name any more.
func (s *sync) dropped(all commitments) (list []commitment) {
	keys := s.file.keys()
	for _, c := range all.list {
		id := c.identity()
		if _, named := keys[id.key]; s.recorded[id] && !(named && id.cloud == s.file.cloud) {
			list = append(list, c)
		}
	}
	return list
}

func (s *sync) removeDropped(ctx context.Context, all commitments) error {
	for _, c := range s.dropped(all) {
		if err := deleteCommitment(ctx, c); err != nil {
			return err
		}
		s.changed = true
	}
	return nil
}

// configure sets how commitments are used. Those that were there before are used
// as before, except for what the program sets: an import may have reset them.
func (s *sync) configure(ctx context.Context, before, after commitments) error {
	for i, row := range s.file.rows {
		id := identity{s.file.cloud, s.file.key(row)}
		have := after.get(id)
		want := *have
		if was := before.get(id); was != nil {
			want = *was
		}
		if place := slices.Index(s.rows, i); place >= 0 {
			config := &s.state.CommitmentConfigs[place]
			want.settings = want.with(config)
			if config.Assignments != nil {
				want.clusters = clusterIDs(config.Assignments)
			}
		}
		if err := s.configureOne(ctx, want, have); err != nil {
			return err
		}
	}
	return nil
}

func (s *sync) configureOne(ctx context.Context, want commitment, have *commitment) error {
	path := commitmentsPath + api.Path(have.ID)
	if !want.settings.equal(have.settings) {
		if _, err := crud.Send(ctx, api.Call{Method: http.MethodPut, Path: path, Body: want.settings.body()}); err != nil {
			return fmt.Errorf("cannot set how the commitment %s is used: %w", have, err)
		}
		s.changed = true
	}
	if !sameClusters(want, have.clusters) {
		clusters := append([]string{}, want.clusters...)
		if _, err := config.Client(ctx).Do(ctx, api.Call{Method: http.MethodPut, Path: path + "/assignments", Body: clusters}); err != nil {
			return fmt.Errorf("cannot assign the commitment %s to clusters: %w", have, err)
		}
		s.changed = true
	}
	return nil
}

// body is what sets the settings: all of them, so that it does not matter what
// the service makes of those that are left out.
func (s settings) body() map[string]any {
	body := map[string]any{}
	if s.AllowedUsage != nil {
		body["allowedUsage"] = shorten(*s.AllowedUsage)
	}
	if s.Prioritization != nil {
		body["prioritization"] = *s.Prioritization
	}
	if s.AutoAssignment != nil {
		body["autoAssignment"] = *s.AutoAssignment
	}
	if s.Status != nil {
		body["status"] = *s.Status
	}
	if s.ScalingStrategy != nil {
		body["scalingStrategy"] = *s.ScalingStrategy
	}
	return body
}

// sameClusters compares clusters, in their order if it matters.
func sameClusters(want commitment, have []string) bool {
	if want.Prioritization != nil && *want.Prioritization {
		return slices.Equal(want.clusters, have)
	}
	return slices.Equal(slices.Sorted(slices.Values(want.clusters)), slices.Sorted(slices.Values(have)))
}

// deleteCommitments removes commitments.
func deleteCommitments(ctx context.Context, which map[identity]bool) error {
	all, err := readCommitments(ctx)
	if err != nil {
		return err
	}
	for _, c := range all.list {
		if !which[c.identity()] {
			continue
		}
		if err := deleteCommitment(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func deleteCommitment(ctx context.Context, c commitment) error {
	_, err := crud.Send(ctx, api.Call{Method: http.MethodDelete, Path: commitmentsPath + api.Path(c.ID)})
	if err != nil && !api.IsNotFound(err) {
		return fmt.Errorf("cannot remove the commitment %s: %w", c, err)
	}
	return nil
}
