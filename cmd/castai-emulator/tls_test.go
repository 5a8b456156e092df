package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func TestAuthorityIsMadeOnceAndKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "ca")
	now := time.Now()
	certificates := make([][]byte, 8)
	var all sync.WaitGroup
	for i := range certificates {
		all.Go(func() { // as emulators that are started at the same time
			a, err := openAuthority(dir, now)
			if err != nil {
				t.Error(err)
				return
			}
			certificates[i] = a.text()
		})
	}
	all.Wait()
	published, err := os.ReadFile(filepath.Join(dir, caFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, certificate := range certificates {
		if !bytes.Equal(certificate, published) {
			t.Errorf("more than one authority was made")
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v %v: want the two files and no drafts", entries, err)
	}
	if runtime.GOOS == "windows" {
		return // which has no such modes
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, keyFile): 0o600, filepath.Join(dir, caFile): 0o644} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want mode %o", path, info.Mode(), err, want)
		}
	}
}

func TestAuthorityThatCannotBeUsedIsToldAndKept(t *testing.T) {
	later := time.Now().AddDate(caYears, 0, 1)
	tests := []struct {
		name  string
		spoil func(dir string) error
		now   time.Time
		want  string
	}{
		{"expired", func(string) error { return nil }, later, "expired on"},
		{"damaged", func(dir string) error { return os.WriteFile(filepath.Join(dir, keyFile), []byte("?"), 0o600) }, time.Now(), "damaged"},
		{"without its key", func(dir string) error { return os.Remove(filepath.Join(dir, keyFile)) }, time.Now(), "not its key"},
		{"another certificate", func(dir string) error { return os.WriteFile(filepath.Join(dir, caFile), []byte("?"), 0o644) }, time.Now(), "remove it"},
		{"readable", func(dir string) error { return os.Chmod(filepath.Join(dir, keyFile), 0o640) }, time.Now(), "chmod 600"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.name == "readable" && runtime.GOOS == "windows" {
				t.Skip("no such modes")
			}
			dir := t.TempDir()
			if _, err := openAuthority(dir, time.Now()); err != nil {
				t.Fatal(err)
			}
			if err := test.spoil(dir); err != nil {
				t.Fatal(err)
			}
			before := contents(t, dir)
			if _, err := openAuthority(dir, test.now); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q in it", err, test.want)
			}
			if after := contents(t, dir); after != before {
				t.Errorf("the files were changed: %s", after)
			}
			// With --tls that is the end; without, HTTP is served and the reason is told.
			f := flags{addr: "127.0.0.1:0", agents: "simulated", caDir: dir}
			if test.now == later {
				return // start has no other clock
			}
			var log strings.Builder
			api, err := f.start(&log)
			if err != nil {
				t.Fatal(err)
			}
			defer api.stop()
			if api.https != "" || !strings.Contains(log.String(), "no HTTPS") || health(t.Context(), api.url()) != nil {
				t.Errorf("%q, log %s", api.https, &log)
			}
			f.tls = true
			if _, err := f.start(io.Discard); err == nil {
				t.Error("--tls without an authority was accepted")
			}
		})
	}
}

// contents are the files of a directory as one text.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	for _, name := range []string{keyFile, caFile} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all.WriteString(name + string(text))
	}
	return all.String()
}

func TestHTTPAndHTTPSOnOneAddress(t *testing.T) {
	f := flags{addr: "127.0.0.1:0", agents: "simulated", caDir: t.TempDir(), tlsNames: []string{"castai.test", "10.1.2.3"}}
	api, err := f.start(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer api.stop()
	if api.url() != api.http {
		t.Errorf("clients are pointed at %s without --tls", api.url())
	}
	if err := health(t.Context(), api.http); err != nil {
		t.Error(err)
	}
	certificate, err := os.ReadFile(api.ca)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(certificate)
	address := strings.TrimPrefix(api.https, "https://")
	get := func(host string, http2 bool) (*http.Response, error) {
		transport := &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) { // whatever the name
				return (&net.Dialer{}).DialContext(ctx, network, address)
			},
			TLSClientConfig:   &tls.Config{RootCAs: trusted},
			ForceAttemptHTTP2: http2,
		}
		defer transport.CloseIdleConnections()
		response, err := (&http.Client{Transport: transport}).Get("https://" + host + "/_emulator/health")
		if err == nil {
			response.Body.Close()
		}
		return response, err
	}
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]", "castai.test", "10.1.2.3"} {
		for _, http2 := range []bool{false, true} {
			response, err := get(host, http2)
			if err != nil || response.StatusCode != http.StatusOK || (response.ProtoMajor == 2) != http2 {
				t.Errorf("%s: %v %v", host, response, err)
			}
		}
	}
	if _, err := get("elsewhere.test", false); err == nil {
		t.Error("the certificate is good for any name")
	}

	for _, url := range []string{api.http, api.https} {
		api.emulator.Fail(emulator.Fault{Path: "/v1/me", Action: emulator.Refuse, Reset: true})
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}}
		if _, err := client.Get(url + "/v1/me"); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %v, want a connection that is reset", url, err)
		}
	}
}

// TestSilentClient: one that connects and says nothing keeps nobody waiting.
func TestSilentClient(t *testing.T) {
	f := flags{addr: "127.0.0.1:0", agents: "simulated", caDir: t.TempDir()}
	api, err := f.start(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Dial("tcp", strings.TrimPrefix(api.http, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if err := health(t.Context(), api.https); err != nil {
		t.Error(err)
	}
	if err := api.stop(); err != nil {
		t.Error(err)
	}
}

func TestCACommand(t *testing.T) {
	dir := t.TempDir()
	printed := func(args ...string) string {
		var out, errOut bytes.Buffer
		if code := run(append([]string{"ca", "--ca-dir", dir}, args...), os.Stdin, &out, &errOut); code != 0 {
			t.Fatal(&errOut)
		}
		return out.String()
	}
	text := printed()
	file, err := os.ReadFile(strings.TrimSpace(printed("--path")))
	if err != nil || string(file) != text || !strings.HasPrefix(text, "-----BEGIN CERTIFICATE-----") {
		t.Errorf("%q %v, file %q", text, err, file)
	}
}
