package api

import (
	"context"
	"errors"
	"sync"
	"testing"
)

func TestLock(t *testing.T) {
	c, _ := newClient(t, nil)
	ctx := context.Background()
	inside := 0 // the race detector watches
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			unlock, err := c.Lock(ctx, "cluster-1")
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			if inside++; inside != 1 {
				t.Error("two inside")
			}
			inside--
		})
	}
	wg.Wait()

	unlock, err := c.Lock(ctx, "cluster-1")
	if err != nil {
		t.Fatal(err)
	}
	other, err := c.Lock(ctx, "cluster-2") // would hang if keys shared a lock
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(ctx)
	waiting := make(chan error)
	go func() {
		_, err := c.Lock(ended, "cluster-1")
		waiting <- err
	}()
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("a waiter whose context ended got %v", err)
	}
	if _, err := c.Lock(ended, "free"); !errors.Is(err, context.Canceled) {
		t.Errorf("a lock was taken with an ended context: %v", err)
	}
	other()
	unlock()
	unlock() // must not free somebody else's turn
	again, err := c.Lock(ctx, "cluster-1")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	if c.locks.held["cluster-1"].users != 1 {
		t.Error("an old unlock freed a new lock")
	}
	again()
	if len(c.locks.held) != 0 {
		t.Errorf("%d locks are kept that nobody uses", len(c.locks.held))
	}
}
