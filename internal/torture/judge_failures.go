package torture

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// mostTold bounds how many failed answers are told with their history.
const mostTold = 5

// explainFailures wants something to have happened, there and then, behind each answer that was none.
func (j *judge) explainFailures(t *Tally) {
	unexplained := 0
	for _, f := range j.failures {
		why := j.whyFailed(f)
		if why != "" {
			if f.kind != nobody {
				t.Failed[why]++
			}
			continue
		}
		if unexplained++; unexplained <= mostTold {
			t.Broken = append(t.Broken, fmt.Sprintf("out of the blue: at %s %s, asked at %s: %s", f.replica, f.text, f.asked.Format("05.000"), j.history(f.person, f.at)))
		}
	}
	if unexplained > mostTold {
		t.Broken = append(t.Broken, fmt.Sprintf("out of the blue: %d more answers that were none", unexplained-mostTold))
	}
}

// whyFailed is what made an answer fail; "" if there is nothing.
func (j *judge) whyFailed(f failure) string {
	for _, d := range j.disturbed {
		if d.spoiled(f) {
			return d.kind
		}
	}
	if f.kind == noMusic {
		return j.endedThere(f)
	}
	return ""
}

// endedThere is why nothing can play for a person: Spotify has ended the login, and the page does not say so yet. For
// what Spotify says of that is not believed while somebody who died may know better; "" if it has not ended.
func (j *judge) endedThere(f failure) string {
	if slices.ContainsFunc(j.taken[f.person], func(at time.Time) bool {
		return at.Before(f.at) && !j.loggedIn(f.person, at, f.asked)
	}) {
		return "consent taken away"
	}
	for i := range j.exchanges {
		e := &j.exchanges[i]
		if e.person != f.person || e.login || e.status != http.StatusBadRequest || !e.in.Before(f.at) || j.loggedIn(f.person, e.in, f.asked) {
			continue
		}
		if why := j.whyRefused(e); why != "" && why != spotifyLies {
			return "login ended at Spotify"
		}
	}
	return ""
}
