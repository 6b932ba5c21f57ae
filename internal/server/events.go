package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

const (
	heartbeat   = 20 * time.Second
	streamWrite = 10 * time.Second // a browser that takes longer for a line is gone
)

// playingJSON is the data of a "playing" event.
type playingJSON struct {
	Line     string `json:"line"`
	By       string `json:"by"`
	From     string `json:"from"`
	Cover    string `json:"cover"`
	Link     string `json:"link"`
	Note     string `json:"note"`
	Fix      string `json:"fix"`
	FixLabel string `json:"fix_label"`
	Kind     string `json:"kind"`
	Playing  bool   `json:"playing"`
	Progress int64  `json:"progress_ms"`
	Duration int64  `json:"duration_ms"`
}

// events streams what is playing to a page that is open.
//
//	event: playing     data: see playingJSON
//	event: signed-out  the session has ended: load the page again
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || s.foreign(r) {
		s.problem(w, r, problemForeign)
		return
	}
	v, err := s.visitor(w, r)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	if v == nil {
		writeJSON(w, http.StatusUnauthorized, signedOutJSON)
		return
	}
	t := s.watchers.join(v.UserID, v.Handle, v.id, v.Standing())
	if t == nil || s.stop.stopped() {
		if t != nil {
			s.watchers.leave(v.UserID, t)
		}
		s.problem(w, r, problemBusy)
		return
	}
	defer s.watchers.leave(v.UserID, t)
	s.metrics.streams.Inc()
	defer s.metrics.streams.Dec()
	s.stream(w, r, t)
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request, t *tab) {
	out := newEventWriter(w)
	if out.send("retry: 3000\n\n") != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-s.stop.stopping:
			return
		case p, open := <-t.updates:
			if !open {
				if t.ended {
					_ = out.event("signed-out", struct{}{})
				}
				return
			}
			err = out.event("playing", p.at(s.Now()).json())
		case <-beat.C:
			err = out.send(": here\n\n")
		}
		if err != nil {
			return
		}
	}
}

func (p playing) json() playingJSON {
	return playingJSON{
		Line: p.Line, By: p.By, From: p.From, Cover: p.Cover, Link: p.Link, Note: p.Note, Fix: p.Fix, FixLabel: p.FixLabel,
		Kind: p.Kind, Playing: p.Playing, Progress: p.Progress.Milliseconds(), Duration: p.Duration.Milliseconds(),
	}
}

// eventWriter writes server-sent events, each within its own time.
type eventWriter struct {
	w    http.ResponseWriter
	ctrl *http.ResponseController
}

func newEventWriter(w http.ResponseWriter) *eventWriter {
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("X-Accel-Buffering", "no") // nginx would keep the lines to itself
	ctrl := http.NewResponseController(w)
	// The time to read a request is over; without this the stream would end with it.
	_ = ctrl.SetReadDeadline(time.Time{})
	w.WriteHeader(http.StatusOK)
	return &eventWriter{w: w, ctrl: ctrl}
}

func (e *eventWriter) event(name string, data any) error {
	line, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return e.send("event: " + name + "\ndata: " + string(line) + "\n\n")
}

func (e *eventWriter) send(text string) error {
	if err := e.ctrl.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.ctrl.Flush()
}
