package server_test

import (
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// TestReq_VS18_Bury: the tokens of people whose logins have died are destroyed within a day after the week for which
// they are kept, though nobody comes back; Spotify is not asked.
func TestReq_VS18_Bury(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		for _, person := range []string{"alice", "bob", "carol", "dora"} {
			session := b.login(person)
			if person != "dora" {
				b.emu.Revoke(person)
			}
			time.Sleep(2 * time.Hour)
			b.get("/", session)
		}
		left := func() (people, tokens int) {
			err := b.db.EachDead(b.t.Context(), "tenutotest", func(user string) error {
				people++
				rec, err := b.db.Grants("tenutotest").Load(b.t.Context(), user)
				if err == nil && rec.Token.RefreshToken != "" {
					tokens++
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return people, tokens
		}
		time.Sleep(156 * time.Hour) // six days and a half, for the first to die a few hours less
		before := len(b.emu.Ledger())
		stop := b.serve()
		defer stop()
		pass(2 * time.Minute)
		if people, tokens := left(); people != 3 || tokens != 3 {
			t.Errorf("before the week is over %d of the dead are there, %d with a refresh token; want 3 and 3", people, tokens)
		}
		pass(25 * time.Hour)
		if people, tokens := left(); people != 3 || tokens != 0 {
			t.Errorf("after it %d of the dead are there, %d with a refresh token; want 3 and none\n%s", people, tokens, b.log)
		}
		if n := len(b.emu.Ledger()); n != before {
			t.Errorf("Spotify was asked: %v", b.emu.Ledger()[before:])
		}
	}, func(c *emulator.Config, _ *server.Config) {
		for _, person := range []string{"alice", "bob", "carol", "dora"} {
			c.People = append(c.People, emulator.Person{Name: person})
		}
	})
}
