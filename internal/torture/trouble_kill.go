package torture

import (
	"net/http"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// underWay is for how long what a server sent before it died may still arrive somewhere.
const underWay = 500 * time.Millisecond

// killAtRandom ends a server at any moment, and starts it again.
func (w *World) killAtRandom() error {
	_, r := w.someReplica()
	time.Sleep(w.between(time.Millisecond, 120*time.Millisecond))
	w.kill(r, "at random")
	return r.start("", 0, false)
}

// kill ends a server in the middle of whatever it does.
func (w *World) kill(r *replica, how string) {
	now := time.Now()
	r.kill()
	w.mu.Lock()
	w.disturbed = append(w.disturbed, disturbance{replica: r.name, kind: killedAt + how, from: now, to: time.Now().Add(underWay)})
	w.mu.Unlock()
	w.killed(how)
}

// everyday are the failpoints that visitors pass again and again.
var everyday = []failpoint.Point{
	failpoint.AfterSpent, failpoint.BeforeExchange, failpoint.AfterExchange, failpoint.BeforeLogin, failpoint.AfterLogin,
	failpoint.BeforeSession, failpoint.AfterSession, failpoint.BeforeClaim, failpoint.AfterClaim, failpoint.BeforeSend,
	failpoint.AfterSend, failpoint.AfterAnswer, failpoint.BeforeSave, failpoint.AfterSave, failpoint.BeforeCommit,
	failpoint.AfterCommit, failpoint.BeforeLogout, failpoint.AfterLogout, failpoint.BeforeForget, failpoint.AfterForget,
}

// killSomewhere ends a server at a failpoint of everyday life, and starts it again.
func (w *World) killSomewhere() error {
	p := everyday[w.random.IntN(len(everyday))]
	return w.KillAt(p, 1+w.random.IntN(3))
}

// KillAt starts a server anew so that it ends at p, the after-th time it is there; and then starts it again. A trouble
// it needs to get there is provided.
func (w *World) KillAt(p failpoint.Point, after int) error {
	_, r := w.someReplica()
	w.stop(r)
	if err := r.start(p, after, false); err != nil {
		return err
	}
	end, err := w.provoke(p)
	if err != nil {
		return err
	}
	for limit := time.Now().Add(patience); !r.goneWithin(time.Second); {
		if time.Now().After(limit) {
			w.broken("nothing came to %s within %v", p, patience)
			r.kill()
			break
		}
		if p == failpoint.BeforeVerdict || p == failpoint.AfterVerdict {
			if err := w.takeConsentAway(); err != nil { // the last one went to another server
				return err
			}
		}
	}
	end()
	w.killed(string(p))
	return r.start("", 0, false)
}

// provoke brings about what leads to p, if everyday life does not.
func (w *World) provoke(p failpoint.Point) (end func(), err error) {
	switch p {
	case failpoint.BeforeRelease:
		end := w.disturb("", spotifyDown)
		stop := w.spotify.Fail(emulator.Fault{Operation: "POST /api/token", Status: http.StatusServiceUnavailable, Times: -1})
		return func() { stop(); end() }, nil
	case failpoint.BeforeVerdict, failpoint.AfterVerdict:
		return func() {}, w.takeConsentAway()
	case failpoint.BeforeKeyWrite, failpoint.AfterKeyWrite:
		_ = w.RotateKeys() // it is told by a server that dies
	case failpoint.BeforeReseal, failpoint.AfterReseal:
		return func() {}, w.RotateKeys()
	}
	return func() {}, nil
}

// takeConsentAway is what a person does at spotify.com/account/apps.
func (w *World) takeConsentAway() error {
	for range 1000 {
		v := w.visitors[w.random.IntN(len(w.visitors))]
		if v.mu.TryLock() {
			if v.page.in != "" && v.page.user != "" {
				v.did(uncertainConsent, "", "")
				w.mu.Lock()
				w.taken[v.name] = append(w.taken[v.name], time.Now())
				w.mu.Unlock()
				w.spotify.Revoke(v.name)
				v.did(tookConsentAway, "", "")
				v.mu.Unlock()
				return nil
			}
			v.mu.Unlock()
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}
