package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// operatorRoute is one thing that an operator can ask of a server while it runs, through the socket in its data
// directory. What answer returns is sent as JSON.
type operatorRoute struct {
	pattern string
	answer  func(*http.Request) (any, error)
}

// operatorRoutes are all of them.
func operatorRoutes(db *vault.DB, door doorkeeper) []operatorRoute {
	return []operatorRoute{
		{"GET /keyring", func(r *http.Request) (any, error) {
			return db.KeyStatus(r.Context(), r.URL.Query().Has("count"))
		}},
		{"POST /keyring", func(r *http.Request) (any, error) {
			return db.RotateKey(r.Context())
		}},
		{"DELETE /keyring/{number}", func(r *http.Request) (any, error) {
			number, err := strconv.Atoi(r.PathValue("number"))
			if err != nil {
				return nil, err
			}
			return number, db.RemoveKey(r.Context(), number)
		}},
		{"DELETE /sessions", func(r *http.Request) (any, error) {
			ctx, q := context.WithoutCancel(r.Context()), r.URL.Query() // not half of them
			if q.Has("all") {
				return door.EndAllSessions(ctx)
			}
			return door.SignOut(ctx, vault.Owner{App: q.Get("app"), UserID: q.Get("person")})
		}},
	}
}

// operatorError is what is sent if something failed.
type operatorError struct {
	Error string `json:"error"`
}

func operatorHandler(db *vault.DB, door doorkeeper) http.Handler {
	mux := http.NewServeMux()
	for _, route := range operatorRoutes(db, door) {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := route.answer(r)
			w.Header().Set("Content-Type", "application/json")
			if err != nil {
				w.WriteHeader(http.StatusConflict)
				answer = operatorError{err.Error()}
			}
			_ = json.NewEncoder(w).Encode(answer) // whoever has gone needs no answer
		})
	}
	return mux
}

// serveOperator answers for a server at the socket in dir until it is closed. A server that cannot have one says why and goes on.
func (p *program) serveOperator(ctx context.Context, dir string, db *vault.DB, door doorkeeper) io.Closer {
	server := &http.Server{Handler: operatorHandler(db, door), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	l, err := listenOperator(ctx, dir)
	if err != nil {
		p.note(fmt.Sprintf("operator commands find this server only once it is stopped: %v", err))
		return server
	}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			p.note(fmt.Sprintf("operator commands find this server no longer: %v", err))
		}
	}()
	return server
}

// errNoServer means that no server answers at the socket of a data directory.
var errNoServer = errors.New("no server answers")

// operator talks to the server that runs in a data directory.
type operator struct{ client *http.Client }

// answerTime is how long a server may take for an answer: to count a million rows takes seconds.
const answerTime = time.Minute

// dialOperator finds the server in dir, which has so long for each answer: errNoServer if there is none.
func dialOperator(ctx context.Context, dir string, patience time.Duration) (*operator, error) {
	o := &operator{&http.Client{
		Transport: &http.Transport{
			DialContext:           func(ctx context.Context, _, _ string) (net.Conn, error) { return connectOperator(ctx, dir) },
			ResponseHeaderTimeout: patience,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // what was asked, and nothing else
	}}
	conn, err := connectOperator(ctx, dir)
	if err != nil {
		return nil, err
	}
	return o, conn.Close()
}

// patient is o, for an answer that may take any time.
func (o *operator) patient() *operator {
	client := *o.client
	transport := o.client.Transport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = 0
	client.Transport = transport
	return &operator{&client}
}

// ask makes one request and reads the answer.
func (o *operator) ask(ctx context.Context, method, path string, answer any) error {
	r, err := http.NewRequestWithContext(ctx, method, "http://tenuto"+path, nil)
	if err != nil {
		return err
	}
	response, err := o.client.Do(r)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return advise(fmt.Errorf("ask the server: %w", failed.Err),
			`it has ended meanwhile, or stands still: run it again; "tenuto keyring status" says what was done about keys, and a server that starts goes on with that`)
	}
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		var failed operatorError
		if err := json.NewDecoder(response.Body).Decode(&failed); err != nil || failed.Error == "" {
			return fmt.Errorf("the server answers %s: is it of another version?", response.Status)
		}
		return errors.New(failed.Error)
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	return nil
}

// KeyStatus is that of the server's vault.
func (o *operator) KeyStatus(ctx context.Context, count bool) (status *vault.KeyStatus, err error) {
	path := "/keyring"
	if count {
		path += "?count"
	}
	return status, o.ask(ctx, http.MethodGet, path, &status)
}

// RotateKey is that of the server's vault.
func (o *operator) RotateKey(ctx context.Context) (number int, err error) {
	err = o.ask(ctx, http.MethodPost, "/keyring", &number)
	return number, err
}

// RemoveKey is that of the server's vault.
func (o *operator) RemoveKey(ctx context.Context, number int) error {
	return o.ask(ctx, http.MethodDelete, fmt.Sprint("/keyring/", number), &number)
}
