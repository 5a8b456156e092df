package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority is a certificate authority for one run, and the certificate it gave the emulator. Its key is not kept.
type authority struct {
	dir    string
	file   string // its certificate alone, PEM
	bundle string // its certificate after those the system trusts, PEM
	server tls.Certificate
}

func newAuthority(ip net.IP) (*authority, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CAST AI emulator"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, ip},
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	a := &authority{server: tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key}}
	return a, a.write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}))
}

func (a *authority) write(certificate []byte) error {
	var err error
	if a.dir, err = os.MkdirTemp("", "castai-emulator-"); err != nil {
		return err
	}
	trusted, err := systemRoots()
	if err != nil {
		return err
	}
	a.file, a.bundle = filepath.Join(a.dir, "ca.pem"), filepath.Join(a.dir, "bundle.pem")
	if err := os.WriteFile(a.file, certificate, 0o644); err != nil {
		return err
	}
	return os.WriteFile(a.bundle, append(trusted, certificate...), 0o644)
}

func (a *authority) remove() error { return os.RemoveAll(a.dir) }

// systemRoots reads the certificates that are trusted now, so that a bundle with ours can replace them.
func systemRoots() ([]byte, error) {
	candidates := []string{
		os.Getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
	}
	for _, file := range candidates {
		if file == "" {
			continue
		}
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return append(text, '\n'), err
	}
	return nil, nil
}
