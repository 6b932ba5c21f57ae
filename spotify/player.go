package spotify

import (
	"context"
	"time"
)

type PlayerService struct{}

type PlayerOptions struct{ Market Market }

// CurrentlyPlaying is never nil: when nothing plays, Item is.
type CurrentlyPlaying struct {
	Item      *Item // nil: nothing, an advertisement, a private session
	IsPlaying bool
	Progress  time.Duration
	At        time.Time // when Spotify last saw a change
	Context   *Context  // nil: not from a list
}

type Context struct {
	Kind Kind
	URI  URI
}


// CurrentlyPlaying is what the person is listening to.
//
// Scope: user-read-currently-playing. GET /me/player/currently-playing
func (s *PlayerService) CurrentlyPlaying(ctx context.Context, opts *PlayerOptions) (*CurrentlyPlaying, error) {
	return nil, nil
}

