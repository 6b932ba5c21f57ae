package auth

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The model check tries the decisions of refresh.go in every order: replicas that claim, send,
// hear and write at any speed, die, lose answers and writes, while the person logs in again and
// out. A step between two looks at the record is one write, as a Store's compare-and-swap makes
// it. Time is not in the model: whatever could happen late may happen at any moment.

// rule are the decisions; a mutant is a rule with a known mistake.
type rule struct {
	claimed   func(*Record, view) *Record
	answered  func(*Record, sent, *Token, time.Time) *Record
	condemned func(*Record, sent, verdict, time.Time) (*Record, action)
	released  func(*Record, sent) *Record
	recovered func(*Record, sent, *Token, time.Time) *Record // what Recover writes
}

var theRule = rule{(*Record).claimed, (*Record).answered, (*Record).condemned, (*Record).released, (*Record).answered}

// The things that may happen, and how often.
type budget struct {
	claims, takeovers, crashes, losses, doubts, pardons, logins, deletes int8

	journals int8 // answers that are put aside before the store is written
	replays  int8 // of what is in the journal, by a later process; also of what was done long ago
	shakes   int8 // verdicts that are looked at once more
	logouts  int8 // everywhere: the access token is erased, and the login stays
}

const replicas = 3

type stage int8

const (
	idle     stage = iota
	sending        // the request is on its way
	answered       // the answer is on its way back, or in memory
	refused        // so is the verdict
	doubting       // the verdict waits for another answer
	failed         // no answer will come
	unsure         // the answer was written, or was not
)

type replica struct {
	name      string
	stage     stage
	sent      sent
	token     *Token
	overtaken bool // someone else took the lease over
	kept      bool // its answer is in the journal
}

// entry is an answer in the journal. Nobody can be sure that one which is no longer needed is gone.
type entry struct {
	sent    sent
	token   *Token
	pending bool // its process is dead, and nobody has replayed it
}

type state struct {
	rec      *Record
	provider provider
	replicas [replicas]replica
	journal  [2]entry
	left     budget
	login    int8 // the newest login's number
	deleted  bool
	lost     int8 // answers lost, and processes dead, in this login
	overlap  bool // a lease was taken over in this login
	out      bool // the person has logged out everywhere, and nobody has asked since
}

// model explores one rule against one provider.
type model struct {
	rule
	provider mode
	seen     map[string]bool
	path     []string
	bad      string // the first violation, with the way to it
}

var verdictOfModel = verdict{why: &ReauthorizeError{Reason: ReasonRevoked}}

// explore tries everything that can happen after s, until something is wrong.
func (m *model) explore(s state) {
	key := s.key()
	if m.bad != "" || m.seen[key] {
		return
	}
	m.seen[key] = true
	m.check(s)
	for i := range s.replicas {
		m.steps(s, i)
	}
	m.outside(s)
}

// then goes on with what has happened.
func (m *model) then(what string, s state) {
	m.path = append(m.path, what)
	switch {
	case s.deleted && s.rec != nil:
		m.fail("a deleted login came back")
	case s.rec != nil && s.rec.rule().epoch != epochName(s.login):
		m.fail("an older login overwrote a newer one")
	case s.rec != nil && s.out && s.rec.Token.AccessToken != "":
		m.fail("an access token came after the logout")
	}
	m.explore(s)
	m.path = m.path[:len(m.path)-1]
}

func (m *model) fail(what string) {
	if m.bad == "" {
		m.bad = what + " after:\n  " + strings.Join(m.path, "\n  ")
	}
}

// steps tries what replica i can do next.
func (m *model) steps(s state, i int) {
	r := &s.replicas[i]
	what := func(text string) string { return r.name + " " + text }
	switch r.stage {
	case idle:
		m.claims(s, i)
		return
	case sending:
		next := s
		next.replicas[i].stage, next.replicas[i].token = refused, nil
		if t := next.provider.refresh(m.provider, r.sent.token); t != nil {
			next.replicas[i].stage, next.replicas[i].token = answered, t
		}
		m.then(what("is heard by the provider"), next)
		if s.left.losses > 0 {
			never := s
			never.left.losses--
			never.replicas[i].stage = failed
			m.then(what("sends in vain"), never)
		}
	case answered, unsure:
		next := m.answered(s.rec, r.sent, r.token, time.Time{})
		m.write(what("writes the answer"), s, i, next)
		if next != nil && s.left.doubts > 0 {
			doubtful := s
			doubtful.left.doubts--
			doubtful.rec, doubtful.replicas[i].stage = next, unsure
			m.then(what("writes the answer and cannot know"), doubtful)
		}
	case refused, doubting:
		m.hear(s, i)
	case failed:
		m.write(what("releases"), s, i, m.released(s.rec, r.sent))
	}
	if r.stage == answered && !r.kept && s.left.journals > 0 {
		next := s
		next.left.journals--
		next.replicas[i].kept = true
		next.journal[1], next.journal[0] = next.journal[0], entry{sent: r.sent, token: r.token}
		m.then(what("puts the answer aside"), next)
	}
	if r.stage == answered && !r.kept && s.left.losses > 0 {
		next := s
		next.left.losses--
		next.lost += s.loss(i)
		next.replicas[i].stage = failed
		m.then(what("never gets the answer"), next)
	}
	if s.left.crashes > 0 {
		next := s
		next.left.crashes--
		if r.kept {
			next.journal[next.entryOf(r)].pending = true
		} else {
			next.lost += s.loss(i)
		}
		next.replicas[i] = replica{name: r.name + "'"}
		m.then(what("dies"), next)
	}
}

// concerns reports whether replica i works for the newest login.
func (s *state) concerns(i int) bool { return s.replicas[i].sent.epoch == epochName(s.login) }

// loss is what it counts when replica i loses an answer.
func (s *state) loss(i int) int8 {
	if s.concerns(i) {
		return 1
	}
	return 0
}

// entryOf is where r's answer is in the journal.
func (s *state) entryOf(r *replica) int {
	if e := s.journal[0].sent; e.owner == r.sent.owner && e.seq == r.sent.seq && e.epoch == r.sent.epoch {
		return 0
	}
	return 1
}

// replays brings home what is in the journal of processes that died: what was left to do, and after
// a power cut what was done.
func (m *model) replays(s state) {
	for i, e := range s.journal {
		if e.token == nil || s.left.replays == 0 && !e.pending {
			continue
		}
		next := s
		if e.pending {
			next.journal[i].pending = false // a start replays: that costs nothing
		} else if next.left.replays--; !next.bury(e.sent.owner) {
			continue
		}
		if rec := m.recovered(s.rec, e.sent, e.token, time.Time{}); rec != nil {
			next.rec = rec
		}
		m.then("a new process replays the answer to "+e.sent.token.RefreshToken, next)
	}
}

// bury lets an idle process die; false if it is not idle.
func (s *state) bury(name string) bool {
	for i, r := range s.replicas {
		if r.name == name {
			s.replicas[i].name += "'"
			return r.stage == idle
		}
	}
	return true // it is dead
}

// claims tries to take the lease, from another if need be.
func (m *model) claims(s state, i int) {
	if s.rec == nil || s.left.claims == 0 {
		return
	}
	r := &s.replicas[i]
	v := view{me: r.name, lease: time.Second}
	if s.rec.Dead != nil {
		v.now = v.now.Add(secondLook)
	}
	what := r.name + " claims"
	if s.rec.look(v) == wait && s.left.takeovers > 0 {
		v.watched = time.Hour
		what = r.name + " takes over"
		s.left.takeovers--
		s.overlap = true
		for j := range s.replicas {
			if s.replicas[j].name == s.rec.rule().lease.Owner {
				s.replicas[j].overtaken = true
			}
		}
	}
	if s.rec.look(v) != claim {
		return
	}
	s.left.claims--
	if s.out { // an answer was lost, and its refresh token may be the only valid one
		quiet := v
		quiet.left = true
		m.claim(what+" for nobody", s, i, quiet)
	}
	s.out = false
	m.claim(what, s, i, v)
}

// claim writes the claim, and goes on with or without the knowledge of it.
func (m *model) claim(what string, s state, i int, v view) {
	s.rec = m.claimed(s.rec, v)
	if s.left.doubts > 0 {
		doubtful := s
		doubtful.left.doubts--
		m.then(what+" and cannot know", doubtful)
	}
	s.replicas[i] = replica{name: v.me, stage: sending, sent: s.rec.sending()}
	m.then(what, s)
}

// hear acts on a verdict.
func (m *model) hear(s state, i int) {
	r := &s.replicas[i]
	v := verdictOfModel
	v.waited = r.stage == doubting
	v.shaky = s.left.shakes > 0 && s.rec != nil && s.rec.Dead == nil
	next, act := m.condemned(s.rec, r.sent, v, time.Time{})
	if next != nil && next.rule().shaky {
		s.left.shakes--
	}
	switch act {
	case wait:
		s.rec = s.rec.claimed(view{me: r.name})
		r.stage, r.sent = doubting, s.rec.sending()
		m.then(r.name+" waits before a verdict", s)
	case write:
		if s.rec.Dead != nil && next.deservesSecondLook(time.Time{}.Add(secondLook)) {
			m.fail("a dead login is asked about again and again")
		}
		m.write(r.name+" writes the verdict", s, i, next)
	default:
		m.write(r.name+" drops the verdict", s, i, nil)
	}
}

// write ends what replica i did. A nil record leaves the one there is.
func (m *model) write(what string, s state, i int, next *Record) {
	if next != nil {
		s.rec = next
	}
	s.replicas[i] = replica{name: s.replicas[i].name}
	m.then(what, s)
}

// outside is what the person does, and the passage of time at the provider.
func (m *model) outside(s state) {
	if s.left.logins > 0 {
		next := s
		next.left.logins--
		next.begin()
		m.then("the person logs in again", next)
	}
	if s.left.logouts > 0 && s.rec != nil {
		next := s
		next.left.logouts--
		next.out = true
		if rec := s.rec.withoutAccess(); rec != nil {
			next.rec = rec
		}
		m.then("the person logs out everywhere", next)
	}
	if s.left.deletes > 0 && s.rec != nil {
		next := s
		next.left.deletes--
		next.rec, next.deleted = nil, true
		m.then("the person disconnects", next)
	}
	if s.left.pardons > 0 && s.rec != nil && s.rec.judged() {
		next := s
		next.left.pardons--
		next.rec = s.rec.reprieved(s.rec, time.Time{})
		m.then("the verdicts are not believed after all", next)
	}
	m.replays(s)
	if m.provider == grace && s.provider.logins[s.login].graceful {
		next := s
		next.provider.logins[s.login].graceful = false
		m.then("the grace period ends", next)
	}
}

// judged reports whether a verdict has left its trace on r.
func (r *Record) judged() bool {
	return r.Dead != nil || slices.ContainsFunc(r.rule().spares, func(s spare) bool { return s.Refused })
}

// begin is a new login.
func (s *state) begin() {
	s.login++
	s.deleted, s.lost, s.overlap, s.out = false, 0, false, false
	s.rec = &Record{
		Token: &Token{AccessToken: "access", RefreshToken: refreshTokens[s.login][0]},
		state: &recordState{epoch: epochName(s.login)},
	}
}

// key is what of s can make a difference. Replicas are alike, and so are leases.
func (s *state) key() string {
	var lines [replicas]string
	var owner byte = '-'
	lease := lease{}
	if s.rec != nil {
		if lease = s.rec.rule().lease; lease.Owner != "" {
			owner = 'x'
		}
	}
	for i, r := range s.replicas {
		mine := lease.Owner == r.name
		if mine {
			owner = 'o'
		}
		held := r.sent.owner != "" && s.rec != nil && s.rec.held(r.sent)
		line := make([]byte, 0, 24)
		line = append(line, byte('0'+r.stage), bit(mine), bit(held), bit(r.overtaken))
		if r.stage != idle {
			line = append(line, r.sent.epoch...)
			line = append(line, byte('0'+r.sent.generation), bit(s.rec != nil && r.sent.seq <= s.rec.rule().dropped))
			line = append(line, r.sent.token.RefreshToken...)
		}
		if r.token != nil {
			line = append(line, r.token.RefreshToken...)
			line = append(line, bit(r.kept))
		}
		lines[i] = string(line)
	}
	slices.Sort(lines[:])
	key := make([]byte, 0, 96)
	for _, line := range lines {
		key = append(append(key, line...), ' ')
	}
	key = append(key, owner, bit(lease.Contested), bit(s.deleted), byte('0'+s.lost), bit(s.overlap), bit(s.out), byte('0'+s.login))
	if s.rec != nil {
		key = append(key, byte('0'+s.rec.Generation), bit(s.rec.Token.AccessToken != ""), bit(s.rec.rule().dropped == lease.Seq), bit(s.rec.Dead != nil), bit(s.rec.rule().shaky))
		key = append(key, s.rec.Token.RefreshToken...)
		for _, spare := range s.rec.rule().spares {
			key = append(append(key, ',', bit(spare.Refused)), spare.RefreshToken...)
		}
	}
	for _, e := range s.journal {
		if e.token != nil {
			key = append(key, '/', bit(e.pending), bit(s.rec != nil && e.sent.seq <= s.rec.rule().dropped), bit(s.rec != nil && s.rec.held(e.sent)), byte('0'+e.sent.generation))
			key = append(append(key, e.sent.epoch...), e.sent.token.RefreshToken...)
			key = append(key, e.token.RefreshToken...)
		}
	}
	b := s.left
	key = append(key, ' ', byte(b.claims), byte(b.takeovers), byte(b.crashes), byte(b.losses), byte(b.doubts), byte(b.pardons), byte(b.logins), byte(b.deletes),
		byte(b.journals), byte(b.replays), byte(b.shakes), byte(b.logouts))
	return string(s.provider.key(key))
}

func bit(b bool) byte {
	if b {
		return '1'
	}
	return '0'
}

func epochName(login int8) string { return string(byte('a' + login)) }

// refreshTokens names the tokens of each login: made once, for speed.
var refreshTokens = func() (names [4][12]string) {
	for login := range names {
		for n := range names[login] {
			names[login][n] = fmt.Sprintf("%c%d.", 'a'+login, n)
		}
	}
	return names
}()
