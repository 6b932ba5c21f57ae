package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/spotify"
)

// identity is who finished a login, as Spotify says.
type identity struct {
	account string // account_id; without one "id:" and the id
	alias   string // the key used before Spotify gave an account_id; "" if there is none
	profile vault.Profile
}

const longestImageURL = 2 << 10 // bytes

var errNobody = errors.New("server: Spotify did not say who this is")

// meAnswer is GET /me as an identity has to be read: strictly. spotify.Profile is lenient, and would
// make a text of a number.
type meAnswer struct {
	ID        any             `json:"id"`
	AccountID any             `json:"account_id"`
	Name      any             `json:"display_name"`
	Images    []spotify.Image `json:"images"`
}

// whoIs asks Spotify with the new token. A missing or odd answer is an error: a default would make
// one person of many.
func (s *Server) whoIs(ctx context.Context, token *auth.Token) (identity, error) {
	var me meAnswer
	// The consent is spent: a pause that ends in time is waited for.
	client := s.spotify.As(token).With(spotify.WithMaxWait(callbackTime))
	if err := client.Do(ctx, "GET /me", nil, &me); err != nil {
		return identity{}, fmt.Errorf("who is this: %w", err)
	}
	return identityOf(me)
}

func identityOf(me meAnswer) (identity, error) {
	account, hasAccount := me.AccountID.(string)
	id, _ := me.ID.(string)
	name, _ := me.Name.(string)
	who := identity{profile: vault.Profile{Name: displayName(name, id)}}
	if len(me.Images) > 0 {
		who.profile.ImageURL = me.Images[len(me.Images)-1].URL // the smallest comes last
	}
	if len(who.profile.ImageURL) > longestImageURL {
		who.profile.ImageURL = "" // it would be read with every session
	}
	switch {
	case hasAccount && isKey(account):
		who.account = account
		if isKey(id) {
			who.alias = "id:" + id
		}
	case me.AccountID == nil && isKey(id):
		who.account = "id:" + id
	default:
		return identity{}, errNobody
	}
	return who, nil
}

// isKey reports whether text can name one person: neither empty nor padded, nor made to look like
// another key.
func isKey(text string) bool {
	return text != "" && len(text) <= 256 && utf8.ValidString(text) && !strings.HasPrefix(text, "id:") &&
		!strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f })
}

func displayName(name, id string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if name == "" {
		name = id
	}
	if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "")
	}
	return name
}
