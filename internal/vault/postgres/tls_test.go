package postgres_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string // the certificate in PEM
}

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return authority{certificate, key, file}
}

// server signs a certificate for the address.
func (a authority) server(t *testing.T, address net.IP) (certificate, key []byte) {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{address},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, own.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private})
}

// TestReq_VS13_TLS: a real server has to prove who it is, by default and with the authority that the URL names.
func TestReq_VS13_TLS(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t, "ours"), newAuthority(t, "theirs")
	certificate, key := ours.server(t, net.IPv4(127, 0, 0, 1))
	right := pgtest.Start(t, pgtest.Options{Certificate: certificate, Key: key})
	certificate, key = ours.server(t, net.IPv4(127, 0, 0, 2))
	misnamed := pgtest.Start(t, pgtest.Options{Certificate: certificate, Key: key})
	for _, c := range []struct {
		why    string
		server *pgtest.Server
		query  string
		want   string // in the error; "": it opens
	}{
		{"the right authority", right, "sslrootcert=" + ours.file, ""},
		{"the right authority, said in full", right, "sslmode=verify-full&sslrootcert=" + ours.file, ""},
		{"no authority: the system's do not know it", right, "", "certificate signed by unknown authority"},
		{"another authority", right, "sslrootcert=" + theirs.file, "certificate signed by unknown authority"},
		{"another name", misnamed, "sslrootcert=" + ours.file, "certificate is valid for 127.0.0.2, not 127.0.0.1"},
		{"plain text on this machine, said", right, "sslmode=disable", ""},
		{"unverified on this machine, said", right, "sslmode=require", ""},
	} {
		url, err := c.server.Database(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		url, _, _ = strings.Cut(url, "?")
		db, err := postgres.Open(t.Context(), url+"?"+c.query, vault.NewKeyRing())
		if err == nil {
			err = errors.Join(db.Ping(t.Context()), db.Close())
		}
		switch {
		case c.want == "" && err != nil:
			t.Errorf("Open with %s = %v, want nil", c.why, err)
		case c.want != "" && (!errors.Is(err, postgres.ErrUnreachable) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("Open with %s = %v, want ErrUnreachable: %s", c.why, err, c.want)
		}
	}
	if db, err := postgres.Open(t.Context(), right.SocketURL("postgres", "postgres"), vault.NewKeyRing()); err != nil {
		t.Errorf("Open by way of a Unix socket, which has no TLS = %v, want nil", err)
	} else {
		db.Close()
	}
}

// TestReq_VS13_Remote: to another machine nothing goes that is not verified, unless that is allowed by name. The host
// does not exist: what is allowed fails to find it.
func TestReq_VS13_Remote(t *testing.T) {
	t.Parallel()
	const host = "postgres://u:canary-password@db.invalid/name"
	for query, allowed := range map[string]bool{
		"":                     true,
		"?sslmode=verify-full": true,
		"?sslmode=verify-ca":   false,
		"?sslmode=require":     false,
		"?sslmode=prefer":      false,
		"?sslmode=allow":       false,
		"?sslmode=disable":     false,
		"?host=127.0.0.1,db.invalid&port=1,5432&sslmode=prefer": false,
	} {
		for _, unverified := range []bool{false, true} {
			var opts []postgres.Option
			if unverified {
				opts = append(opts, postgres.AllowUnverified())
			}
			_, err := postgres.Open(t.Context(), host+query, vault.NewKeyRing(), opts...)
			want := postgres.ErrUnreachable
			if !allowed && !unverified {
				want = postgres.ErrInsecure
			}
			if !errors.Is(err, want) {
				t.Errorf("Open(%s, allowed %v) = %v, want %v", query, unverified, err, want)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("Open(%s): the password is in %v", query, err)
			}
		}
	}
}
