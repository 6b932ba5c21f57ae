package emulator

import (
	"sync"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// routes says which handler answers which operation.
var routes = map[string]handler{
	"GET /me": (*call).getMe,

	"GET /albums/{id}":                  (*call).getAlbum,
	"GET /albums":                       (*call).getAlbums,
	"GET /albums/{id}/tracks":           (*call).getAlbumTracks,
	"GET /artists/{id}":                 (*call).getArtist,
	"GET /artists":                      (*call).getArtists,
	"GET /artists/{id}/albums":          (*call).getArtistAlbums,
	"GET /artists/{id}/top-tracks":      (*call).getTopTracks,
	"GET /artists/{id}/related-artists": (*call).getRelatedArtists,
	"GET /tracks/{id}":                  (*call).getTrack,
	"GET /tracks":                       (*call).getTracks,

	"GET /me/player":                   (*call).getPlayer,
	"PUT /me/player":                   (*call).transfer,
	"GET /me/player/devices":           (*call).getDevices,
	"GET /me/player/currently-playing": (*call).getCurrentlyPlaying,
	"GET /me/player/recently-played":   (*call).getRecentlyPlayed,
	"GET /me/player/queue":             (*call).getQueue,
	"POST /me/player/queue":            (*call).addToQueue,
	"PUT /me/player/play":              (*call).startPlayback,
	"PUT /me/player/pause":             (*call).pausePlayback,
	"POST /me/player/next":             (*call).skipNext,
	"POST /me/player/previous":         (*call).skipPrevious,
	"PUT /me/player/seek":              (*call).seek,
	"PUT /me/player/repeat":            (*call).setRepeat,
	"PUT /me/player/volume":            (*call).setVolume,
	"PUT /me/player/shuffle":           (*call).setShuffling,

	"GET /me/tracks": (*call).getSavedTracks,
}

// handlers are the routes by operation.
var handlers = sync.OnceValue(func() map[*operations.Operation]handler {
	byOperation := make(map[*operations.Operation]handler, len(routes))
	for name, handle := range routes {
		op, ok := operations.Lookup(name)
		if !ok {
			panic("emulator: no operation is called " + name)
		}
		byOperation[op] = handle
	}
	return byOperation
})

// handlerOf is who answers op; nil if nobody does.
func handlerOf(op *operations.Operation) handler { return handlers()[op] }
