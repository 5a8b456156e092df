// Command castai-emulator is a local CAST AI API: no account, no cluster, no network.
//
//	castai-emulator serve                 # listens until interrupted
//	castai-emulator exec -- pulumi up     # runs one command against an emulator of its own
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// version is set when a release is built.
var version string

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// exitCode is the exit status of a command that was run for the user, which has said all there is to say.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit status %d", int(c)) }

// run is the whole program.
func run(args []string, in *os.File, out, errOut io.Writer) int {
	root := &cobra.Command{
		Use:           "castai-emulator",
		Short:         "A local CAST AI API",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	root.AddCommand(serveCommand(), execCommand(in), caCommand(), healthCommand(), clockCommand(), requestsCommand(), snapshotCommand(), restoreCommand(), resetCommand(), versionCommand())
	err := root.ExecuteContext(context.Background())
	var code exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	default:
		fmt.Fprintln(errOut, "castai-emulator:", err)
		return 1
	}
}

func serveCommand() *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API until interrupted",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(command.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			api, err := f.start(command.ErrOrStderr())
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "CAST AI emulator listening on %s\n", api.http)
			if api.https != "" {
				fmt.Fprintf(command.OutOrStdout(), "and on %s, with a certificate of %s\n", api.https, api.ca)
			}
			fmt.Fprintln(command.OutOrStdout())
			for _, setting := range api.environment() {
				fmt.Fprintf(command.OutOrStdout(), "  export %s\n", setting)
			}
			select {
			case <-ctx.Done():
				stop() // a second signal ends it at once
				return api.stop()
			case err := <-api.failed:
				return errors.Join(err, api.stop())
			}
		},
	}
	f.register(command.Flags(), "127.0.0.1:8086")
	return command
}

func caCommand() *cobra.Command {
	var dir string
	var path bool
	command := &cobra.Command{
		Use:   "ca",
		Short: "Print the certificate of the authority that HTTPS clients have to trust",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			authority, err := openAuthority(dir, time.Now())
			if err != nil {
				return err
			}
			if path {
				_, err = fmt.Fprintln(command.OutOrStdout(), authority.file())
			} else {
				_, err = command.OutOrStdout().Write(authority.text())
			}
			return err
		},
	}
	registerCADir(command.Flags(), &dir)
	command.Flags().BoolVar(&path, "path", false, "print where the file is instead")
	return command
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(command.OutOrStdout(), programVersion())
			return err
		},
	}
}

func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
