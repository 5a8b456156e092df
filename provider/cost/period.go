package cost

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
)

// CostPeriod is the time that a report is of.
type CostPeriod struct {
	StartTime *string `pulumi:"startTime,optional" check:"rfc3339"`
	EndTime   *string `pulumi:"endTime,optional" check:"rfc3339"`
}

// Annotate describes the properties.
func (x *CostPeriod) Annotate(a infer.Annotator) {
	a.Describe(&x.StartTime, "When the period begins, as an RFC 3339 time. Left out, 30 days before its end.")
	a.Describe(&x.EndTime, "When the period ends, as an RFC 3339 time. Left out, the beginning of the present hour: the figures then change "+
		"from hour to hour.")
}

// checkPeriod checks that a period does not end before it begins.
func checkPeriod(in *check.Inputs, startTime, endTime string) {
	start, _ := in.String(startTime)
	end, _ := in.String(endTime)
	from, err := time.Parse(time.RFC3339, start)
	to, errToo := time.Parse(time.RFC3339, end)
	if err == nil && errToo == nil && !from.Before(to) {
		in.Fail(endTime, "the period ends at %s, and begins at %s: it must end later", end, start)
	}
}

// periodChecker is embedded in functions whose arguments hold a period.
type periodChecker struct{}

// CheckInputs checks the period.
func (periodChecker) CheckInputs(in *check.Inputs) { checkPeriod(in, "startTime", "endTime") }

// period is a time with both ends.
type period struct{ from, to time.Time }

const defaultPeriod = 30 * 24 * time.Hour

// at is the period that is meant at a time.
func (x CostPeriod) at(now time.Time) (p period, err error) {
	p.to = now.UTC().Truncate(time.Hour)
	if x.EndTime != nil {
		if p.to, err = time.Parse(time.RFC3339, *x.EndTime); err != nil {
			return p, err
		}
	}
	p.from = p.to.Add(-defaultPeriod)
	if x.StartTime != nil {
		if p.from, err = time.Parse(time.RFC3339, *x.StartTime); err != nil {
			return p, err
		}
	}
	if !p.from.Before(p.to) {
		return p, fmt.Errorf("the period begins at %s and ends at %s: set endTime, too", p.start(), p.end())
	}
	return p, nil
}

// before is the period of the same length that ends where p begins.
func (p period) before() period { return period{p.from.Add(p.from.Sub(p.to)), p.from} }

func (p period) start() string { return p.from.Format(time.RFC3339) }
func (p period) end() string   { return p.to.Format(time.RFC3339) }
