package emulator

import (
	"net/http"
	"strconv"
)

// apiError is an error answer of the Web API.
type apiError struct {
	Status          int
	Message, Reason string
	Plain           bool // the message is the whole body, as text; an empty one no body at all
}

// write sends the error in Spotify's shapes: an object, the gateway's odd bytes for what is
// closed to an app, or plain text.
func (a *apiError) write(w http.ResponseWriter) {
	h := w.Header()
	h["Cache-Control"] = personal
	var body []byte
	switch {
	case a.Plain:
		h["Content-Type"] = textType
		body = []byte(a.Message)
	case *a == *errForbidden:
		h["Content-Type"] = jsonType
		body = []byte(`{"error": {"status": 403, "message": "Forbidden" } }`)
	default:
		h["Content-Type"] = jsonType
		body = strconv.AppendInt([]byte(`{"error":{"status":`), int64(a.Status), 10)
		body = appendString(append(body, `,"message":`...), a.Message)
		if a.Reason != "" {
			body = appendString(append(body, `,"reason":`...), a.Reason)
		}
		body = append(body, "}}"...)
	}
	if len(body) == 0 {
		delete(h, "Content-Type")
	}
	w.WriteHeader(a.Status)
	w.Write(body)
}

// Errors with one wording. All others are made where they arise.
var (
	errForbidden    = &apiError{Status: http.StatusForbidden, Message: "Forbidden"}
	errScope        = &apiError{Status: http.StatusForbidden, Message: "Insufficient client scope"}
	errPermissions  = &apiError{Status: http.StatusUnauthorized, Message: "Permissions missing"}
	errUserRequired = &apiError{Status: http.StatusUnauthorized, Message: "Valid user authentication required"}
	errNotFound     = &apiError{Status: http.StatusNotFound, Message: "Resource not found"}
	errNoSuchID     = &apiError{Status: http.StatusBadRequest, Message: "Payload contains a non-existing ID"}
	errGone         = &apiError{Status: http.StatusNotFound, Plain: true} // without a body
	errOwnerFree    = &apiError{Status: http.StatusForbidden, Plain: true, Message: "Active premium subscription required for the owner of the app. When the subscription status changes, it can take a few hours before requests are allowed again."}
	errNotListed    = &apiError{Status: http.StatusForbidden, Plain: true, Message: "Check settings on developer.spotify.com/dashboard, the user may not be registered."}

	errPremium    = &apiError{Status: http.StatusForbidden, Message: "Player command failed: Premium required", Reason: "PREMIUM_REQUIRED"}
	errRestricted = &apiError{Status: http.StatusForbidden, Message: "Player command failed: Restriction violated", Reason: "UNKNOWN"}
	errNoVolume   = &apiError{Status: http.StatusForbidden, Message: "Player command failed: Cannot control device volume", Reason: "VOLUME_CONTROL_DISALLOW"}
	errNoDevice   = &apiError{Status: http.StatusNotFound, Message: "Player command failed: No active device found", Reason: "NO_ACTIVE_DEVICE"}
	errNotADevice = &apiError{Status: http.StatusNotFound, Message: "Device not found"}
)

func badRequest(message string) *apiError {
	return &apiError{Status: http.StatusBadRequest, Message: message}
}
