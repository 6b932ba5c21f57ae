package emulator

// scopeWords are the scopes an app may ask for, and what a person reads about them.
// https://developer.spotify.com/documentation/web-api/concepts/scopes
var scopeWords = map[string]string{
	"user-read-private":           "See your subscription, your country and whether you filter explicit content",
	"user-read-email":             "See your email address",
	"user-read-playback-state":    "See what is playing, on which device, and what comes next",
	"user-modify-playback-state":  "Control playback on your devices",
	"user-read-currently-playing": "See what you are listening to right now",
	"user-read-recently-played":   "See what you listened to recently",
	"user-read-playback-position": "See how far you got in podcast episodes and audiobooks",
	"user-top-read":               "See the artists and tracks you listen to most",
	"user-library-read":           "See what you saved to your library",
	"user-library-modify":         "Add to your library and remove from it",
	"user-follow-read":            "See which artists and people you follow",
	"user-follow-modify":          "Follow and unfollow artists and people for you",
	"playlist-read-private":       "See your private playlists",
	"playlist-read-collaborative": "See the playlists you make together with others",
	"playlist-modify-public":      "Create and change your public playlists",
	"playlist-modify-private":     "Create and change your private playlists",
	"ugc-image-upload":            "Upload covers for your playlists",
	"streaming":                   "Play music here and control your other devices",
	"app-remote-control":          "Control the Spotify app on your phone",
}

// changesThings are the scopes that let an app do more than look.
var changesThings = map[string]bool{
	"user-modify-playback-state": true,
	"user-library-modify":        true,
	"user-follow-modify":         true,
	"playlist-modify-public":     true,
	"playlist-modify-private":    true,
	"ugc-image-upload":           true,
	"streaming":                  true,
	"app-remote-control":         true,
}
