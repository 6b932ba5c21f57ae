package main

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	var s sessions
	var forgotten []string
	forget := func(key string) { forgotten = append(forgotten, key) }
	first := s.begin("first", "", time.Time{}, forget)
	for i := range mostSessions - 1 {
		s.byID[fmt.Sprint(i)] = person{key: "second", until: time.Now().Add(2 * sessionLife)}
	}
	if last := s.begin("third", "", time.Time{}, forget); s.find(last) == nil || s.find(first) != nil || len(s.byID) != mostSessions {
		t.Errorf("%d sessions, want the oldest to go", len(s.byID))
	}
	if len(forgotten) != 1 || forgotten[0] != "first" {
		t.Errorf("forgot %q, want the one whose last session went", forgotten)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sessions
		var forgotten []string
		forget := func(key string) { forgotten = append(forgotten, key) }
		long := s.begin("long", "", time.Time{}, forget)
		short := s.begin("short", "", time.Now().Add(time.Hour), forget)
		time.Sleep(2 * time.Hour)
		if s.find(long) == nil || s.find(short) != nil {
			t.Error("after two hours: want the consent's end to have ended one session")
		}
		time.Sleep(sessionLife)
		s.begin("new", "", time.Time{}, forget)
		if s.find(long) != nil || len(s.byID) != 1 || len(forgotten) != 2 {
			t.Errorf("after a month: %d sessions, forgot %q", len(s.byID), forgotten)
		}
	})
}
