package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestReplicasPauseTogether: what Spotify's Web API tells one replica no other has to hear again, nor any that starts
// later; and all go on when it is over.
func TestReplicasPauseTogether(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"rate":  {Status: http.StatusTooManyRequests, RetryAfter: 10 * time.Minute},
		"quota": {Quota: true, RetryAfter: 14 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inCluster(t, 3, func(c *cluster) {
				session := c.login("alice")
				for _, replica := range c.replicas {
					replica.get("/", session) // and all have permits left
				}
				fault.Operation = "GET /me/player/currently-playing"
				c.emu.Fail(fault)
				c.replicas[0].get("/", session)
				sent := len(c.emu.Ledger())
				c.later(5 * time.Second)
				until := time.Now().Add(fault.RetryAfter - 5*time.Second)
				quiet := func(when string) {
					c.Helper()
					for i, replica := range c.replicas {
						if page := replica.home(session); !strings.Contains(page, "tried again at "+until.UTC().Format("15:04")) {
							c.Errorf("%s: replica %d does not say until when it waits: %s", when, i, said(page))
						}
						there := replica.get("/login?switch=1", session)
						if there.Code != http.StatusServiceUnavailable {
							c.Errorf("%s: replica %d sends people to a login that would fail: %d", when, i, there.Code)
						}
					}
					if n := len(c.emu.Ledger()) - sent; n != 0 {
						c.Errorf("%s: %d requests, want none", when, n)
					}
				}
				quiet("five seconds later")
				c.stop()
				for range 2 {
					c.join()
				}
				quiet("after a restart of all")
				c.later(time.Until(until) - time.Minute)
				quiet("a minute before the end")
				c.later(time.Minute + 2*time.Second)
				for i, replica := range c.replicas {
					if page := replica.home(session); !strings.Contains(page, "Now playing: ") {
						c.Errorf("replica %d after the end: %s", i, said(page))
					}
				}
			})
		})
	}
}

// TestReplicasLeaveTheAccountsServiceAlone: a 429 of the token endpoint, whoever heard it and why, stops refreshes
// and logins at all replicas, and those that start later.
func TestReplicasLeaveTheAccountsServiceAlone(t *testing.T) {
	t.Parallel()
	for _, heardBy := range []string{"refresh", "login"} {
		t.Run(heardBy, func(t *testing.T) {
			t.Parallel()
			inCluster(t, 2, func(c *cluster) {
				session := c.login("alice")
				a, b := c.replicas[0], c.replicas[1]
				c.later(2 * time.Hour)
				there, late := b.get("/login", ""), b.get("/login", "")
				back := c.emu.Approve(there.Header().Get("Location"), "bob")
				lateBack := c.emu.Approve(late.Header().Get("Location"), "bob")
				c.emu.Fail(emulator.Fault{Operation: "POST /api/token", Status: http.StatusTooManyRequests, RetryAfter: 5 * time.Minute})
				if heardBy == "refresh" {
					a.get("/", session)
				} else {
					a.do(http.MethodGet, back.RequestURI(), "", there.Result().Cookies()...)
				}
				sent := len(c.emu.Ledger())
				c.later(5 * time.Second)
				until := time.Now().Add(5*time.Minute - 5*time.Second)
				c.join()
				for i, replica := range c.replicas {
					if page := replica.home(session); !strings.Contains(page, "tried again at "+until.UTC().Format("15:04")) {
						c.Errorf("replica %d does not say until when it waits: %s", i, said(page))
					}
					if rec := replica.get("/login", ""); rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
						c.Errorf("replica %d: GET /login = %d, want 503 with Retry-After", i, rec.Code)
					}
				}
				if rec := b.do(http.MethodGet, lateBack.RequestURI(), "", late.Result().Cookies()...); rec.Code != http.StatusServiceUnavailable {
					c.Errorf("the callback of somebody who consented meanwhile = %d, want 503", rec.Code)
				}
				if n := len(c.emu.Ledger()) - sent; n != 0 {
					c.Errorf("%d requests during the pause, want none", n)
				}
				c.later(5 * time.Minute)
				if rec := b.do(http.MethodGet, lateBack.RequestURI(), "", late.Result().Cookies()...); rec.Code != http.StatusSeeOther {
					c.Errorf("the same callback, loaded again after the pause = %d, want 303: nothing was spent\n%s", rec.Code, rec.Body)
				}
				for i, replica := range c.replicas {
					if page := replica.home(session); !strings.Contains(page, "Now playing: ") {
						c.Errorf("replica %d after the pause: %s", i, said(page))
					}
				}
			})
		})
	}
}
