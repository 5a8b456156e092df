package cost

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/wire"
)

var (
	commitmentsPath = api.Path("v1", "savings", "commitments")
	assignmentsPath = api.Path("v1", "savings", "assignments")
)

// commitment is one of the service's.
type commitment struct {
	settings
	ID        string        `pulumi:"id"`
	Name      string        `pulumi:"name"`
	Region    string        `pulumi:"region"`
	StartDate string        `pulumi:"startDate"`
	EndDate   string        `pulumi:"endDate"`
	Azure     *azureContext `pulumi:"azureReservationContext,optional"`
	GCP       *gcpContext   `pulumi:"gcpResourceCudContext,optional"`

	clusters []string // it is assigned to, the first to be served first
}

// settings say how a commitment is used.
type settings struct {
	AllowedUsage    *float64 `pulumi:"allowedUsage,optional"`
	Prioritization  *bool    `pulumi:"prioritization,optional"`
	AutoAssignment  *bool    `pulumi:"autoAssignment,optional"`
	Status          *string  `pulumi:"status,optional"`
	ScalingStrategy *string  `pulumi:"scalingStrategy,optional"`
}

type azureContext struct {
	ID                 string `pulumi:"id"`
	Count              int    `pulumi:"count"`
	InstanceType       string `pulumi:"instanceType"`
	Plan               string `pulumi:"plan"`
	Scope              string `pulumi:"scope"`
	ScopeResourceGroup string `pulumi:"scopeResourceGroup"`
	ScopeSubscription  string `pulumi:"scopeSubscription"`
	Status             string `pulumi:"status"`
}

type gcpContext struct {
	CudID    string `pulumi:"cudId"`
	Status   string `pulumi:"status"`
	CPU      int    `pulumi:"cpu"`
	MemoryMB int    `pulumi:"memoryMb"`
	Plan     string `pulumi:"plan"`
	Type     string `pulumi:"type"`
}

// identity is a commitment of a cloud, whatever the service calls it.
type identity struct {
	cloud cloud
	key   string
}

// identity of a commitment; the zero value for those of a kind that is not
// imported, and for those without an ID.
func (c commitment) identity() identity {
	switch {
	case c.ID == "": // no call could name it
		return identity{}
	case c.Azure != nil && c.Azure.ID != "":
		return identity{azure, commitmentKey(c.Azure.ID)}
	case c.GCP != nil && c.GCP.CudID != "":
		return identity{gcp, commitmentKey(c.GCP.CudID)}
	default:
		return identity{}
	}
}

// fields are what a file says of a commitment.
func (c commitment) fields() map[string]string {
	switch c.identity().cloud {
	case azure:
		return map[string]string{
			"name": c.Name, "reservation_id": c.Azure.ID, "status": c.Azure.Status, "expiration_date": instant(c.EndDate),
			"purchase_date": instant(c.StartDate), "term": c.Azure.Plan, "scope": c.Azure.Scope,
			"scope_subscription": c.Azure.ScopeSubscription, "scope_resource_group": c.Azure.ScopeResourceGroup,
			"product_name": c.Azure.InstanceType, "region": c.Region, "quantity": strconv.Itoa(c.Azure.Count),
		}
	case gcp:
		return map[string]string{
			"id": c.GCP.CudID, "name": c.Name, "region": c.Region, "status": c.GCP.Status, "plan": c.GCP.Plan, "type": c.GCP.Type,
			"startTimestamp": instant(c.StartDate), "endTimestamp": instant(c.EndDate),
			"cpu": strconv.Itoa(c.GCP.CPU), "memory": strconv.Itoa(c.GCP.MemoryMB),
		}
	default:
		return nil
	}
}

// String names a commitment in a message.
func (c commitment) String() string {
	return fmt.Sprintf("%q (%s)", c.Name, cmp.Or(c.identity().key, c.ID))
}

// commitments are those of the service by what they are.
type commitments struct {
	list  []commitment
	known map[identity]int
}

// get returns a commitment; nil if there is none.
func (all commitments) get(id identity) *commitment {
	i, ok := all.known[id]
	if !ok {
		return nil
	}
	return &all.list[i]
}

// readCommitments lists all commitments with their clusters.
func readCommitments(ctx context.Context) (commitments, error) {
	all := commitments{known: map[identity]int{}}
	client := config.Client(ctx)
	items, err := client.All(ctx, commitmentsPath, nil, "commitments")
	if err != nil {
		return all, err
	}
	assigned, err := client.All(ctx, assignmentsPath, nil, "commitmentsAssignments")
	if err != nil {
		return all, err
	}
	clusters, err := clustersOf(assigned)
	if err != nil {
		return all, err
	}
	for i, item := range items {
		var c commitment
		if err := wire.Decode(item, &c); err != nil {
			return all, fmt.Errorf("cannot understand the answer: [%d]: %w", i, err)
		}
		c.clusters = clusters[c.ID]
		all.list = append(all.list, c)
		if id := c.identity(); id != (identity{}) {
			all.known[id] = i
		}
	}
	return all, nil
}

// clustersOf lists the clusters that commitments are assigned to, by the ID of
// the commitment, in the order of their priority.
func clustersOf(assigned []map[string]any) (map[string][]string, error) {
	type assignment struct {
		Commitment string `pulumi:"commitmentId"`
		Cluster    string `pulumi:"clusterId"`
		Priority   int    `pulumi:"priority"`
	}
	list := make([]assignment, len(assigned))
	for i, item := range assigned {
		if err := wire.Decode(item, &list[i]); err != nil {
			return nil, fmt.Errorf("cannot understand the answer: [%d]: %w", i, err)
		}
	}
	slices.SortStableFunc(list, func(a, b assignment) int { return cmp.Compare(a.Priority, b.Priority) })
	clusters := map[string][]string{}
	for _, a := range list {
		clusters[a.Commitment] = append(clusters[a.Commitment], a.Cluster)
	}
	return clusters, nil
}

// with is s with what a program sets.
func (s settings) with(config *CommitmentsCommitmentConfig) settings {
	s.AllowedUsage = cmp.Or(config.AllowedUsage, s.AllowedUsage)
	s.Prioritization = cmp.Or(config.Prioritization, s.Prioritization)
	s.AutoAssignment = cmp.Or(config.AutoAssignment, s.AutoAssignment)
	if config.Status != nil {
		status := keyword(*config.Status, "Active", "Inactive")
		s.Status = &status
	}
	if config.ScalingStrategy != nil {
		strategy := keyword(*config.ScalingStrategy, "Default", "CPUBased", "RamBased")
		s.ScalingStrategy = &strategy
	}
	return s
}

// equal says whether have is what s asks for.
func (s settings) equal(have settings) bool {
	return same(s.Prioritization, have.Prioritization) && same(s.AutoAssignment, have.AutoAssignment) &&
		same(s.Status, have.Status) && same(s.ScalingStrategy, have.ScalingStrategy) &&
		(s.AllowedUsage == nil || have.AllowedUsage != nil && sameUsage(*s.AllowedUsage, *have.AllowedUsage))
}

// same says whether what is wanted, if anything, is there.
func same[T comparable](want, have *T) bool { return want == nil || have != nil && *want == *have }

// sameUsage says whether a share is the one that is wanted. The service has it as
// a number of 32 bits, and may round it to two decimals.
func sameUsage(want, have float64) bool {
	rounded := math.Round(want*100) / 100
	return float32(want) == float32(have) || float32(rounded) == float32(have)
}

// shorten takes the noise off a number that was one of 32 bits on its way.
func shorten(x float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', -1, 32), 64)
	if err != nil {
		return x
	}
	return short
}

// CommitmentsAzureReservation is an Azure reservation.
type CommitmentsAzureReservation struct {
	ID                 *string                                 `pulumi:"id,optional"`
	Name               string                                  `pulumi:"name"`
	Region             string                                  `pulumi:"region"`
	StartTimestamp     string                                  `pulumi:"startTimestamp"`
	EndTimestamp       string                                  `pulumi:"endTimestamp"`
	AllowedUsage       *float64                                `pulumi:"allowedUsage,optional"`
	Prioritization     *bool                                   `pulumi:"prioritization,optional"`
	AutoAssignment     *bool                                   `pulumi:"autoAssignment,optional"`
	Status             *string                                 `pulumi:"status,optional"`
	ScalingStrategy    *string                                 `pulumi:"scalingStrategy,optional"`
	Assignments        []CommitmentsAzureReservationAssignment `pulumi:"assignments,optional"`
	Count              int                                     `pulumi:"count"`
	ReservationID      string                                  `pulumi:"reservationId"`
	InstanceType       string                                  `pulumi:"instanceType"`
	Plan               string                                  `pulumi:"plan"`
	Scope              string                                  `pulumi:"scope"`
	ScopeResourceGroup string                                  `pulumi:"scopeResourceGroup"`
	ScopeSubscription  string                                  `pulumi:"scopeSubscription"`
	ReservationStatus  string                                  `pulumi:"reservationStatus"`
}

// The descriptions of what all commitments have.
const (
	aboutID         = "The ID (UUID) that CAST AI has given the commitment."
	aboutName       = "The name of the commitment."
	aboutRegion     = "The region of the cloud."
	aboutStart      = "When the commitment begins, as an RFC 3339 time."
	aboutEnd        = "When the commitment ends, as an RFC 3339 time."
	aboutUsage      = "The share of the commitment that CAST AI may use, from 0 to 1."
	aboutPriority   = "Whether the clusters in `assignments` are served in their order."
	aboutAuto       = "Whether clusters that it is not assigned to use the commitment, too."
	aboutStatus     = "Whether the commitment is used: `Active` or `Inactive`."
	aboutStrategy   = "What the use of the commitment is measured by."
	aboutClusters   = "The clusters that the commitment is for."
	aboutCluster    = "The ID (UUID) of the cluster."
	aboutItsPlace   = "The place of the cluster, from 1, if the clusters are served in an order."
	anAssignedOne   = "A cluster that a commitment is for."
	aboutCloudState = "The state of the commitment in the cloud."
)

// Annotate describes the properties.
func (x *CommitmentsAzureReservation) Annotate(a infer.Annotator) {
	a.Describe(&x, "An Azure reservation.")
	a.Describe(&x.ID, aboutID)
	a.Describe(&x.Name, aboutName)
	a.Describe(&x.Region, aboutRegion)
	a.Describe(&x.StartTimestamp, aboutStart)
	a.Describe(&x.EndTimestamp, aboutEnd)
	a.Describe(&x.AllowedUsage, aboutUsage)
	a.Describe(&x.Prioritization, aboutPriority)
	a.Describe(&x.AutoAssignment, aboutAuto)
	a.Describe(&x.Status, aboutStatus)
	a.Describe(&x.ScalingStrategy, aboutStrategy)
	a.Describe(&x.Assignments, aboutClusters)
	a.Describe(&x.Count, "The number of instances.")
	a.Describe(&x.ReservationID, "The ID that Azure has given the reservation.")
	a.Describe(&x.InstanceType, "The type of the instances.")
	a.Describe(&x.Plan, "The term: `ONE_YEAR` or `THREE_YEAR`.")
	a.Describe(&x.Scope, "What the reservation applies to, such as `Single subscription`.")
	a.Describe(&x.ScopeResourceGroup, "The resource group that the reservation applies to.")
	a.Describe(&x.ScopeSubscription, "The subscription that the reservation applies to.")
	a.Describe(&x.ReservationStatus, aboutCloudState)
}

// CommitmentsAzureReservationAssignment is a cluster of a reservation.
type CommitmentsAzureReservationAssignment struct {
	ClusterID *string `pulumi:"clusterId,optional"`
	Priority  *int    `pulumi:"priority,optional"`
}

// Annotate describes the properties.
func (x *CommitmentsAzureReservationAssignment) Annotate(a infer.Annotator) {
	a.Describe(&x, anAssignedOne)
	a.Describe(&x.ClusterID, aboutCluster)
	a.Describe(&x.Priority, aboutItsPlace)
}

// CommitmentsGcpCud is a committed use discount of Google Cloud.
type CommitmentsGcpCud struct {
	ID              *string                       `pulumi:"id,optional"`
	Name            string                        `pulumi:"name"`
	Region          string                        `pulumi:"region"`
	StartTimestamp  string                        `pulumi:"startTimestamp"`
	EndTimestamp    string                        `pulumi:"endTimestamp"`
	AllowedUsage    *float64                      `pulumi:"allowedUsage,optional"`
	Prioritization  *bool                         `pulumi:"prioritization,optional"`
	AutoAssignment  *bool                         `pulumi:"autoAssignment,optional"`
	Status          *string                       `pulumi:"status,optional"`
	ScalingStrategy *string                       `pulumi:"scalingStrategy,optional"`
	Assignments     []CommitmentsGcpCudAssignment `pulumi:"assignments,optional"`
	CudID           string                        `pulumi:"cudId"`
	CudStatus       string                        `pulumi:"cudStatus"`
	CPU             int                           `pulumi:"cpu"`
	MemoryMB        int                           `pulumi:"memoryMb"`
	Plan            string                        `pulumi:"plan"`
	Type            string                        `pulumi:"type"`
}

// Annotate describes the properties.
func (x *CommitmentsGcpCud) Annotate(a infer.Annotator) {
	a.Describe(&x, "A committed use discount of Google Cloud.")
	a.Describe(&x.ID, aboutID)
	a.Describe(&x.Name, aboutName)
	a.Describe(&x.Region, aboutRegion)
	a.Describe(&x.StartTimestamp, aboutStart)
	a.Describe(&x.EndTimestamp, aboutEnd)
	a.Describe(&x.AllowedUsage, aboutUsage)
	a.Describe(&x.Prioritization, aboutPriority)
	a.Describe(&x.AutoAssignment, aboutAuto)
	a.Describe(&x.Status, aboutStatus)
	a.Describe(&x.ScalingStrategy, aboutStrategy)
	a.Describe(&x.Assignments, aboutClusters)
	a.Describe(&x.CudID, "The ID that Google Cloud has given the commitment.")
	a.Describe(&x.CudStatus, aboutCloudState)
	a.Describe(&x.CPU, "The number of virtual CPUs.")
	a.Describe(&x.MemoryMB, "The memory, in MB.")
	a.Describe(&x.Plan, "The term: `TWELVE_MONTH` or `THIRTY_SIX_MONTH`.")
	a.Describe(&x.Type, "The type of the commitment, such as `GENERAL_PURPOSE_N2`.")
}

// CommitmentsGcpCudAssignment is a cluster of a committed use discount.
type CommitmentsGcpCudAssignment struct {
	ClusterID *string `pulumi:"clusterId,optional"`
	Priority  *int    `pulumi:"priority,optional"`
}

// Annotate describes the properties.
func (x *CommitmentsGcpCudAssignment) Annotate(a infer.Annotator) {
	a.Describe(&x, anAssignedOne)
	a.Describe(&x.ClusterID, aboutCluster)
	a.Describe(&x.Priority, aboutItsPlace)
}

// usage is the allowed usage to show.
func (c commitment) usage() *float64 {
	if c.AllowedUsage == nil {
		return nil
	}
	usage := shorten(*c.AllowedUsage)
	return &usage
}

// eachCluster calls fn with every cluster and its place, which is nil where there
// is no order.
func (c commitment) eachCluster(fn func(cluster *string, place *int)) {
	for i := range c.clusters {
		var place *int
		if n := i + 1; c.Prioritization != nil && *c.Prioritization {
			place = &n
		}
		fn(&c.clusters[i], place)
	}
}

func (c commitment) azureReservation() CommitmentsAzureReservation {
	out := CommitmentsAzureReservation{
		ID: &c.ID, Name: c.Name, Region: region(c.Region), StartTimestamp: instant(c.StartDate), EndTimestamp: instant(c.EndDate),
		AllowedUsage: c.usage(), Prioritization: c.Prioritization, AutoAssignment: c.AutoAssignment, Status: c.Status,
		ScalingStrategy: c.ScalingStrategy, Count: c.Azure.Count, ReservationID: c.Azure.ID, InstanceType: c.Azure.InstanceType,
		Plan: c.Azure.Plan, Scope: c.Azure.Scope, ScopeResourceGroup: c.Azure.ScopeResourceGroup,
		ScopeSubscription: c.Azure.ScopeSubscription, ReservationStatus: c.Azure.Status,
	}
	c.eachCluster(func(cluster *string, place *int) {
		out.Assignments = append(out.Assignments, CommitmentsAzureReservationAssignment{cluster, place})
	})
	return out
}

func (c commitment) gcpCud() CommitmentsGcpCud {
	out := CommitmentsGcpCud{
		ID: &c.ID, Name: c.Name, Region: region(c.Region), StartTimestamp: instant(c.StartDate), EndTimestamp: instant(c.EndDate),
		AllowedUsage: c.usage(), Prioritization: c.Prioritization, AutoAssignment: c.AutoAssignment, Status: c.Status,
		ScalingStrategy: c.ScalingStrategy, CudID: c.GCP.CudID, CudStatus: c.GCP.Status, CPU: c.GCP.CPU, MemoryMB: c.GCP.MemoryMB,
		Plan: c.GCP.Plan, Type: c.GCP.Type,
	}
	c.eachCluster(func(cluster *string, place *int) {
		out.Assignments = append(out.Assignments, CommitmentsGcpCudAssignment{cluster, place})
	})
	return out
}
