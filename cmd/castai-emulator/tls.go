package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// The files of a certificate authority.
const (
	keyFile    = "ca-key.pem" // its key and certificate, for the owner alone
	caFile     = "ca.pem"     // its certificate, for clients
	bundleFile = "bundle.pem" // its certificate after those the system trusts, for clients that take one file for all
)

// caYears is long, since clients are told once whom to trust; leafLife is what all of them accept of a server.
const (
	caYears  = 10
	leafLife = 365 * 24 * time.Hour
)

// authority is the certificate authority of the user's emulators. It is made once and kept.
type authority struct {
	dir         string
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

// defaultCADir is in the user's configuration; "" where there is none.
func defaultCADir() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "castai-emulator")
}

// openAuthority reads the authority in a directory, and makes one if there is none. One that cannot be used is never
// replaced: clients trust it.
func openAuthority(dir string, now time.Time) (*authority, error) {
	if dir == "" {
		return nil, errors.New("there is no home to keep the certificate authority in: say where with --ca-dir")
	}
	file := filepath.Join(dir, keyFile)
	_, published := os.Stat(filepath.Join(dir, caFile)) // looked at first, since it is written last
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		if published == nil {
			return nil, fmt.Errorf("%s is there, but not its key %s: put that back, or remove both to get another authority, which clients have to be told",
				filepath.Join(dir, caFile), file)
		}
		if err := makeAuthority(dir, now); err != nil {
			return nil, fmt.Errorf("make a certificate authority: %w", err)
		}
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, err
	}
	a := &authority{dir: dir}
	if err := a.read(file, text, now); err != nil {
		return nil, fmt.Errorf("certificate authority: %w; remove %s and %s to get another one, which clients have to be told", err, file, caFile)
	}
	return a, a.publish()
}

// read takes the authority from its file.
func (a *authority) read(file string, text []byte, now time.Time) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("others can read the key (mode %04o, want 0600): chmod 600 %s if nobody did", info.Mode().Perm(), file)
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return fmt.Errorf("%s is damaged: %w", file, err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return fmt.Errorf("%s is not an authority of this program", file)
	}
	if !now.Before(pair.Leaf.NotAfter) {
		return fmt.Errorf("it has expired on %s", pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	a.key, a.certificate = key, pair.Leaf
	return nil
}

// makeAuthority writes a new authority, unless another program has done so meanwhile.
func makeAuthority(dir string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "CAST AI emulator"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(caYears, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), encoded(der)...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(dir, keyFile) // for the owner alone
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	if _, err := draft.Write(text); err != nil {
		return errors.Join(err, draft.Close())
	}
	if err := draft.Close(); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), filepath.Join(dir, keyFile)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func encoded(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// serial is a random number, as clients expect of certificates with one issuer.
func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // the system has no randomness
	}
	return n
}

// publish writes the certificate for clients, unless it is there.
func (a *authority) publish() error {
	text, err := os.ReadFile(a.file())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return replace(a.file(), a.text())
	case err != nil:
		return err
	case !bytes.Equal(text, a.text()):
		return fmt.Errorf("%s is not the certificate of the authority in %s: remove it to have it written again", a.file(), keyFile)
	}
	return nil
}

func (a *authority) file() string { return filepath.Join(a.dir, caFile) }

func (a *authority) text() []byte { return encoded(a.certificate.Raw) }

// bundle writes the certificates that are trusted now and the authority's, so that they can replace those, and returns
// the file.
func (a *authority) bundle() (string, error) {
	trusted, err := systemRoots()
	if err != nil {
		return "", err
	}
	file := filepath.Join(a.dir, bundleFile)
	return file, replace(file, append(trusted, a.text()...))
}

// replace writes a file that others may be reading.
func replace(file string, text []byte) error {
	draft, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file))
	if err != nil {
		return err
	}
	_, err = draft.Write(text)
	err = errors.Join(err, draft.Chmod(0o644), draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), file)
	}
	if err != nil {
		os.Remove(draft.Name())
	}
	return err
}

// serverCertificate makes the certificate of an emulator that is reached by the usual local names and others.
func (a *authority) serverCertificate(names []string, ip net.IP, now time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(leafLife), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if leaf.NotAfter.After(a.certificate.NotAfter) {
		leaf.NotAfter = a.certificate.NotAfter
	}
	if !ip.IsUnspecified() {
		leaf.IPAddresses = append(leaf.IPAddresses, ip)
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// systemRoots reads the certificates that are trusted now.
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
