package torture

import (
	"net/http"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// familyEnded is why Spotify had ended all refresh tokens of a login by then, where it does so as soon as one comes
// back that it has replaced; "" if that is not so, or if whoever sent it could have known, or should have waited. No
// server can know what another has been given that is parted from the database; and it may not wait for that one longer
// than a lease.
func (j *judge) familyEnded(login string, by time.Time) string {
	if j.refresh != emulator.RotatedFamily {
		return ""
	}
	for i := range j.exchanges {
		e := &j.exchanges[i]
		if !e.in.Before(by) || e.status != http.StatusBadRequest || j.chain(e) != login {
			continue
		}
		kind := j.usedUp(e)
		if waited := e.in.Sub(j.sentAt(e)); kind != "" && (kind == clockJumped || waited >= lease-tolerance) {
			return kind
		}
	}
	return ""
}

// sentAt is when the latest answer before e was asked for.
func (j *judge) sentAt(e *exchange) time.Time {
	if latest := j.latest(e); latest != nil {
		return latest.asked
	}
	return e.in
}
