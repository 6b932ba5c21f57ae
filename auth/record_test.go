package auth_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// livedIn is a record that has been through a lot: rotated, with a spare, dead.
func livedIn(t *testing.T) (rec *auth.Record, secrets []string) {
	t.Helper()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		g := w.cred.Grants(store)
		w.put(g)
		secrets = append(secrets, w.stored(store).Token.RefreshToken)
		time.Sleep(time.Hour)
		w.wantToken(g.For("alice"))
		rec = w.stored(store)
		secrets = append(secrets, rec.Token.RefreshToken, rec.Token.AccessToken)
	})
	return rec, secrets
}

// TestRecordBytes pins what is stored: other programs' and later versions' records depend on it.
func TestRecordBytes(t *testing.T) {
	t.Parallel()
	const stored = `{"format":1,"version":"V","token":{"access_token":"A","token_type":"Bearer","refresh_token":"R",` +
		`"expiry":"2026-11-21T19:00:00Z","scope":"user-read-email","authorized_at":"2026-11-21T18:00:00Z","subject":"S"},` +
		`"generation":7,"epoch":"E","lease":{"owner":"O","seq":9,"at":"2026-11-21T18:30:00Z","for":25000000000,"contested":true},` +
		`"spares":[{"refresh_token":"R6","at":"2026-11-21T18:10:00Z"}],` +
		`"dead":{"reason":"revoked","authorized_at":"2026-11-21T18:00:00Z","at":"2026-11-21T18:40:00Z"}}`
	rec := &auth.Record{Now: time.Unix(1, 0)}
	if err := rec.UnmarshalBinary([]byte(stored)); err != nil {
		t.Fatal(err)
	}
	if rec.Version != "V" || rec.Generation != 7 || rec.Token.RefreshToken != "R" || rec.Dead.Reason != auth.ReasonRevoked || rec.Now.IsZero() {
		t.Errorf("UnmarshalBinary = %v, want what is in it, and the store's own times untouched", rec)
	}
	if data, err := rec.MarshalBinary(); err != nil || string(data) != stored {
		t.Errorf("MarshalBinary =\n%s, %v\nwant\n%s", data, err, stored)
	}
}

func TestRecordFromOtherPrograms(t *testing.T) {
	t.Parallel()
	for data, ok := range map[string]bool{
		`{"format":1,"version":"V","generation":1}`:                                                                 true,
		`{"format":1,"version":"V","generation":1,"mood":"blue","lease":{"owner":"O","kind":"new"},"token":null}`:   true,
		`{"format":1,"version":"V","token":{"refresh_token":"canary","smell":"rose"},"spares":[{"taste":"sweet"}]}`: true,
		`{"format":2,"version":"V","token":{"refresh_token":"canary"}}`:                                             false,
		`{"version":"V","token":{"refresh_token":"canary"}}`:                                                        false,
		`{"format":1,"version":7,"token":{"refresh_token":"canary"}}`:                                               false,
		`{"format":1,"version":"V","token":{"refresh_token":"canary"}`:                                              false,
		`{"format":1,"version":"V","token":["canary"]}`:                                                             false,
		``: false, `canary`: false,
	} {
		before := auth.Record{Version: "before"}
		rec := before
		err := rec.UnmarshalBinary([]byte(data))
		if (err == nil) != ok {
			t.Errorf("UnmarshalBinary(%s) = %v, want success: %t", data, err, ok)
		}
		if err != nil && (strings.Contains(err.Error(), "canary") || rec.Version != "before") {
			t.Errorf("UnmarshalBinary(%s) = %v: want the record as it was, and nothing quoted", data, err)
		}
	}
}

// TestRecordDoesNotPrint, however it is asked to.
func TestRecordDoesNotPrint(t *testing.T) {
	t.Parallel()
	rec, secrets := livedIn(t)
	type nested struct {
		Public  auth.Record
		Pointer *auth.Record
		private *auth.Record
		list    []*auth.Record
	}
	things := []any{rec, *rec, &nested{*rec, rec, rec, []*auth.Record{rec}}, []auth.Record{*rec}, map[string]*auth.Record{"a": rec}}
	var out bytes.Buffer
	for _, thing := range things {
		for _, verb := range "vsqxXdotbceEfgGpTU" {
			for _, flag := range []string{"", "+", "#", "-9", ".9", "0"} {
				fmt.Fprintf(&out, "%"+flag+string(verb)+"\n", thing)
			}
		}
		slog.New(slog.NewJSONHandler(&out, nil)).Info("stored", "record", thing)
		slog.New(slog.NewTextHandler(&out, nil)).Info("stored", "record", thing)
		if data, err := json.Marshal(thing); !errors.Is(err, auth.ErrSecret) {
			t.Errorf("json.Marshal(%T) = %s, %v, want ErrSecret", thing, data, err)
		}
	}
	for _, secret := range secrets {
		for _, form := range []string{secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), fmt.Sprint([]byte(secret))} {
			if strings.Contains(out.String(), strings.Trim(form, "[]")) {
				t.Errorf("a record printed a secret (%.8s…)", secret)
			}
		}
	}
	data, err := rec.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets { // or else nothing was tested
		if !bytes.Contains(data, []byte(secret)) {
			t.Errorf("the record does not hold %.8s…", secret)
		}
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"format":1,"version":"V","token":{"refresh_token":"R"},"spares":[{"refresh_token":"S"}]}`))
	f.Add([]byte(`{"format":1,"hollow":true,"token":{"access_token":"-"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var rec, again auth.Record
		if rec.UnmarshalBinary(data) != nil {
			return
		}
		first, err := rec.MarshalBinary()
		if err != nil {
			t.Fatalf("MarshalBinary of what was read = %v", err)
		}
		if err := again.UnmarshalBinary(first); err != nil {
			t.Fatalf("UnmarshalBinary of what was written = %v\n%s", err, first)
		}
		if second, err := again.MarshalBinary(); err != nil || !bytes.Equal(first, second) {
			t.Errorf("MarshalBinary = %s, %v, want %s", second, err, first)
		}
	})
}
