package emulator

import (
	"sync"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// routes says which handler answers which operation.
var routes = map[string]handler{
	"GET /me":                    (*call).getMe,
	"GET /me/top/{type}":         (*call).getTop,
	"GET /me/following":          (*call).getFollowed,
	"PUT /me/following":          (*call).follow,
	"DELETE /me/following":       (*call).unfollow,
	"GET /me/following/contains": (*call).follows,
	"GET /users/{id}":            (*call).getUser,
	"GET /users/{id}/playlists":  (*call).getUsersPlaylists,
	"POST /users/{id}/playlists": (*call).createPlaylist,

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

	"GET /shows/{id}":               (*call).getShow,
	"GET /shows":                    (*call).getShows,
	"GET /shows/{id}/episodes":      (*call).getShowEpisodes,
	"GET /episodes/{id}":            (*call).getEpisode,
	"GET /episodes":                 (*call).getEpisodes,
	"GET /audiobooks/{id}":          (*call).getAudiobook,
	"GET /audiobooks":               (*call).getAudiobooks,
	"GET /audiobooks/{id}/chapters": (*call).getAudiobookChapters,
	"GET /chapters/{id}":            (*call).getChapter,
	"GET /chapters":                 (*call).getChapters,

	"GET /search":                                (*call).search,
	"GET /markets":                               (*call).getMarkets,
	"GET /browse/featured-playlists":             (*call).getFeaturedPlaylists,
	"GET /browse/categories":                     (*call).getCategories,
	"GET /browse/categories/{id}":                (*call).getCategory,
	"GET /browse/categories/{id}/playlists":      (*call).getCategoryPlaylists,
	"GET /browse/new-releases":                   (*call).getNewReleases,
	"GET /audio-features":                        (*call).getSeveralAudioFeatures,
	"GET /audio-features/{id}":                   (*call).getAudioFeatures,
	"GET /audio-analysis/{id}":                   (*call).getAudioAnalysis,
	"GET /recommendations":                       (*call).getRecommendations,
	"GET /recommendations/available-genre-seeds": (*call).getGenreSeeds,

	"GET /playlists/{id}":                    (*call).getPlaylist,
	"PUT /playlists/{id}":                    (*call).changePlaylist,
	"GET /playlists/{id}/items":              (*call).getPlaylistItems,
	"POST /playlists/{id}/items":             (*call).addItems,
	"PUT /playlists/{id}/items":              (*call).reorderOrReplace,
	"DELETE /playlists/{id}/items":           (*call).removeItems,
	"GET /playlists/{id}/tracks":             (*call).getPlaylistItems,
	"POST /playlists/{id}/tracks":            (*call).addItems,
	"PUT /playlists/{id}/tracks":             (*call).reorderOrReplace,
	"DELETE /playlists/{id}/tracks":          (*call).removeItems,
	"GET /playlists/{id}/images":             (*call).getPlaylistImages,
	"PUT /playlists/{id}/images":             (*call).uploadCover,
	"PUT /playlists/{id}/followers":          (*call).followPlaylist,
	"DELETE /playlists/{id}/followers":       (*call).unfollowPlaylist,
	"GET /playlists/{id}/followers/contains": (*call).followsPlaylist,
	"GET /me/playlists":                      (*call).getMyPlaylists,
	"POST /me/playlists":                     (*call).createPlaylist,

	"PUT /me/library":             (*call).saveItems,
	"DELETE /me/library":          (*call).removeFromLibrary,
	"GET /me/library/contains":    (*call).checkLibrary,
	"GET /me/tracks":              (*call).getSavedTracks,
	"PUT /me/tracks":              savesOf("track"),
	"DELETE /me/tracks":           removesOf("track"),
	"GET /me/tracks/contains":     checksOf("track"),
	"GET /me/albums":              (*call).getSavedAlbums,
	"PUT /me/albums":              savesOf("album"),
	"DELETE /me/albums":           removesOf("album"),
	"GET /me/albums/contains":     checksOf("album"),
	"GET /me/episodes":            (*call).getSavedEpisodes,
	"PUT /me/episodes":            savesOf("episode"),
	"DELETE /me/episodes":         removesOf("episode"),
	"GET /me/episodes/contains":   checksOf("episode"),
	"GET /me/shows":               (*call).getSavedShows,
	"PUT /me/shows":               savesOf("show"),
	"DELETE /me/shows":            removesOf("show"),
	"GET /me/shows/contains":      checksOf("show"),
	"GET /me/audiobooks":          (*call).getSavedAudiobooks,
	"PUT /me/audiobooks":          savesOf("audiobook"),
	"DELETE /me/audiobooks":       removesOf("audiobook"),
	"GET /me/audiobooks/contains": checksOf("audiobook"),
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
