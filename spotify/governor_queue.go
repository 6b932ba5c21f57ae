package spotify

import "slices"

// queue is who waits for a place. Subjects take turns, so that a person with a thousand calls
// and one with a single call wait for the same; the background comes when nobody else waits.
type queue struct {
	people, background line
}

// line is one class of turns: those of each subject in order, the subjects in the order in
// which they come to their next turn.
type line struct {
	subjects []string
	turns    map[string][]*turn
	n        int
}

func (q *queue) of(t *turn) *line {
	if t.background {
		return &q.background
	}
	return &q.people
}

func (q *queue) len() int { return q.people.n + q.background.n }

func (q *queue) push(t *turn) {
	l := q.of(t)
	if l.turns == nil {
		l.turns = map[string][]*turn{}
	}
	if len(l.turns[t.subject]) == 0 {
		l.subjects = append(l.subjects, t.subject)
	}
	l.turns[t.subject] = append(l.turns[t.subject], t)
	l.n++
}

// pop takes the first turn that may go, of the subject whose turn it is.
func (q *queue) pop(may func(*turn) bool) *turn {
	if q.people.n > 0 {
		return q.people.pop(may)
	}
	return q.background.pop(may)
}

func (l *line) pop(may func(*turn) bool) *turn {
	for i, subject := range l.subjects {
		t := l.turns[subject][0]
		if !may(t) {
			continue
		}
		l.subjects = slices.Delete(l.subjects, i, i+1)
		if l.turns[subject] = l.turns[subject][1:]; len(l.turns[subject]) > 0 {
			l.subjects = append(l.subjects, subject)
		} else {
			delete(l.turns, subject)
		}
		l.n--
		return t
	}
	return nil
}

// remove takes out a turn that is no longer wanted, and reports whether it was there.
func (q *queue) remove(t *turn) bool {
	l := q.of(t)
	i := slices.Index(l.turns[t.subject], t)
	if i < 0 {
		return false
	}
	l.turns[t.subject] = slices.Delete(l.turns[t.subject], i, i+1)
	if len(l.turns[t.subject]) == 0 {
		delete(l.turns, t.subject)
		l.subjects = slices.DeleteFunc(l.subjects, func(s string) bool { return s == t.subject })
	}
	l.n--
	return true
}

// refuse tells those for whom why has an error.
func (q *queue) refuse(why func(*turn) error) {
	for _, l := range []*line{&q.people, &q.background} {
		for _, turns := range l.turns {
			for _, t := range slices.Clone(turns) {
				if err := why(t); err != nil {
					q.remove(t)
					t.ready <- err
				}
			}
		}
	}
}

// before is how many come before a turn that would begin to wait now.
func (q *queue) before(t *turn) (n int) {
	l := q.of(t)
	own := len(l.turns[t.subject])
	for _, turns := range l.turns {
		n += min(len(turns), own+1)
	}
	if t.background {
		n += q.people.n
	}
	return n
}
