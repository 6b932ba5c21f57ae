// Package server is the authenticating web server: people log in with Spotify in a browser,
// see who they are and what is playing, and log out.
//
// It holds handlers only. Who somebody is, which browsers are signed in and what they consented to
// is kept by the vault; tokens are kept fresh by auth; Spotify is asked through spotify. No token
// ever reaches a browser, and only this package sees cookies.
//
// A request passes guard.go (host, size, headers, panics), is routed in routes.go and answered by
// the file named after its route. A login is attempt.go (the sealed cookie), login.go (there) and
// callback.go (back again).
package server
