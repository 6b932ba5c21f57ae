package emulator

import "net/http"

// controlPath is where programs in other languages find what Go programs call.
const controlPath = "/_emulator"

func (e *Emulator) serveControl(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "not yet", http.StatusNotImplemented)
}
