package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// urlVariable names the emulator for the commands that talk to one. It is not CASTAI_API_URL, which may be that of the
// real API.
const urlVariable = "CASTAI_EMULATOR_URL"

// remote is a running emulator.
type remote struct{ url string }

func (r *remote) register(command *cobra.Command) {
	command.Flags().StringVar(&r.url, "url", cmp.Or(os.Getenv(urlVariable), "http://127.0.0.1:8086"),
		"address of the emulator (default also from "+urlVariable+")")
}

// call talks to the emulator's own interface. The caller closes the body.
func (r *remote) call(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, r.url+"/_emulator/"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: r.trust(), DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return nil, fmt.Errorf("no emulator answers (%w): start one with castai-emulator serve, or give --url", err)
	}
	if response.StatusCode < 300 && response.Header.Get("X-Castai-Emulator") != "" {
		return response, nil
	}
	defer response.Body.Close()
	var said struct{ Message string }
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil || response.Header.Get("X-Castai-Emulator") == "" {
		return nil, fmt.Errorf("%s is not an emulator, or one of another version: it answered %s", r.url, response.Status)
	}
	return nil, errors.New(said.Message)
}

// trust accepts any certificate on this machine, where nobody can be in between: its authority is gone with each run.
func (r *remote) trust() *tls.Config {
	address, err := url.Parse(r.url)
	if err != nil {
		return nil
	}
	host := net.ParseIP(address.Hostname())
	return &tls.Config{InsecureSkipVerify: address.Hostname() == "localhost" || host != nil && host.IsLoopback()}
}

// do makes a call whose answer has no content.
func (r *remote) do(ctx context.Context, method, path string, body []byte) error {
	response, err := r.call(ctx, method, path, body)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// health asks an emulator whether it answers.
func health(ctx context.Context, url string) error {
	return (&remote{url}).do(ctx, http.MethodGet, "health", nil)
}

func healthCommand() *cobra.Command {
	var r remote
	command := &cobra.Command{
		Use:   "health",
		Short: "Succeed when an emulator answers",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := health(command.Context(), r.url); err != nil {
				return err
			}
			fmt.Fprintln(command.OutOrStdout(), "ok")
			return nil
		},
	}
	r.register(command)
	return command
}

func snapshotCommand() *cobra.Command {
	var r remote
	command := &cobra.Command{
		Use:   "snapshot FILE",
		Short: "Save the state of a running emulator",
		Long:  "Save the state of a running emulator. The file holds what clients have sent, credentials of clouds among it.",
		Args:  cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			response, err := r.call(command.Context(), http.MethodGet, "snapshot", nil)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			return save(args[0], response.Body)
		},
	}
	r.register(command)
	return command
}

// save writes a file that is there whole or, if that fails, as it was.
func save(path string, content io.Reader) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".castai-emulator-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = io.Copy(file, content)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func restoreCommand() *cobra.Command {
	var r remote
	command := &cobra.Command{
		Use:   "restore FILE",
		Short: "Replace the state of a running emulator by one that was saved",
		Args:  cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			content, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			if err := r.do(command.Context(), http.MethodPut, "snapshot", content); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return nil
		},
	}
	r.register(command)
	return command
}

func resetCommand() *cobra.Command {
	var r remote
	command := &cobra.Command{
		Use:   "reset",
		Short: "Make a running emulator forget its state, its faults and what it was asked",
		Long:  "Make a running emulator forget its state, its faults and what it was asked. It begins with its scenario again, if it has one.",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return r.do(command.Context(), http.MethodPost, "reset", nil)
		},
	}
	r.register(command)
	return command
}
