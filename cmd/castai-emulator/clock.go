package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/castai/pulumi-castai/emulator"
)

func clockCommand() *cobra.Command {
	var (
		r       remote
		set     time.Time
		advance time.Duration
		freeze  bool
		rate    float64
	)
	command := &cobra.Command{
		Use:   "clock",
		Short: "Show or move the clock of a running emulator",
		Long: "Show or move the clock of a running emulator. What is due by the new time happens, in order: agents connect, nodes\n" +
			"come and go, schedules run, tokens expire. The clock goes only forward; a reset of the emulator sets it back.",
		Example: "  castai-emulator clock --advance 24h\n  castai-emulator clock --freeze\n  castai-emulator clock --rate 1   # let it go on",
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			change := map[string]any{}
			flags := command.Flags()
			if flags.Changed("set") {
				change["set"] = set
			}
			if flags.Changed("advance") {
				change["advance"] = advance.String()
			}
			if flags.Changed("rate") {
				change["rate"] = rate
			}
			if freeze {
				change["rate"] = 0
			}
			shown, err := r.clock(command.Context(), change)
			if err != nil {
				return err
			}
			fmt.Fprintln(command.OutOrStdout(), shown.Now.UTC().Format(time.RFC3339)+pace(shown.Rate))
			return nil
		},
	}
	r.register(command)
	command.Flags().TimeVar(&set, "set", time.Time{}, []string{time.RFC3339Nano}, "move the clock to a time, such as 2030-01-31T08:00:00Z")
	command.Flags().DurationVar(&advance, "advance", 0, "move the clock forward")
	command.Flags().BoolVar(&freeze, "freeze", false, "stop the clock")
	command.Flags().Float64Var(&rate, "rate", 1, "seconds that go by in one")
	command.MarkFlagsMutuallyExclusive("freeze", "rate")
	return command
}

// pace says how a clock goes, unless it goes as all do.
func pace(rate float64) string {
	switch rate {
	case 1:
		return ""
	case 0:
		return ", standing still"
	}
	return fmt.Sprintf(", %g times as fast", rate)
}

// clock changes the clock of an emulator, or, without a change, looks at it.
func (r *remote) clock(ctx context.Context, change map[string]any) (shown emulator.Clock, err error) {
	method := http.MethodPatch
	if len(change) == 0 {
		method = http.MethodGet
	}
	body, err := json.Marshal(change)
	if err != nil {
		return shown, err
	}
	response, err := r.call(ctx, method, "clock", body)
	if err != nil {
		return shown, err
	}
	defer response.Body.Close()
	return shown, json.NewDecoder(response.Body).Decode(&shown)
}
