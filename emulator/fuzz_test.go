package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// Whatever is sent to the accounts service, it answers, and gives nothing away.
func FuzzAccountsService(f *testing.F) {
	world := emulator.New(emulator.Config{})
	f.Add("POST", "/api/token", "grant_type=authorization_code&code=AQ", "application/x-www-form-urlencoded", "Basic aWQ6")
	f.Add("POST", "/api/token/", `{"grant_type":`, "application/json", "Basic %")
	f.Add("GET", "/authorize?client_id="+world.App().ClientID+"&response_type=code&redirect_uri=http://127.0.0.1/callback", "", "", "")
	f.Add("POST", "/en/authorize?%zz=1;2", "action=agree&person=alice&proof=x", "application/x-www-form-urlencoded", "Bearer ")
	f.Add("GET", "/v1/me%2f/..", "", "text/html; charset", "Bearer \x00")
	f.Fuzz(func(t *testing.T, method, target, body, kind, authorization string) {
		r, err := http.NewRequest(method, "http://127.0.0.1:5010", strings.NewReader(body))
		if err != nil {
			return
		}
		u, err := r.URL.Parse(target)
		if err != nil || u.Host != r.URL.Host || !strings.HasPrefix(u.Path, "/") {
			return
		}
		r.URL, r.Header = u, http.Header{"Content-Type": {kind}, "Authorization": {authorization}}
		w := httptest.NewRecorder()
		world.ServeHTTP(w, r)
		if w.Code >= 500 || w.Code < 200 {
			t.Errorf("%s %s = %d %s", method, target, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "access_token") || strings.Contains(w.Header().Get("Location"), "code=") {
			t.Errorf("%s %s gave something away: %d %v %s", method, target, w.Code, w.Header(), w.Body)
		}
	})
}
