package auth

import "cmp"

// ConfigNames renames the variables or keys; "" keeps the standard name. Section is the part
// of an INI file; "" is what stands before the first section, or in [DEFAULT].
type ConfigNames struct{ ClientID, ClientSecret, RedirectURI, RefreshToken, AuthorizedAt, Section string }

// key is one of the values of a Config that have a name outside Go.
type key int

const (
	keyClientID key = iota
	keySecret
	keyRedirect
	keyRefresh
	keyAuthorizedAt
)

var standardNames = [...]string{
	keyClientID: "SPOTIFY_CLIENT_ID", keySecret: "SPOTIFY_CLIENT_SECRET", keyRedirect: "SPOTIFY_REDIRECT_URI",
	keyRefresh: "SPOTIFY_USER_REFRESH", keyAuthorizedAt: "SPOTIFY_USER_AUTHORIZED_AT",
}

var fieldNames = [...]string{
	keyClientID: "ClientID", keySecret: "ClientSecret", keyRedirect: "RedirectURI",
	keyRefresh: "RefreshToken", keyAuthorizedAt: "AuthorizedAt",
}

// of is the name of k.
func (n ConfigNames) of(k key) string {
	renamed := [...]string{
		keyClientID: n.ClientID, keySecret: n.ClientSecret, keyRedirect: n.RedirectURI,
		keyRefresh: n.RefreshToken, keyAuthorizedAt: n.AuthorizedAt,
	}
	return cmp.Or(renamed[k], standardNames[k])
}

// chosenNames are the first of names, or the standard ones.
func chosenNames(names []ConfigNames) ConfigNames {
	if len(names) == 0 {
		return ConfigNames{}
	}
	return names[0]
}

// value is where c keeps k, one of the four that are text.
func (c *Config) value(k key) *string {
	return [...]*string{keyClientID: &c.ClientID, keySecret: &c.ClientSecret, keyRedirect: &c.RedirectURI, keyRefresh: &c.RefreshToken}[k]
}
