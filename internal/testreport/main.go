// Command testreport runs the end-to-end tests and tells what they do while they do it:
// which has ended, which is running, and at the end what was and was not checked in each
// language. Its arguments go to "go test".
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "end-to-end:", err)
		os.Exit(1)
	}
}

// heartbeat is how long it is quiet at most while tests run.
const heartbeat = 30 * time.Second

func run(args []string, out io.Writer) error {
	cmd := exec.Command("go", append([]string{"test", "-json", "-count=1"}, args...)...)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	r := newReport(out)
	lines := make(chan event)
	go read(events, lines)
	quiet := time.NewTicker(heartbeat)
	defer quiet.Stop()
	for open := true; open; {
		select {
		case e, ok := <-lines:
			if open = ok; ok && r.add(e) {
				quiet.Reset(heartbeat)
			}
		case <-quiet.C:
			r.running(time.Now())
		}
	}
	err = cmd.Wait()
	r.summary()
	if err != nil {
		return errors.New("there were failures, see above")
	}
	return nil
}

// event is one line of "go test -json".
type event struct {
	Time    time.Time
	Action  string
	Package string
	Test    string
	Elapsed float64 // seconds
	Output  string
}

// read decodes events until they end. What is no event is passed on as output.
func read(from io.Reader, to chan<- event) {
	defer close(to)
	decoder := json.NewDecoder(from)
	for {
		var e event
		err := decoder.Decode(&e)
		if err == nil {
			to <- e
			continue
		}
		if !errors.Is(err, io.EOF) {
			var rest bytes.Buffer
			_, _ = io.Copy(&rest, io.MultiReader(decoder.Buffered(), from)) // what could be read is shown
			to <- event{Action: "build-output", Output: rest.String()}
		}
		return
	}
}
