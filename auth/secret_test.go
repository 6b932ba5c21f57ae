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
)

// canary is in every secret of this file; no output may contain it, or its usual encodings.
const canary = "KANARIENVOGEL"

func sings(output string) bool {
	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), "4b 41 4e", "75 65 78 65", "0x4b, 0x41", "S0FOQVJJRU5WT0dFT"} {
		if strings.Contains(output, form) {
			return true
		}
	}
	return false
}

// secretive are all values of this package that hold secrets, as pointers and as values.
func secretive(t *testing.T) map[string]any {
	token := auth.Token{AccessToken: "a" + canary, RefreshToken: "r" + canary, ExpiresAt: time.Now(), Subject: "s"}
	conf := auth.Config{ClientID: "id", ClientSecret: "s" + canary, RefreshToken: "r" + canary, RedirectURI: "http://127.0.0.1/" + "cb"}
	cred, err := auth.NewCredentials(&conf)
	if err != nil {
		t.Fatal(err)
	}
	login := cred.UserAuth(auth.ScopeSet{})
	if err := login.UnmarshalBinary(loginWithVerifier(t, login)); err != nil {
		t.Fatal(err)
	}
	answer := new(auth.Answer)
	if err := answer.UnmarshalBinary([]byte(answerAtRest)); err != nil {
		t.Fatal(err)
	}
	callback := auth.Callback{Code: "c" + canary, State: "s" + canary}
	return map[string]any{
		"Token": token, "*Token": &token, "Config": conf, "*Config": &conf, "UserAuth": *login, "*UserAuth": login,
		"Credentials": *cred, "*Credentials": cred, "Callback": callback, "*Callback": &callback,
		"Answer": *answer, "*Answer": answer,
	}
}

// loginWithVerifier is login at rest with a verifier that can be recognised.
func loginWithVerifier(t *testing.T, login *auth.UserAuth) []byte {
	data, err := login.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	verifier := canary + strings.Repeat("v", 43)
	file["verifier"] = verifier
	file["url"] = replaceParameter(t, file["url"].(string), "code_challenge", s256(verifier))
	data, err = json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	if !sings("x"+canary) || !sings(fmt.Sprintf("%x", "a"+canary)) || !sings(fmt.Sprintf("% x", canary)) {
		t.Fatal("this test cannot fail")
	}
	for name, v := range secretive(t) {
		outputs := map[string]string{"panic": panicText(v), "Sprint": fmt.Sprint(v), "Sprintln": fmt.Sprintln(v)}
		for verb := '!'; verb <= '~'; verb++ {
			// %w and %p are left out: fmt then does not ask the value, and go vet refuses the program.
			if verb != 'w' && verb != 'p' && !strings.ContainsRune("%+-# 0123456789.*[]", verb) {
				for _, flags := range []string{"", "+", "#", " ", "-10", "# "} {
					format := "%" + flags + string(verb)
					outputs[format] = fmt.Sprintf(format, v)
				}
			}
		}
		for how, wrapped := range wrappings(v) {
			outputs[how+" %v"], outputs[how+" %+v"] = fmt.Sprintf("%v", wrapped), fmt.Sprintf("%+v", wrapped)
			outputs[how+" %#v"] = fmt.Sprintf("%#v", wrapped)
			if how != "in an unexported field" { // there %s is as %p above
				outputs[how+" %s"] = fmt.Sprintf("%s", wrapped)
			}
			outputs[how+" slog text"], outputs[how+" slog JSON"] = logged(wrapped)
		}
		for how, output := range outputs {
			if sings(output) {
				t.Errorf("%s printed with %s: %s", name, how, output)
				break
			}
		}
	}
}

// wrappings put v where it may hide in other people's values.
func wrappings(v any) map[string]any {
	type box struct {
		Name string
		V    any
	}
	w := map[string]any{
		"itself": v, "in a struct": box{"n", v}, "in a pointer": &box{"n", v}, "in a slice": []any{v},
		"in a map": map[string]any{"k": v}, "deep": &box{"n", []any{map[string]any{"k": box{"n", v}}}},
	}
	switch v := v.(type) {
	case *auth.Token:
		w["in an unexported field"] = struct{ token *auth.Token }{v}
	case *auth.Config:
		w["in an unexported field"] = struct{ conf *auth.Config }{v}
	case *auth.UserAuth:
		w["in an unexported field"] = struct{ login *auth.UserAuth }{v}
	case *auth.Callback:
		w["in an unexported field"] = struct{ callback *auth.Callback }{v}
	}
	return w
}

func logged(v any) (text, asJSON string) {
	var t, j bytes.Buffer
	slog.New(slog.NewTextHandler(&t, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&j, nil)).Info("m", "v", v)
	return t.String(), j.String()
}

func panicText(v any) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	panic(v)
}

func TestSecretsAreNotForJSON(t *testing.T) {
	t.Parallel()
	for name, v := range secretive(t) {
		if strings.HasSuffix(name, "Credentials") {
			continue // nothing of it is exported
		}
		for how, wrapped := range map[string]any{"itself": v, "nested": map[string]any{"k": []any{v}}} {
			data, err := json.Marshal(wrapped)
			if !errors.Is(err, auth.ErrSecret) || len(data) > 0 {
				t.Errorf("json.Marshal of a %s, %s = %q, %v; want ErrSecret", name, how, data, err)
			}
		}
	}
}
