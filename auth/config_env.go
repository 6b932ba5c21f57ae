package auth

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// ConfigFromEnv reads the environment. What is not there stays empty: see Missing.
// An error, ErrConfig, means that SPOTIFY_USER_AUTHORIZED_AT is no date.
func ConfigFromEnv(names ...ConfigNames) (*Config, error) {
	c := &Config{names: chosenNames(names)}
	if err := c.read(os.Getenv); err != nil {
		return nil, err
	}
	return c, nil
}

// read takes every named value from get.
func (c *Config) read(get func(name string) string) error {
	for _, k := range []key{keyClientID, keySecret, keyRedirect, keyRefresh} {
		*c.value(k) = strings.TrimSpace(get(c.names.of(k)))
	}
	name := c.names.of(keyAuthorizedAt)
	at, err := parseTime(strings.TrimSpace(get(name)))
	if err != nil {
		return fmt.Errorf("%w: %s is neither a time like 2026-11-21T09:30:00Z nor a date like 2026-11-21", ErrConfig, name)
	}
	c.AuthorizedAt = at
	return nil
}

// parseTime reads RFC 3339 or a plain date; "" is the zero time.
func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	return time.Parse(time.RFC3339, text)
}
