package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/castai/pulumi-castai/emulator"
)

func requestsCommand() *cobra.Command {
	var r remote
	var follow, asJSON bool
	var export string
	command := &cobra.Command{
		Use:   "requests",
		Short: "Show what a running emulator was asked, without secrets",
		Long: `Show what a running emulator was asked, without secrets.

As JSON, each line is an object with id, sequence, time, method, path, query, operation, userAgent, body, status,
response, responseBytes, durationMs and faults.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			out := command.OutOrStdout()
			if export != "" {
				file, err := os.OpenFile(export, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
				if err != nil {
					return err
				}
				defer file.Close()
				out, asJSON = file, true
			}
			if follow {
				return r.follow(command, out, asJSON)
			}
			response, err := r.call(command.Context(), http.MethodGet, "requests", nil)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			var list struct{ Requests []emulator.RequestRecord }
			if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
				return err
			}
			for _, one := range list.Requests {
				if err := show(out, one, asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	r.register(command)
	command.Flags().BoolVarP(&follow, "follow", "f", false, "go on with those to come, until interrupted or the emulator ends")
	command.Flags().BoolVar(&asJSON, "json", false, "an object in each line, with the answers")
	command.Flags().StringVar(&export, "export", "", "write to a file, as --json")
	return command
}

func (r *remote) follow(command *cobra.Command, out io.Writer, asJSON bool) error {
	ctx, stop := signal.NotifyContext(command.Context(), os.Interrupt)
	defer stop()
	response, err := r.call(ctx, http.MethodGet, "requests?follow=true", nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := json.NewDecoder(bufio.NewReader(response.Body))
	for {
		var one emulator.RequestRecord
		err := lines.Decode(&one)
		if errors.Is(err, io.EOF) || ctx.Err() != nil {
			return nil
		}
		if err == nil {
			err = show(out, one, asJSON)
		}
		if err != nil {
			return err
		}
	}
}

func show(out io.Writer, r emulator.RequestRecord, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	_, err := fmt.Fprintln(out, r)
	return err
}
