package emulator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Distribution is how long something takes that does not always take as long. ParseDistribution makes one.
type Distribution struct {
	text string
	draw func(*rand.Rand) time.Duration
}

// ParseDistribution reads a distribution from its text, one of:
//
//	200ms                    always the same
//	100ms..2s                anything between, equally likely
//	200ms+-50ms              normal: mean and standard deviation, never below zero
//	p50=80ms,p95=400ms,p99=2s  percentiles, with even steps between them and nothing above the last
func ParseDistribution(text string) (*Distribution, error) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "±", "+-"), " ", "")
	d := &Distribution{text: text}
	var err error
	if low, high, ok := strings.Cut(text, ".."); ok {
		d.draw, err = uniform(low, high)
	} else if mean, deviation, ok := strings.Cut(text, "+-"); ok {
		d.draw, err = normal(mean, deviation)
	} else if strings.HasPrefix(text, "p") {
		d.draw, err = percentiles(text)
	} else {
		var fixed time.Duration
		fixed, err = parseDelay(text)
		d.draw = func(*rand.Rand) time.Duration { return fixed }
	}
	if err != nil {
		return nil, fmt.Errorf("%q is no latency: %w; want one such as 200ms, 100ms..2s, 200ms+-50ms or p50=80ms,p99=2s", text, err)
	}
	return d, nil
}

// String is the text that makes it.
func (d *Distribution) String() string { return d.text }

// Draw returns one of the durations.
func (d *Distribution) Draw(random *rand.Rand) time.Duration { return d.draw(random) }

func parseDelay(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("%s is negative", text)
	}
	return d, err
}

func parseDelays(first, second string) (a, b time.Duration, err error) {
	if a, err = parseDelay(first); err == nil {
		b, err = parseDelay(second)
	}
	return a, b, err
}

func uniform(first, second string) (func(*rand.Rand) time.Duration, error) {
	low, high, err := parseDelays(first, second)
	if err == nil && low > high {
		err = fmt.Errorf("%s is more than %s", low, high)
	}
	return func(r *rand.Rand) time.Duration { return low + time.Duration(r.Float64()*float64(high-low)) }, err
}

func normal(first, second string) (func(*rand.Rand) time.Duration, error) {
	mean, deviation, err := parseDelays(first, second)
	return func(r *rand.Rand) time.Duration {
		return max(0, mean+time.Duration(r.NormFloat64()*float64(deviation)))
	}, err
}

// percentile is a share of a hundred that takes at most as long.
type percentile struct {
	share float64
	most  time.Duration
}

func percentiles(text string) (func(*rand.Rand) time.Duration, error) {
	points := []percentile{{}}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		share, err := strconv.ParseFloat(strings.TrimPrefix(name, "p"), 64)
		if err != nil || share < 0 || share > 100 {
			return nil, fmt.Errorf("%q is no percentile", name)
		}
		most, err := parseDelay(value)
		if err != nil {
			return nil, err
		}
		if last := points[len(points)-1]; share < last.share || most < last.most {
			return nil, fmt.Errorf("%s is not above what comes before it", part)
		}
		points = append(points, percentile{share, most})
	}
	return func(r *rand.Rand) time.Duration {
		at := r.Float64() * 100
		i := slices.IndexFunc(points, func(p percentile) bool { return p.share > at })
		if i < 0 {
			return points[len(points)-1].most
		}
		from, to := points[i-1], points[i]
		return from.most + time.Duration((at-from.share)/(to.share-from.share)*float64(to.most-from.most))
	}, nil
}
