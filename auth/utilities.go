package auth

import "context"

// The one-line utilities: a self-refreshing token from a Config. Config.Save is called.

// RequestClientToken: an application token. Needs ClientID and ClientSecret.
func RequestClientToken(ctx context.Context, c *Config) (*RefreshingToken, error) {
	cred, err := NewCredentials(c)
	if err != nil {
		return nil, err
	}
	return cred.Refreshing(nil).RequestClientToken(ctx)
}

// PromptForUserToken opens a browser and waits; it also takes the redirected URL pasted into
// the terminal. Needs ClientID, ClientSecret and RedirectURI. Not for servers: see UserAuth.
// Errors: ErrDenied if the person refuses, context.DeadlineExceeded after five minutes.
func PromptForUserToken(ctx context.Context, c *Config, scopes ScopeSet) (*RefreshingToken, error) {
	return new(Prompt).UserToken(ctx, c, scopes)
}

// PromptForPKCEToken is PromptForUserToken without the secret.
func PromptForPKCEToken(ctx context.Context, c *Config, scopes ScopeSet) (*RefreshingToken, error) {
	return new(Prompt).PKCEToken(ctx, c, scopes)
}

// RefreshUserToken starts from Config.RefreshToken; an empty one is ErrReauthorize. Needs
// ClientID and ClientSecret.
func RefreshUserToken(ctx context.Context, c *Config) (*RefreshingToken, error) {
	cred, err := NewCredentials(c)
	if err != nil {
		return nil, err
	}
	return cred.Refreshing(nil).RefreshUserToken(ctx, c.RefreshToken)
}

// RefreshPKCEToken is RefreshUserToken without the secret.
func RefreshPKCEToken(ctx context.Context, c *Config) (*RefreshingToken, error) {
	cred, err := NewCredentials(c)
	if err != nil {
		return nil, err
	}
	return cred.Refreshing(nil).RefreshPKCEToken(ctx, c.RefreshToken)
}
