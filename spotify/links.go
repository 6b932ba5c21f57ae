package spotify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// shortLinks is the only host that ResolveLink asks.
const shortLinks = "spotify.link"

// ResolveLink is ParseURI for all that people copy from Spotify, the short links of its mobile
// apps included: https://spotify.link/…. It asks spotify.link, and no other host, where such a
// link leads, without a token and without following it. What is no link of Spotify's is
// ErrConfig, a short link that leads nowhere ErrNotFound.
// https://developer.spotify.com/documentation/web-api/concepts/spotify-uris-ids
func (c *Client) ResolveLink(ctx context.Context, text string) (URI, error) {
	link, short := shortLink(text)
	if !short {
		return ParseURI(text)
	}
	if c.settings.err != nil {
		return "", c.settings.err
	}
	target, err := c.whereTo(ctx, link)
	if err != nil {
		return "", err
	}
	uri, err := ParseURI(target)
	if err != nil {
		return "", fmt.Errorf("%w: the short link leads to no track, album or other thing of Spotify's", ErrNotFound)
	}
	return uri, nil
}

// shortLink is the address of a short link, stripped of all that is not part of its name.
func shortLink(text string) (link string, short bool) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host != shortLinks || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	clean := url.URL{Scheme: "https", Host: shortLinks, Path: u.Path, RawPath: u.RawPath}
	return clean.String(), true
}

// whereTo asks where a short link leads. The client's own HTTP client follows no redirects and
// keeps no cookies.
func (c *Client) whereTo(ctx context.Context, link string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, link, nil)
	if err != nil {
		return "", fmt.Errorf("%w: the short link is malformed", ErrConfig)
	}
	req.Header.Set("User-Agent", userAgent)
	resp, err := c.settings.http.Do(req)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return "", fmt.Errorf("spotify: following a short link: %w", err)
	}
	_ = resp.Body.Close() // of a HEAD request: empty
	target := resp.Header.Get("Location")
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400 && target != "":
		return target, nil
	case resp.StatusCode == http.StatusTooManyRequests:
		return "", fmt.Errorf("%w: following a short link", ErrRateLimited)
	case resp.StatusCode >= 500:
		return "", fmt.Errorf("%w: following a short link: %d", ErrServer, resp.StatusCode)
	}
	return "", fmt.Errorf("%w: the short link leads nowhere", ErrNotFound)
}
