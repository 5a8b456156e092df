package api

import (
	"context"
	"sync"
)

// locks is a set of named locks; one exists while somebody holds or awaits it.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	slot  chan struct{} // full while the lock is held
	users int           // holder and waiters
}

// Lock takes the lock of a key, waiting its turn until ctx ends. It serves changes that the API cannot take at the
// same time, such as those of one cluster's policies. Unlock may be called more than once.
func (c *Client) Lock(ctx context.Context, key string) (unlock func(), err error) {
	ls := &c.locks
	ls.mu.Lock()
	if ls.held == nil {
		ls.held = map[string]*lock{}
	}
	l := ls.held[key]
	if l == nil {
		l = &lock{slot: make(chan struct{}, 1)}
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
	if err := ctx.Err(); err != nil {
		leave()
		return nil, err
	}
	select {
	case l.slot <- struct{}{}:
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
	return sync.OnceFunc(func() {
		<-l.slot
		leave()
	}), nil
}
