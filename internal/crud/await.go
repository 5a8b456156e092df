package crud

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/castai/pulumi-castai/internal/api"
)

// Await calls look until it is done or fails, with pauses that grow from a
// tenth of a second to ten. It ends with the time that the program gives the
// operation (customTimeouts), or else after limit. The status that look returns
// is shown as progress, and in the error when the time is up. Turns count from 0.
func Await(ctx context.Context, limit time.Duration, look func(ctx context.Context, turn int) (done bool, status string, err error)) error {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	last := "nothing was heard yet"
	for turn := 0; ; turn++ {
		done, status, err := look(ctx, turn)
		if status != "" {
			last = status
		}
		switch {
		case ctx.Err() != nil && !done:
			return tooLate(ctx, last, err)
		case done || err != nil:
			return err
		}
		Progress(ctx, "%s", last)
		if api.Sleep(ctx, min(100*time.Millisecond<<min(turn, 10), 10*time.Second)) != nil {
			return tooLate(ctx, last, nil)
		}
	}
}

// tooLate is the error of a wait that was cut short. The cause is what failed
// last, if anything.
func tooLate(ctx context.Context, last string, cause error) error {
	why := "the time for it is up; it may be given more with customTimeouts"
	if errors.Is(ctx.Err(), context.Canceled) {
		why = "the operation was canceled"
	}
	err := fmt.Errorf("%s (%s)", why, last)
	if cause != nil && !errors.Is(cause, ctx.Err()) {
		err = fmt.Errorf("%w\nThe last failure: %w", err, cause)
	}
	return err
}
