package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// api is a running emulator.
type api struct {
	http, https string     // addresses; the second is "" when HTTPS is off
	token       string     // that is accepted
	onlyToken   bool       // no other is
	secure      bool       // clients are pointed at HTTPS
	ca, bundle  string     // files that clients can be told to trust
	failed      chan error // receives why serving ended before it was stopped

	emulator *emulator.Server
	web      *http.Server
	hurry    context.CancelFunc // ends what requests wait for
}

// url is where clients are pointed at.
func (a *api) url() string {
	if a.secure {
		return a.https
	}
	return a.http
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
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("address %s is taken, perhaps by another emulator: stop that one, or give --addr another port, 0 for a free one", f.addr)
	}
	if err != nil {
		return nil, err
	}
	address := listener.Addr().(*net.TCPAddr)
	if !address.IP.IsLoopback() {
		fmt.Fprintf(log, "castai-emulator: warning: %s can be reached from other machines, and its own interface needs no token\n", address)
	}
	ctx, hurry := context.WithCancel(context.Background())
	a := &api{
		emulator: server,
		failed:   make(chan error, 1),
		web: &http.Server{
			Handler: server, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx },
		},
		hurry: hurry,
	}
	host := address.IP.String()
	if address.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	host = net.JoinHostPort(host, fmt.Sprint(address.Port))
	a.http = "http://" + host
	a.token = "local"
	if tokens := server.Tokens(); len(tokens) > 0 {
		a.token, a.onlyToken = tokens[0], true
	}
	if err := a.certify(f, address.IP); err == nil {
		a.https = "https://" + host
		listener = listenBoth(listener, a.web.TLSConfig)
	} else if f.tls {
		return nil, errors.Join(err, listener.Close())
	} else {
		fmt.Fprintf(log, "castai-emulator: warning: no HTTPS: %v\n", err)
	}
	go func() {
		if err := a.web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	}()
	return a, nil
}

// certify makes ready for HTTPS.
func (a *api) certify(f *flags, ip net.IP) error {
	authority, err := openAuthority(f.caDir, time.Now())
	if err != nil {
		return err
	}
	certificate, err := authority.serverCertificate(f.tlsNames, ip, time.Now())
	if err != nil {
		return err
	}
	a.ca, a.secure = authority.file(), f.tls
	if a.secure {
		if a.bundle, err = authority.bundle(); err != nil {
			return err
		}
	}
	a.web.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	return nil
}

// environment is what points clients at the emulator.
func (a *api) environment() []string {
	settings := []string{"CASTAI_API_URL=" + a.url(), "CASTAI_API_TOKEN=" + a.token, urlVariable + "=" + a.url()}
	if a.secure {
		settings = append(settings, "SSL_CERT_FILE="+a.bundle, "NODE_EXTRA_CA_CERTS="+a.ca)
	}
	return settings
}

// stop lets running requests end, without the delays and hangs of faults, if need be by force, and closes the state.
func (a *api) stop() error {
	a.hurry()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := a.web.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = a.web.Close()
	}
	return errors.Join(err, a.emulator.Close())
}
