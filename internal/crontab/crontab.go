// Package crontab reads cron schedules as the CAST AI API takes them, and
// tells when two of them mean the same.
package crontab

import (
	"errors"
	"reflect"
	"strings"

	"github.com/robfig/cron/v3"
)

// Schedule is a cron schedule.
type Schedule struct {
	// Zoned says whether the schedule names a time zone before its fields.
	// Without one it runs in UTC.
	Zoned bool
	// Zone is the time zone that it names. It is not looked up.
	Zone string

	times cron.Schedule
}

// parser takes five fields or six, the first of which are then seconds, or a
// descriptor such as @daily.
var parser = cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Parse reads a schedule: minute, hour, day of month, month and day of week,
// optionally after seconds, or a descriptor such as @daily; all of it
// optionally after a time zone, as in "CRON_TZ=Europe/Berlin 30 8 * * 1-5".
func Parse(text string) (Schedule, error) {
	var s Schedule
	fields := strings.Fields(text)
	if len(fields) > 0 {
		if s.Zone, s.Zoned = zone(fields[0]); s.Zoned {
			fields = fields[1:]
		}
	}
	// The parser panics at a time zone that nothing follows.
	if len(fields) > 0 {
		if _, again := zone(fields[0]); again {
			return s, errors.New("two time zones")
		}
	}
	var err error
	s.times, err = parser.Parse(strings.Join(fields, " "))
	return s, err
}

// zone takes the time zone out of the field that names one.
func zone(field string) (name string, ok bool) {
	for _, key := range []string{"CRON_TZ=", "TZ="} {
		if name, ok = strings.CutPrefix(field, key); ok {
			return name, true
		}
	}
	return "", false
}

// Equal says whether both schedules mean the same moments.
func (s Schedule) Equal(other Schedule) bool {
	return s.place() == other.place() && reflect.DeepEqual(plain(s.times), plain(other.times))
}

func (s Schedule) place() string {
	if !s.Zoned || s.Zone == "Etc/UTC" {
		return "UTC"
	}
	return s.Zone
}

// star marks a field that was written as an asterisk. Only in the fields for
// days it makes a difference: two that are restricted widen each other.
const star = 1 << 63

func plain(times cron.Schedule) any {
	spec, ok := times.(*cron.SpecSchedule)
	if !ok {
		return times // an interval
	}
	return [...]uint64{spec.Second &^ star, spec.Minute &^ star, spec.Hour &^ star, spec.Dom, spec.Month &^ star, spec.Dow}
}
