package emulator

import "net/http"

// serveCover answers GET /image/{id}.
func (e *Emulator) serveCover(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }
