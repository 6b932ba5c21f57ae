package emulator

import (
	"net/http"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// apiError is an error answer of the Web API.
type apiError struct {
	Status          int
	Message, Reason string
	Plain           bool
}

func (a *apiError) write(w http.ResponseWriter) { http.Error(w, a.Message, a.Status) }

func (e *Emulator) serveAPI(w http.ResponseWriter, r *http.Request, op *operations.Operation, params map[string]string) {
	(&apiError{Status: 503, Message: "placeholder"}).write(w)
}
