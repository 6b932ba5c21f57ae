package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// tokenFile is a token at rest. The first four names are those of x/oauth2, whose files are
// read as they are; the others are ours. Names are never changed, only added.
type tokenFile struct {
	AccessToken  string    `json:"access_token"`
	TokenType    string    `json:"token_type,omitempty"`
	RefreshToken string    `json:"refresh_token,omitempty"`
	Expiry       time.Time `json:"expiry,omitzero"`
	Scope        ScopeSet  `json:"scope,omitzero"`
	AuthorizedAt time.Time `json:"authorized_at,omitzero"`
	UsesPKCE     bool      `json:"uses_pkce,omitempty"`
	Subject      string    `json:"subject,omitempty"`
}

// MarshalBinary is for storage. The bytes are JSON with the field names of x/oauth2, stable
// for ever, secret: seal them or keep them in a 0600 file.
func (t *Token) MarshalBinary() ([]byte, error) {
	return json.Marshal(tokenFile{
		AccessToken: t.AccessToken, TokenType: t.TokenType, RefreshToken: t.RefreshToken,
		Expiry: t.ExpiresAt, Scope: t.Scope, AuthorizedAt: t.AuthorizedAt,
		UsesPKCE: t.UsesPKCE, Subject: t.Subject,
	})
}

// UnmarshalBinary also reads what x/oauth2's Token wrote as JSON. What is read reads the time
// from time.Now until credentials take it up. Errors never quote the data.
func (t *Token) UnmarshalBinary(data []byte) error {
	members, err := readObject(data)
	if err != nil {
		return fmt.Errorf("auth: read token: %w", err)
	}
	var f tokenFile
	for name, into := range map[string]any{
		"access_token": &f.AccessToken, "token_type": &f.TokenType, "refresh_token": &f.RefreshToken,
		"expiry": &f.Expiry, "scope": &f.Scope, "authorized_at": &f.AuthorizedAt,
		"uses_pkce": &f.UsesPKCE, "subject": &f.Subject,
	} {
		if raw, ok := members[name]; ok && json.Unmarshal(raw, into) != nil {
			return fmt.Errorf("auth: read token: %s is not what it should be", name)
		}
	}
	if f.AccessToken == "" && f.RefreshToken == "" {
		return errors.New("auth: read token: neither an access nor a refresh token in it")
	}
	*t = Token{
		AccessToken: f.AccessToken, TokenType: f.TokenType, RefreshToken: f.RefreshToken,
		Scope: f.Scope, ExpiresAt: f.Expiry, AuthorizedAt: f.AuthorizedAt,
		UsesPKCE: f.UsesPKCE, Subject: f.Subject,
	}
	return nil
}

// MarshalJSON always fails, and says to use MarshalBinary.
func (t Token) MarshalJSON() ([]byte, error) { return nil, ErrSecret }

// String says what kind of token it is, and redacts the rest.
func (t Token) String() string {
	kind := "access token"
	if t.RefreshToken != "" {
		kind = "user token"
	}
	if t.UsesPKCE {
		kind += " (PKCE)"
	}
	if !t.ExpiresAt.IsZero() {
		kind += " until " + t.ExpiresAt.UTC().Format(time.RFC3339)
	}
	return "auth.Token{" + kind + ", redacted}"
}

// GoString is String: %#v redacts too.
func (t Token) GoString() string { return t.String() }

// Format is String whatever the verb: %d and %x redact too.
func (t Token) Format(f fmt.State, _ rune) { redact(f, t) }

// LogValue is String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// redact prints a value that holds secrets, whatever was asked for.
func redact(f fmt.State, v fmt.Stringer) { _, _ = io.WriteString(f, v.String()) }
