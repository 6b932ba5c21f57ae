package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// controlPath is where programs in other languages find what Go programs call. It is described
// in docs/emulator.md.
const controlPath = "/_emulator"

// longestRequest bounds what the control endpoint reads: snapshots are long.
const longestRequest = 256 << 20

func (e *Emulator) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(*http.Request) (any, error){
		"GET /apps":           e.controlApps,
		"POST /apps":          e.controlAddApp,
		"GET /people":         e.controlPeople,
		"POST /people":        e.controlAddPerson,
		"POST /approve":       e.controlApprove,
		"POST /refuse":        e.controlRefuse,
		"POST /revoke":        e.controlRevoke,
		"POST /play":          e.controlPlay,
		"GET /clock":          e.controlClock,
		"POST /clock":         e.controlAdvance,
		"GET /faults":         e.controlFaults,
		"POST /faults":        e.controlFail,
		"DELETE /faults":      e.controlStopAll,
		"DELETE /faults/{id}": e.controlStop,
		"GET /ledger":         e.controlLedger,
		"DELETE /ledger":      e.controlClear,
		"GET /snapshot":       e.controlSnapshot,
		"PUT /snapshot":       e.controlRestore,
		"PUT /scenario":       e.controlScenario,
		"GET /quirks":         e.controlQuirks,
		"GET /settings":       e.controlSettings,
		"POST /settings":      e.controlConfigure,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+controlPath+path, func(w http.ResponseWriter, r *http.Request) {
			answerControl(w, r, serve)
		})
	}
	mux.HandleFunc("GET "+controlPath+"/{$}", e.controlIndex)
	return mux
}

// answerText is an answer that is not JSON.
type answerText string

func answerControl(w http.ResponseWriter, r *http.Request, serve func(*http.Request) (any, error)) {
	r.Body = http.MaxBytesReader(w, r.Body, longestRequest)
	answer, err := serve(r)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch text, isText := answer.(answerText); {
	case err != nil:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	case isText:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, text)
	case answer == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		writeJSON(w, http.StatusOK, answer)
	}
}

// serveControl serves /_emulator/ to programs of this machine, not to the pages of other sites:
// it can log in as anybody.
func (e *Emulator) serveControl(w http.ResponseWriter, r *http.Request) {
	if err := e.guard(r); err != nil {
		writeJSON(w, http.StatusForbidden, map[string]string{"error": "emulator: " + err.Error()})
		return
	}
	if r.URL.Path == controlPath {
		http.Redirect(w, r, controlPath+"/", http.StatusFound)
		return
	}
	e.control.ServeHTTP(w, r)
}

// guard refuses what a foreign page may have sent: by its origin, and by a host name, for any
// name can be made to mean this machine.
func (e *Emulator) guard(r *http.Request) error {
	if !e.conf().AllowRemote && !e.ownHost(r) {
		return fmt.Errorf("%s answers under the names of this machine only, not as %q: allow remote use if that is meant", controlPath, r.Host)
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return errors.New("this came from a page of another origin")
	}
	site, visit := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Sec-Fetch-Mode") == "navigate"
	origin, err := url.Parse(r.Header.Get("Origin"))
	foreign := site == "" && r.Header.Get("Origin") != "" && (err != nil || origin.Host != r.Host) // browsers before 2023
	if foreign || (site == "cross-site" || site == "same-site") && !visit {
		return errors.New("this came from a page of another origin")
	}
	return nil
}

func (e *Emulator) ownHost(r *http.Request) bool {
	if _, inMemory := r.Context().Value(schemeKey{}).(string); inMemory {
		return true
	}
	if own, err := url.Parse(e.URL); err == nil && own.Host != "" && strings.EqualFold(own.Host, r.Host) {
		return true
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// readControl reads a JSON body. Misspelt names are errors.
func readControl(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("emulator: the body is not the JSON that is wanted here: %w", err)
	}
	return nil
}

// span is a time like "1h30m", or a number of seconds.
type span time.Duration

func (s *span) UnmarshalJSON(data []byte) error {
	var seconds float64
	if json.Unmarshal(data, &seconds) == nil {
		if most := time.Duration(math.MaxInt64).Seconds(); seconds < -most || seconds > most {
			return fmt.Errorf("emulator: %g seconds are longer than anybody can wait", seconds)
		}
		*s = span(seconds * float64(time.Second))
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	d, err := time.ParseDuration(text)
	*s = span(d)
	return err
}

func (s span) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(s).String()) }
