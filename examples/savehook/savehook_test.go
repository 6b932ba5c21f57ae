// Your own users table keeps the refresh token, and one process uses it. It is a test, because
// only the vault of this project may import a database.
package savehook_test

import (
	"context"
	"database/sql"
	"testing"
	"testing/synctest"
	"time"

	_ "modernc.org/sqlite" // or the driver you use

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// login is user's Spotify login, which refreshes itself and keeps the table up to date. For
// several processes use a Store: two of them would each spend the same refresh token.
func login(ctx context.Context, db *sql.DB, cred *auth.Credentials, user int64) (*auth.RefreshingToken, error) {
	var refresh string
	if err := db.QueryRowContext(ctx, `SELECT spotify_refresh FROM users WHERE id = $1`, user).Scan(&refresh); err != nil {
		return nil, err
	}
	save := func(ctx context.Context, t *auth.Token) error {
		_, err := db.ExecContext(ctx, `UPDATE users SET spotify_refresh = $1 WHERE id = $2`, t.RefreshToken, user)
		return err
	}
	return cred.Refreshing(save).RefreshUserToken(ctx, refresh)
}

// TestLogin lives a week with a Spotify whose refresh tokens work once: each new one must be in
// the table before the next is needed.
func TestLogin(t *testing.T) {
	t.Parallel()
	db := openDatabase(t)
	synctest.Test(t, func(t *testing.T) {
		world := emulator.New(emulator.Config{Refresh: emulator.Rotated})
		app := world.App()
		cred, err := auth.NewCredentials(&auth.Config{ClientID: app.ClientID, ClientSecret: app.ClientSecret,
			RedirectURI: app.RedirectURIs[0], HTTPClient: world.Client()})
		if err != nil {
			t.Fatal(err)
		}
		attempt := cred.UserAuth(auth.ScopeSet{})
		token, err := attempt.RequestToken(t.Context(), cred, auth.ParseCallback(world.Approve(attempt.URL(), "alice")))
		if err != nil {
			t.Fatal(err)
		}
		setRefresh(t, db, token.RefreshToken)

		for day := range 7 {
			alice, err := login(context.Background(), db, cred, 1) // the program starts again each day
			if err != nil {
				t.Fatalf("day %d: %v", day, err)
			}
			client := spotify.New(alice, spotify.WithHTTPClient(world.Client()))
			for range 8 {
				if _, err := client.Users.Me(t.Context()); err != nil {
					t.Fatalf("day %d: %v", day, err)
				}
				time.Sleep(3 * time.Hour)
			}
		}
		if n := len(world.Ledger().Grant("refresh_token")); n != 7*8 {
			t.Errorf("%d refreshes in a week of three-hourly calls, want 56", n)
		}
	})
}

func openDatabase(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1) // in memory, each connection is a database of its own
	if _, err := db.Exec(`CREATE TABLE users (id INTEGER PRIMARY KEY, spotify_refresh TEXT); INSERT INTO users VALUES (1, '')`); err != nil {
		t.Fatal(err)
	}
	return db
}

func setRefresh(t *testing.T, db *sql.DB, refreshToken string) {
	t.Helper()
	if _, err := db.Exec(`UPDATE users SET spotify_refresh = $1 WHERE id = 1`, refreshToken); err != nil {
		t.Fatal(err)
	}
}
