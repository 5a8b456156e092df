package standin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// The two ends of a change.
const (
	Begin = "begin"
	End   = "end"
)

// Entry is one line of the record: one end of one change of one resource.
type Entry struct {
	Time time.Time `json:"time"`
	// Phase is Begin or End.
	Phase string `json:"phase"`
	// Op is "create", "update" or "delete".
	Op string `json:"op"`
	// Package is the Pulumi package that the stand-in stands in for, such as "gcp".
	Package string `json:"package"`
	// Type is the resource's type token, such as "kubernetes:core/v1:Namespace".
	Type string `json:"type"`
	// Name is the resource's name in the program.
	Name string `json:"name"`
}

// String is the entry in short, such as "begin create castai-agent".
func (e Entry) String() string { return e.Phase + " " + e.Op + " " + e.Name }

// Read reads a record: all that the stand-ins which share it did, in order. Where no
// stand-in has done anything yet there is no file, and no entry.
func Read(path string) ([]Entry, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		var entry Entry
		if err := json.Unmarshal(line, &entry); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// record makes a change take its time, and records both ends of it.
func (s standIn) record(ctx context.Context, op string, urn resource.URN) error {
	entry := Entry{Phase: Begin, Op: op, Package: s.pkg, Type: string(urn.Type()), Name: urn.Name()}
	if err := s.add(entry); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(s.Delay):
	}
	entry.Phase = End
	return s.add(entry)
}

// add appends a line to the record. Plugins are several processes: each line is one
// write to a file opened for appending, so that lines do not mix.
func (s standIn) add(entry Entry) error {
	if s.Record == "" {
		return nil
	}
	entry.Time = time.Now()
	line, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(s.Record, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
