package emulator

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Spotify's two limits. They are of rolling windows: a request that was let through counts from
// its arrival until the window has passed, one that was refused does not count.
const (
	rateWindow  = 30 * time.Second
	quotaWindow = 24 * time.Hour
)

// limits are the windows of all apps, by client id, and of all developers.
type limits struct {
	mu     sync.Mutex
	api    map[string]*window // by client id
	token  map[string]*window // by client id: the token endpoint counts for itself
	quotas map[string]*window // by owner
}

// window is when the requests came that still count, oldest first.
type window struct{ arrivals []time.Time }

// full returns how long it takes until there is room for one more; 0 if there is room now.
func (w *window) full(now time.Time, length time.Duration, most int) time.Duration {
	if n := len(w.arrivals); n > 0 && w.arrivals[n-1].After(now) {
		w.arrivals = nil // the clock was turned back
	}
	gone := 0
	for gone < len(w.arrivals) && !w.arrivals[gone].Add(length).After(now) {
		gone++
	}
	w.arrivals = w.arrivals[gone:]
	if len(w.arrivals) < most {
		return 0
	}
	return w.arrivals[len(w.arrivals)-most].Add(length).Sub(now)
}

// tooMany is a request beyond a limit.
type tooMany struct {
	wait  time.Duration
	quota bool
}

// limit counts a request; it returns nil if there is room for it.
func (e *Emulator) limit(x *exchange) *tooMany {
	conf := e.conf()
	if conf.RateLimit == 0 && conf.Quota == 0 || x.entry.ClientID == "" || x.r.Method == http.MethodOptions {
		return nil
	}
	app := e.limitedApp(x.entry.ClientID)
	if app == nil {
		return nil // whoever that is will be told so
	}
	now := e.now()
	switch l := &e.limits; {
	case strings.HasSuffix(x.name, " /api/token"):
		return l.take(now, bound{&l.token, app.ClientID, rateWindow, conf.RateLimit})
	case !x.api:
		return nil
	case app.Extended:
		return l.take(now, bound{&l.api, app.ClientID, rateWindow, conf.RateLimit})
	default:
		return l.take(now, bound{&l.api, app.ClientID, rateWindow, conf.RateLimit},
			bound{&l.quotas, app.Owner, quotaWindow, conf.Quota})
	}
}

func (e *Emulator) limitedApp(clientID string) *App {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.st.app(clientID)
}

// bound is a limit that a request comes under.
type bound struct {
	windows *map[string]*window
	key     string
	length  time.Duration
	most    int // 0: no limit
}

// take counts a request under all limits, or if one is reached under none.
func (l *limits) take(now time.Time, bounds ...bound) *tooMany {
	l.mu.Lock()
	defer l.mu.Unlock()
	var counted []*window
	for _, under := range bounds {
		if under.most == 0 {
			continue
		}
		if *under.windows == nil {
			*under.windows = map[string]*window{}
		}
		w := (*under.windows)[under.key]
		if w == nil {
			w = &window{}
			(*under.windows)[under.key] = w
		}
		if wait := w.full(now, under.length, under.most); wait > 0 {
			return &tooMany{wait, under.length == quotaWindow}
		}
		counted = append(counted, w)
	}
	for _, w := range counted {
		w.arrivals = append(w.arrivals, now)
	}
	return nil
}

// forget begins all windows anew.
func (l *limits) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.api, l.token, l.quotas = nil, nil, nil
}

// write answers 429. The token endpoint says it in plain text.
func (t *tooMany) write(a *answer, x *exchange) {
	allowCrossOrigin(a, x.r)
	a.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(t.wait.Seconds()))))
	f := Fault{Quota: t.quota}
	if x.api {
		f.apiError(http.StatusTooManyRequests).write(a)
		return
	}
	f.answerToken(a, http.StatusTooManyRequests)
}
