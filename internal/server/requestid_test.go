package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// TestRequestIDs: every answer has one of its own, the page of a problem shows it, and the log has it.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	seen := map[string]bool{}
	id := func(a answer) string {
		t.Helper()
		id := a.Header.Get("Request-Id")
		if len(id) != 16 || seen[id] || id == "chosen-by-others" {
			t.Errorf("%s has the request id %q, want 16 new characters of our own", a.Request.URL, id)
		}
		seen[id] = true
		return id
	}
	id(b.get("/"))
	id(b.get("/session"))
	id(b.get("/", "Request-Id", "chosen-by-others"))
	page := b.get("/callback?state=unknown&code=x")
	page.wants(t, http.StatusBadRequest, "Request <code>"+id(page)+"</code>")
	var found bool
	for line := range strings.Lines(w.log.String()) {
		var entry struct{ Msg, Request string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		found = found || entry.Msg == "login failed" && seen[entry.Request]
	}
	if !found {
		t.Errorf("no line of the log has the id of the failed login:\n%s", w.log)
	}
	problem := b.get("/nothing", "Accept", "application/json")
	problem.wants(t, http.StatusNotFound, `"request":"`+id(problem)+`"`)
}

// TestLogRequests: where it is wanted, a line for every answer: the route, never the path or the query.
func TestLogRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *emulator.Config, c *server.Config) { c.LogRequests = true })
	b := w.browser()
	a := b.get("/session?canary=canary-query")
	b.get("/canary-path")
	log := w.log.String()
	for range 500 { // a large answer is there before its line
		if strings.Count(log, `"msg":"request"`) == 2 {
			break
		}
		time.Sleep(10 * time.Millisecond)
		log = w.log.String()
	}
	for _, want := range []string{`"msg":"request","route":"GET /session","method":"GET","status":401,"seconds":`, `"request":"` + a.Header.Get("Request-Id") + `"`, `"route":"none","method":"GET","status":404`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	if strings.Contains(log, "canary-") {
		t.Errorf("the log holds what was asked for:\n%s", log)
	}
	quiet := newWorld(t)
	quiet.browser().get("/session")
	if log := quiet.log.String(); strings.Contains(log, `"msg":"request"`) {
		t.Errorf("without being asked the log has requests:\n%s", log)
	}
}
