package spotify

import "context"

type (
	SearchService struct{}
	UsersService  struct{}
)

// Tracks finds tracks.  GET /search
func (s *SearchService) Tracks(ctx context.Context, query string, opts *PageOptions) (*Page[Track], error) {
	return nil, nil
}

// Me is the person behind the token.
//
// Scope: none; user-read-email for Email, user-read-private for Country. GET /me
func (s *UsersService) Me(ctx context.Context) (*Profile, error) { return nil, nil }
