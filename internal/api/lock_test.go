package api

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"
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

func TestShare(t *testing.T) {
	c, _ := newClient(t, nil)
	ctx := t.Context()
	take := func(take func(context.Context, string) (func(), error)) func() {
		t.Helper()
		unlock, err := take(ctx, "cluster-1")
		if err != nil {
			t.Fatal(err)
		}
		return unlock
	}
	one, two := take(c.Share), take(c.Share) // would hang if they took turns
	order := make(chan string, 2)
	var wg sync.WaitGroup
	start := func(name string, lock func(context.Context, string) (func(), error)) {
		wg.Go(func() {
			unlock, err := lock(ctx, "cluster-1")
			if err != nil {
				t.Error(err)
				return
			}
			order <- name
			unlock()
		})
	}
	start("alone", c.Lock)
	for room := c.locks.held["cluster-1"].room; room.TryAcquire(1); { // it does not stand in line yet
		room.Release(1)
		runtime.Gosched()
	}
	start("later", c.Share)
	one()
	select {
	case name := <-order:
		t.Errorf("%s goes beside one that shares", name)
	case <-time.After(10 * time.Millisecond):
	}
	two()
	wg.Wait()
	if first := <-order; first != "alone" {
		t.Errorf("%s went first", first)
	}
	if len(c.locks.held) != 0 {
		t.Errorf("%d locks are kept that nobody uses", len(c.locks.held))
	}
}
