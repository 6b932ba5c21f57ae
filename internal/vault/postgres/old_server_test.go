package postgres_test

import (
	"errors"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
)

// TestOldServer: a server that says it is of 2016.
func TestOldServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go greet(client, "9.6.24")
		}
	}()
	_, err = postgres.Open(t.Context(), "postgres://u@"+l.Addr().String()+"/name?sslmode=disable", vault.NewKeyRing())
	if !errors.Is(err, postgres.ErrOldServer) {
		t.Errorf("Open = %v, want ErrOldServer", err)
	}
}

// greet lets a client in, and leaves when it has heard enough.
func greet(client net.Conn, version string) {
	defer client.Close()
	backend := pgproto3.NewBackend(client, client)
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return
	}
	backend.Send(&pgproto3.AuthenticationOk{})
	backend.Send(&pgproto3.ParameterStatus{Name: "server_version", Value: version})
	backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	_ = backend.Flush()
	_, _ = backend.Receive()
}
