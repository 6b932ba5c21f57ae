package server

import "github.com/tenuto-dev/tenuto/auth"

// scopeView is a scope as people read it.
type scopeView struct{ Name, Words string }

func scopeViews(scopes auth.ScopeSet) []scopeView {
	views := make([]scopeView, 0, scopes.Len())
	for scope := range scopes.All() {
		words := scopeWords[scope]
		if words == "" {
			words = string(scope)
		}
		views = append(views, scopeView{Name: string(scope), Words: words})
	}
	return views
}

// scopeWords say what each scope lets this server do.
var scopeWords = map[auth.Scope]string{
	auth.ScopeAppRemoteControl:          "Control the Spotify app on your devices",
	auth.ScopePlaylistModifyPrivate:     "Change your private playlists",
	auth.ScopePlaylistModifyPublic:      "Change your public playlists",
	auth.ScopePlaylistReadCollaborative: "See playlists you make with others",
	auth.ScopePlaylistReadPrivate:       "See your private playlists",
	auth.ScopeStreaming:                 "Play music in this browser",
	auth.ScopeUGCImageUpload:            "Upload pictures for your playlists",
	auth.ScopeUserFollowModify:          "Change whom you follow",
	auth.ScopeUserFollowRead:            "See whom you follow",
	auth.ScopeUserLibraryModify:         "Change what is in your library",
	auth.ScopeUserLibraryRead:           "See what is in your library",
	auth.ScopeUserModifyPlaybackState:   "Control what plays on your devices",
	auth.ScopeUserReadCurrentlyPlaying:  "See what you are listening to now",
	auth.ScopeUserReadEmail:             "See your e-mail address",
	auth.ScopeUserReadPlaybackPosition:  "See where you stopped in a podcast",
	auth.ScopeUserReadPlaybackState:     "See your devices and what plays on them",
	auth.ScopeUserReadPrivate:           "See your country and subscription",
	auth.ScopeUserReadRecentlyPlayed:    "See what you listened to recently",
	auth.ScopeUserTopRead:               "See your favourite artists and tracks",
}
