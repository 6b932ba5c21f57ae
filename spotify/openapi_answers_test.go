package spotify_test

import "strings"

// exchangeOf says what an operation takes besides what the table of operations tells, and what
// it answers with success. Shapes are written like this:
//
//	Album                      one of our models; Album? may be null
//	[boolean]                  an array
//	{uris:[string],position?:integer}   an object; a member with ? may be left out
//	Page<Track>                a page of them
type exchangeOf struct {
	query  string // parameters, "device_id:string position_ms!:integer"; with ! they are required
	body   string // "": none. A body is never required: where it may be left out, the query has it
	status int    // 0: 200
	answer string // "": none
}

const (
	onDevice = "device_id:string"
	snapshot = "{snapshot_id:string}"
	ids      = "{ids:[string]}"
	newList  = "{name:string,public?:boolean,collaborative?:boolean,description?:string}"
	addition = "{uris:[string],position?:integer}"
	change   = "{uris?:[string],range_start?:integer,insert_before?:integer,range_length?:integer,snapshot_id?:string}"
	partly   = "fields:string additional_types:string"
)

// exchanges has every operation.
var exchanges = map[string]exchangeOf{
	"GET /albums/{id}":                  {answer: "Album"},
	"GET /albums":                       {answer: "{albums:[Album?]}"},
	"GET /albums/{id}/tracks":           {answer: "Page<Track>"},
	"GET /artists/{id}":                 {answer: "Artist"},
	"GET /artists":                      {answer: "{artists:[Artist?]}"},
	"GET /artists/{id}/albums":          {query: "include_groups:string", answer: "Page<Album>"},
	"GET /artists/{id}/top-tracks":      {answer: "{tracks:[Track]}"},
	"GET /artists/{id}/related-artists": {answer: "{artists:[Artist]}"},
	"GET /shows/{id}":                   {answer: "Show"},
	"GET /shows":                        {answer: "{shows:[Show?]}"},
	"GET /shows/{id}/episodes":          {answer: "Page<Episode>"},
	"GET /episodes/{id}":                {answer: "Episode"},
	"GET /episodes":                     {answer: "{episodes:[Episode?]}"},
	"GET /audiobooks/{id}":              {answer: "Audiobook"},
	"GET /audiobooks":                   {answer: "{audiobooks:[Audiobook?]}"},
	"GET /audiobooks/{id}/chapters":     {answer: "Page<Chapter>"},
	"GET /chapters/{id}":                {answer: "Chapter"},
	"GET /chapters":                     {answer: "{chapters:[Chapter?]}"},
	"GET /tracks/{id}":                  {answer: "Track"},
	"GET /tracks":                       {answer: "{tracks:[Track?]}"},
	"GET /search": {
		query:  "q!:string type!:string include_external:string",
		answer: "{tracks?:Page<Track>,artists?:Page<Artist>,albums?:Page<Album>,playlists?:Page<Playlist>,shows?:Page<Show>,episodes?:Page<Episode>,audiobooks?:Page<Audiobook>}",
	},

	"GET /me":                    {answer: "Profile"},
	"GET /me/top/{type}":         {query: "time_range:string", answer: "TopPage"},
	"GET /me/following":          {query: "type!:string", answer: "{artists:CursorPage<Artist>}"},
	"PUT /me/following":          {query: "type!:string", body: ids, status: 204},
	"DELETE /me/following":       {query: "type!:string", body: ids, status: 204},
	"GET /me/following/contains": {query: "type!:string", answer: "[boolean]"},
	"GET /users/{id}":            {answer: "Profile"},
	"GET /users/{id}/playlists":  {answer: "Page<Playlist>"},
	"POST /users/{id}/playlists": {body: newList, status: 201, answer: "Playlist"},

	"GET /playlists/{id}":                    {query: partly, answer: "Playlist"},
	"PUT /playlists/{id}":                    {body: "{name?:string,public?:boolean,collaborative?:boolean,description?:string}"},
	"GET /playlists/{id}/tracks":             {query: partly, answer: "Page<PlaylistItem>"},
	"POST /playlists/{id}/tracks":            {query: "position:integer", body: addition, status: 201, answer: snapshot},
	"PUT /playlists/{id}/tracks":             {body: change, answer: snapshot},
	"DELETE /playlists/{id}/tracks":          {body: "{tracks:[{uri:string}],snapshot_id?:string}", answer: snapshot},
	"GET /playlists/{id}/items":              {query: partly, answer: "Page<PlaylistItem>"},
	"POST /playlists/{id}/items":             {query: "position:integer", body: addition, status: 201, answer: snapshot},
	"PUT /playlists/{id}/items":              {body: change, answer: snapshot},
	"DELETE /playlists/{id}/items":           {body: "{items:[{uri:string}],snapshot_id?:string}", answer: snapshot},
	"GET /playlists/{id}/images":             {answer: "[Image]"},
	"PUT /playlists/{id}/images":             {body: "jpeg", status: 202},
	"PUT /playlists/{id}/followers":          {body: "{public?:boolean}"},
	"DELETE /playlists/{id}/followers":       {},
	"GET /playlists/{id}/followers/contains": {answer: "[boolean]"},
	"GET /me/playlists":                      {answer: "Page<Playlist>"},
	"POST /me/playlists":                     {body: newList, status: 201, answer: "Playlist"},

	"PUT /me/library":             {},
	"DELETE /me/library":          {},
	"GET /me/library/contains":    {answer: "[boolean]"},
	"GET /me/tracks":              {answer: "Page<SavedTrack>"},
	"PUT /me/tracks":              {body: "{ids?:[string],timestamped_ids?:[{id:string,added_at:string}]}"},
	"DELETE /me/tracks":           {body: ids},
	"GET /me/tracks/contains":     {answer: "[boolean]"},
	"GET /me/albums":              {answer: "Page<SavedAlbum>"},
	"PUT /me/albums":              {body: ids},
	"DELETE /me/albums":           {body: ids},
	"GET /me/albums/contains":     {answer: "[boolean]"},
	"GET /me/episodes":            {answer: "Page<SavedEpisode>"},
	"PUT /me/episodes":            {body: ids},
	"DELETE /me/episodes":         {body: ids},
	"GET /me/episodes/contains":   {answer: "[boolean]"},
	"GET /me/shows":               {answer: "Page<SavedShow>"},
	"PUT /me/shows":               {body: ids},
	"DELETE /me/shows":            {body: ids},
	"GET /me/shows/contains":      {answer: "[boolean]"},
	"GET /me/audiobooks":          {answer: "Page<SavedAudiobook>"},
	"PUT /me/audiobooks":          {body: ids},
	"DELETE /me/audiobooks":       {body: ids},
	"GET /me/audiobooks/contains": {answer: "[boolean]"},

	"GET /browse/featured-playlists":             {query: "locale:string timestamp:string country:string limit:integer offset:integer", answer: "{message:string?,playlists:Page<Playlist>}"},
	"GET /browse/categories":                     {query: "locale:string", answer: "{categories:Page<Category>}"},
	"GET /browse/categories/{id}":                {query: "locale:string", answer: "Category"},
	"GET /browse/categories/{id}/playlists":      {answer: "{message?:string?,playlists:Page<Playlist>}"},
	"GET /browse/new-releases":                   {query: "country:string", answer: "{albums:Page<Album>}"},
	"GET /markets":                               {answer: "{markets:[string]}"},
	"GET /recommendations/available-genre-seeds": {answer: "{genres:[string]}"},
	"GET /audio-features":                        {answer: "{audio_features:[AudioFeatures?]}"},
	"GET /audio-features/{id}":                   {answer: "AudioFeatures"},
	"GET /audio-analysis/{id}":                   {answer: "AudioAnalysis"},
	"GET /recommendations":                       {query: "limit:integer seed_tracks:string seed_artists:string seed_genres:string " + tunable(), answer: "Recommendations"},

	"GET /me/player":                   {query: "additional_types:string", answer: "Playback"},
	"GET /me/player/currently-playing": {query: "additional_types:string", answer: "CurrentlyPlaying"},
	"GET /me/player/devices":           {answer: "{devices:[Device]}"},
	"GET /me/player/queue":             {answer: "Queue"},
	"GET /me/player/recently-played":   {answer: "CursorPage<PlayedTrack>"},
	"PUT /me/player":                   {body: "{device_ids:[string],play?:boolean}", status: 204},
	"PUT /me/player/play":              {query: onDevice, body: "{context_uri?:string,uris?:[string],offset?:{uri?:string,position?:integer},position_ms?:integer}", status: 204},
	"PUT /me/player/pause":             {query: onDevice, status: 204},
	"POST /me/player/next":             {query: onDevice, status: 204},
	"POST /me/player/previous":         {query: onDevice, status: 204},
	"PUT /me/player/seek":              {query: "position_ms!:integer " + onDevice, status: 204},
	"PUT /me/player/repeat":            {query: "state!:string " + onDevice, status: 204},
	"PUT /me/player/volume":            {query: "volume_percent!:integer " + onDevice, status: 204},
	"PUT /me/player/shuffle":           {query: "state!:boolean " + onDevice, status: 204},
	"POST /me/player/queue":            {query: "uri!:string " + onDevice, status: 204},
}

// tunable are the parameters that tune recommendations: each may be bounded, and aimed at.
func tunable() string {
	var names []string
	for _, of := range strings.Fields("acousticness danceability energy instrumentalness liveness loudness speechiness tempo valence") {
		names = append(names, "min_"+of+":number", "max_"+of+":number", "target_"+of+":number")
	}
	for _, of := range strings.Fields("duration_ms key mode popularity time_signature") {
		names = append(names, "min_"+of+":integer", "max_"+of+":integer", "target_"+of+":integer")
	}
	return strings.Join(names, " ")
}
