package main

import (
	"crypto/rand"
	"sync"
	"time"
)

const (
	sessionLife  = 30 * 24 * time.Hour
	mostSessions = 10_000
)

// person is who a session belongs to.
type person struct {
	key    string // of the login
	userID string // what we call them: random, and no use to anybody else
	name   string
	until  time.Time
}

// sessions knows the browsers that are logged in. The zero value is ready.
type sessions struct {
	mu   sync.Mutex
	byID map[string]person
}

// begin makes a session, which ends with the consent at the latest. forget is called for
// people whose last session had to end.
func (s *sessions) begin(key, name string, consentEnds time.Time, forget func(key string)) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[string]person{}
	}
	s.makeRoom(forget)
	p := person{key: key, userID: rand.Text(), name: name, until: time.Now().Add(sessionLife)}
	if !consentEnds.IsZero() && consentEnds.Before(p.until) {
		p.until = consentEnds
	}
	for _, other := range s.byID {
		if other.key == key {
			p.userID = other.userID
		}
	}
	id = rand.Text()
	s.byID[id] = p
	return id
}

// makeRoom drops the sessions that are over, and if there are too many the oldest.
func (s *sessions) makeRoom(forget func(key string)) {
	now, oldest := time.Now(), ""
	for id, p := range s.byID {
		switch {
		case now.After(p.until):
			s.drop(id, forget)
		case oldest == "" || p.until.Before(s.byID[oldest].until):
			oldest = id
		}
	}
	if len(s.byID) >= mostSessions {
		s.drop(oldest, forget)
	}
}

func (s *sessions) drop(id string, forget func(key string)) {
	key := s.byID[id].key
	delete(s.byID, id)
	if !s.has(key) {
		forget(key)
	}
}

func (s *sessions) has(key string) bool {
	for _, p := range s.byID {
		if p.key == key {
			return true
		}
	}
	return false
}

// find is the person behind a session; nil if there is none, or no more.
func (s *sessions) find(id string) *person {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.byID[id]; ok && time.Now().Before(p.until) {
		return &p
	}
	return nil
}

// end ends a session and says whose it was, and whether it was their last one.
func (s *sessions) end(id string) (key string, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.byID[id]
	if !ok {
		return "", false
	}
	delete(s.byID, id)
	return p.key, !s.has(p.key)
}
