package main

import (
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// helloWait is how long a client may take to say in which protocol it speaks.
const helloWait = 10 * time.Second

// bothListener accepts HTTP and HTTPS on one address: the first byte of a TLS connection is no letter.
type bothListener struct {
	net.Listener
	secure *tls.Config

	ready chan net.Conn
	done  chan struct{}
	end   sync.Once
	err   error // why accepting ended
}

func listenBoth(listener net.Listener, secure *tls.Config) *bothListener {
	l := &bothListener{Listener: listener, secure: secure, ready: make(chan net.Conn), done: make(chan struct{})}
	go l.accept()
	return l
}

func (l *bothListener) accept() {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			l.finish(err)
			return
		}
		go l.sort(connection) // which waits for the client
	}
}

// sort hands over a connection in the protocol that it begins with.
func (l *bothListener) sort(connection net.Conn) {
	opened := &openedConn{Conn: connection}
	connection.SetReadDeadline(time.Now().Add(helloWait))
	if _, err := connection.Read(opened.first[:]); err != nil {
		connection.Close()
		return
	}
	connection.SetReadDeadline(time.Time{})
	var sorted net.Conn = opened
	if opened.first[0] == 0x16 { // a handshake
		sorted = tls.Server(opened, l.secure)
	}
	select {
	case l.ready <- sorted:
	case <-l.done:
		connection.Close()
	}
}

func (l *bothListener) finish(err error) {
	l.end.Do(func() {
		l.err = err
		close(l.done)
	})
}

// Accept returns the next connection.
func (l *bothListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.ready:
		return connection, nil
	case <-l.done:
		return nil, l.err
	}
}

// Close ends accepting.
func (l *bothListener) Close() error {
	err := l.Listener.Close()
	l.finish(net.ErrClosed)
	return err
}

// openedConn is a connection whose first byte has been read.
type openedConn struct {
	net.Conn
	first [1]byte
	given bool
}

// Read gives the first byte first.
func (c *openedConn) Read(into []byte) (int, error) {
	if c.given || len(into) == 0 {
		return c.Conn.Read(into)
	}
	c.given = true
	return copy(into, c.first[:]), nil
}

// NetConn returns the connection below, as that of TLS does.
func (c *openedConn) NetConn() net.Conn { return c.Conn }
