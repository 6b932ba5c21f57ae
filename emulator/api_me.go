package emulator

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// getMe answers GET /me. What it tells depends on scopes, and in development mode half of it
// is withheld.
func (c *call) getMe() *apiError {
	p := c.person
	c.begin("")
	if c.extended && c.scopes["user-read-private"] {
		c.str("country", p.Country)
		c.str("product", product(p))
		c.begin("explicit_content")
		c.bool("filter_enabled", false)
		c.bool("filter_locked", false)
		c.end()
	}
	if c.extended && c.scopes["user-read-email"] {
		c.str("email", p.Name+"@example.com")
	}
	c.str("account_id", p.AccountID)
	c.str("display_name", displayName(p.Name))
	if c.extended {
		c.followers(len(p.Name))
	}
	c.userIdentity(p.Name)
	c.images(profileCover, p.Name)
	c.end()
	return nil
}

func product(p *person) string {
	if p.Free {
		return "free"
	}
	return "premium"
}

// displayName is what a person is called where others can see it.
func displayName(id string) string {
	first, size := utf8.DecodeRuneInString(id)
	return string(unicode.ToUpper(first)) + id[size:]
}

// nameOf is the display name of whoever has that user id; "" if nobody has.
func (c *call) nameOf(id string) string {
	if curator := c.e.cat.curatorByID[id]; curator != nil {
		return curator.Name
	}
	if c.e.personNamed(id) != nil {
		return displayName(id)
	}
	return ""
}

// userIdentity is identity for people, whose ids may hold anything.
func (d *doc) userIdentity(id string) {
	escaped := url.PathEscape(id)
	d.begin("external_urls")
	d.str("spotify", "https://open.spotify.com/user/"+escaped)
	d.end()
	d.str("href", d.origin+"/v1/users/"+escaped)
	d.str("id", id)
	d.str("type", "user")
	d.str("uri", "spotify:user:"+strings.ReplaceAll(escaped, ":", "%3A"))
}
