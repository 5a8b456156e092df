package api

import (
	"context"
	"math"
	"sync"

	"golang.org/x/sync/semaphore"
)

// locks is a set of named locks; one exists while somebody holds or awaits it.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	room  *semaphore.Weighted
	users int // holders and waiters
}

// whole is the room that a lock has: one holder takes all of it, or many take one each.
const whole = math.MaxInt64

// Lock takes the lock of a key for its holder alone, waiting its turn until ctx ends. It serves changes that the API
// cannot take at the same time, such as those of one cluster's policies. Unlock may be called more than once.
func (c *Client) Lock(ctx context.Context, key string) (unlock func(), err error) {
	return c.locks.take(ctx, key, whole)
}

// Share takes the lock of a key together with all others that share it, as Lock does alone. Who came first goes first:
// a stream of sharers does not keep out who wants it alone.
func (c *Client) Share(ctx context.Context, key string) (unlock func(), err error) {
	return c.locks.take(ctx, key, 1)
}

func (ls *locks) take(ctx context.Context, key string, room int64) (unlock func(), err error) {
	ls.mu.Lock()
	if ls.held == nil {
		ls.held = map[string]*lock{}
	}
	l := ls.held[key]
	if l == nil {
		l = &lock{room: semaphore.NewWeighted(whole)}
		ls.held[key] = l
	}
	l.users++
	ls.mu.Unlock()

	leave := func() {
		ls.mu.Lock()
		defer ls.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(ls.held, key)
		}
	}
	if err := l.room.Acquire(ctx, room); err != nil {
		leave()
		return nil, err
	}
	return sync.OnceFunc(func() {
		l.room.Release(room)
		leave()
	}), nil
}
