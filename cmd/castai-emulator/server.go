package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// api is a running emulator.
type api struct {
	url    string
	ca     *authority // nil without TLS
	failed chan error // receives why serving ended before it was stopped

	emulator *emulator.Server
	web      *http.Server
}

// start listens and serves in the background.
func (f *flags) start(log io.Writer) (*api, error) {
	server, err := f.new(log)
	if err != nil {
		return nil, err
	}
	if f.chance() {
		fmt.Fprintf(log, "castai-emulator: to meet the same faults again, use --seed %d\n", server.Seed())
	}
	a, err := f.listen(server, log)
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return a, nil
}

func (f *flags) listen(server *emulator.Server, log io.Writer) (*api, error) {
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return nil, err
	}
	address := listener.Addr().(*net.TCPAddr)
	if !address.IP.IsLoopback() {
		fmt.Fprintf(log, "castai-emulator: warning: %s can be reached from other machines, and any token is accepted\n", address)
	}
	a := &api{
		emulator: server,
		failed:   make(chan error, 1),
		web:      &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second},
	}
	host := address.IP.String()
	if address.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	a.url = "http://" + net.JoinHostPort(host, fmt.Sprint(address.Port))
	if f.tls {
		a.url = "https" + a.url[len("http"):]
		if a.ca, err = newAuthority(address.IP); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		a.web.TLSConfig = &tls.Config{Certificates: []tls.Certificate{a.ca.server}, MinVersion: tls.VersionTLS12}
	}
	go func() {
		serve := a.web.Serve
		if f.tls {
			serve = func(l net.Listener) error { return a.web.ServeTLS(l, "", "") }
		}
		if err := serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	}()
	return a, nil
}

// environment is what points clients at the emulator.
func (a *api) environment() []string {
	settings := []string{"CASTAI_API_URL=" + a.url, "CASTAI_API_TOKEN=local"}
	if a.ca != nil {
		settings = append(settings, "SSL_CERT_FILE="+a.ca.bundle, "NODE_EXTRA_CA_CERTS="+a.ca.file)
	}
	return settings
}

// stop ends running requests, if need be by force, and closes the state.
func (a *api) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := a.web.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = a.web.Close()
	}
	if a.ca != nil {
		err = errors.Join(err, a.ca.remove())
	}
	return errors.Join(err, a.emulator.Close())
}
