package auth

import (
	"math"
	"strings"
	"testing"
	"time"
)

// mutants are mistakes that people make in this very rule. The model must find each of them:
// one that it no longer finds means that the model, or a guard it should have missed, is gone.
var mutants = []struct {
	name     string
	provider mode
	finds    string
	spoil    func(*rule)
}{
	{"fence by lease", strict, "cannot be refreshed", func(r *rule) {
		r.answered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			if rec == nil || !rec.held(s) { // the holder came late: what a textbook does
				return nil
			}
			return rec.answered(s, t, now)
		}
	}},
	{"last write wins", neverRotates, "older login overwrote", func(r *rule) {
		r.answered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			if rec == nil {
				return nil
			}
			return rec.with(func(next *Record, state *recordState) {
				next.Token, next.Generation = t, s.generation+1
				state.epoch, state.lease = s.epoch, lease{}
			})
		}
	}},
	{"verdict without generation", strict, "was declared dead", func(r *rule) {
		r.condemned = func(rec *Record, s sent, v verdict, now time.Time) (*Record, action) {
			if rec == nil || rec.rule().epoch != s.epoch || rec.Dead != nil {
				return nil, again
			}
			return rec.with(func(next *Record, state *recordState) {
				next.Dead, state.lease.Owner = v.why, ""
			}), write
		}
	}},
	{"upsert after delete", neverRotates, "deleted login came back", func(r *rule) {
		r.answered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			if rec == nil {
				rec = &Record{Token: s.token, Generation: s.generation, state: &recordState{epoch: s.epoch}}
			}
			return rec.answered(s, t, now)
		}
	}},
	{"unlock without owner", neverRotates, "requests at once", func(r *rule) {
		r.released = func(rec *Record, _ sent) *Record {
			if rec == nil {
				return nil
			}
			return rec.with(func(_ *Record, state *recordState) { state.lease.Owner = "" })
		}
	}},
	{"no spare for a late answer", replay, "cannot be refreshed", func(r *rule) {
		r.answered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			if rec == nil || rec.Generation != s.generation {
				return nil
			}
			return rec.answered(s, t, now)
		}
	}},
	{"replay unfenced", strict, "older login overwrote", func(r *rule) {
		r.recovered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			if rec == nil { // a journal that is believed more than the store
				return nil
			}
			return rec.with(func(next *Record, state *recordState) {
				next.Token, next.Generation, state.epoch, state.lease = t, s.generation+1, s.epoch, lease{}
			})
		}
	}},
	{"replay of an old answer", family, "cannot be refreshed", func(r *rule) {
		r.recovered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			if rec == nil || rec.rule().epoch != s.epoch {
				return nil
			}
			return rec.renewed(s, t, now) // whatever its generation: an old answer replaces a newer one
		}
	}},
	{"replay after delete", neverRotates, "deleted login came back", func(r *rule) {
		r.recovered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			if rec == nil {
				rec = &Record{Token: s.token, Generation: s.generation, state: &recordState{epoch: s.epoch}}
			}
			return rec.answered(s, t, now)
		}
	}},
	{"no replay", strict, "cannot be refreshed", func(r *rule) {
		r.recovered = func(*Record, sent, *Token, time.Time) *Record { return nil }
	}},
	{"a second look is for ever", strict, "asked about again and again", func(r *rule) {
		r.condemned = func(rec *Record, s sent, v verdict, now time.Time) (*Record, action) {
			if rec != nil && rec.Dead != nil && rec.held(s) {
				return rec.with(func(_ *Record, state *recordState) { state.lease.Owner = "" }), write
			}
			return rec.condemned(s, v, now)
		}
	}},
	{"a logout that answers do not hear of", neverRotates, "came after the logout", func(r *rule) {
		r.answered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			s.seq = math.MaxInt64 // as if nobody had logged out since
			return rec.answered(s, t, now)
		}
	}},
	{"a replay that does not hear of a logout", neverRotates, "came after the logout", func(r *rule) {
		r.recovered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			s.seq = math.MaxInt64
			return rec.answered(s, t, now)
		}
	}},
	{"a repetition that does not hear of a logout", neverRotates, "came after the logout", func(r *rule) {
		r.claimed = func(rec *Record, v view) *Record {
			v.left = false
			return rec.claimed(v)
		}
	}},
	{"a logout throws the answer away", strict, "cannot be refreshed", func(r *rule) {
		r.answered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			if rec != nil && s.seq <= rec.rule().dropped {
				return nil
			}
			return rec.answered(s, t, now)
		}
	}},
	{"a verdict is for ever", strict, "was declared dead", func(r *rule) {
		r.answered = func(rec *Record, s sent, t *Token, now time.Time) *Record {
			if rec != nil && rec.Dead != nil {
				return nil
			}
			return rec.answered(s, t, now)
		}
	}},
}

func TestModelFindsMistakes(t *testing.T) {
	t.Parallel()
	for _, mutant := range mutants {
		t.Run(mutant.name, func(t *testing.T) {
			t.Parallel()
			r := theRule
			mutant.spoil(&r)
			for _, b := range []budget{modelBudget, journalBudget, shakyBudget, logoutBudget} {
				m := run(r, mutant.provider, b)
				if strings.Contains(m.bad, mutant.finds) {
					t.Logf("found in %d states: %s", len(m.seen), m.bad)
					return
				}
				t.Logf("found %q in %d states with %+v", m.bad, len(m.seen), b)
			}
			t.Errorf("the model did not find %q", mutant.finds)
		})
	}
}
