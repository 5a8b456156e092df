package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func execCommand(in *os.File) *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:   "exec -- COMMAND [ARGUMENTS]",
		Short: "Run a command against an emulator of its own",
		Long: `Run a command against an emulator of its own, and exit with its exit code.

CASTAI_API_URL always points at the emulator, and CASTAI_EMULATOR_URL for commands such as requests; CASTAI_API_TOKEN
is set unless it is already.`,
		Example: "  castai-emulator exec --state ./castai.db -- pulumi up",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			api, err := f.start(command.ErrOrStderr())
			if err != nil {
				return err
			}
			child := exec.Command(args[0], args[1:]...)
			child.Stdin, child.Stdout, child.Stderr = in, command.OutOrStdout(), command.ErrOrStderr()
			child.Env = environment(os.Environ(), api)
			code, err := runChild(child, in)
			if err := errors.Join(err, api.stop()); err != nil {
				fmt.Fprintln(command.ErrOrStderr(), "castai-emulator:", err)
			}
			if code != 0 {
				return exitCode(code)
			}
			return nil
		},
	}
	f.register(command.Flags(), "127.0.0.1:0")
	command.Flags().SetInterspersed(false)
	return command
}

// environment adds what points at the emulator. The URL is never left to what is set: it may be that of the real API.
func environment(current []string, api *api) []string {
	settings := api.environment()
	if os.Getenv("CASTAI_API_TOKEN") != "" && !api.onlyToken {
		settings = append(settings, "CASTAI_API_TOKEN="+os.Getenv("CASTAI_API_TOKEN"))
	}
	return append(current, settings...) // of equal names the last counts
}

// runChild runs a command to its end and returns its exit code, as a shell would give it.
func runChild(child *exec.Cmd, in *os.File) (int, error) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			return 127, err
		}
		return 126, err
	}
	done := make(chan error, 1)
	go func() { done <- child.Wait() }()
	for {
		select {
		case s := <-signals:
			// A terminal has sent its interrupt to the child too, and two of them make many programs stop at once.
			if s != os.Interrupt || !term.IsTerminal(int(in.Fd())) {
				child.Process.Signal(s) // it may have ended meanwhile
			}
		case err := <-done:
			return status(err)
		}
	}
}

func status(err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case !errors.As(err, &exit):
		return 1, err
	}
	if wait, ok := exit.Sys().(syscall.WaitStatus); ok && wait.Signaled() {
		return 128 + int(wait.Signal()), nil
	}
	return exit.ExitCode(), nil
}
