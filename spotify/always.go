package spotify

// What each object has in either mode, in lists and by itself, of local files too. Strict
// reading misses it.

func (*Album) always() string     { return "id uri name album_type artists images release_date" }
func (*Artist) always() string    { return "id uri name" }
func (*Category) always() string  { return "id name icons" }
func (*Context) always() string   { return "type uri" }
func (*Image) always() string     { return "url width height" }
func (*Profile) always() string   { return "id uri display_name" }
func (*Queue) always() string     { return "currently_playing queue" }
func (*Copyright) always() string { return "text type" }

func (*Track) always() string {
	return "id uri name artists duration_ms disc_number track_number explicit is_local"
}

func (*Show) always() string {
	return "id uri name description images explicit languages media_type total_episodes"
}

func (*Episode) always() string {
	return "id uri name description images duration_ms release_date explicit is_externally_hosted languages"
}

func (*Audiobook) always() string {
	return "id uri name authors narrators description images explicit languages media_type total_chapters"
}

func (*Chapter) always() string {
	return "id uri name chapter_number description images duration_ms release_date explicit languages"
}

func (*Playlist) always() string {
	return "id uri name description owner collaborative public snapshot_id images"
}

func (*PlaylistItem) always() string { return "added_at added_by is_local" }

func (*SavedTrack) always() string   { return "added_at track" }
func (*SavedAlbum) always() string   { return "added_at album" }
func (*SavedEpisode) always() string { return "added_at episode" }
func (*SavedShow) always() string    { return "added_at show" }
func (*PlayedTrack) always() string  { return "played_at track context" }
func (*ResumePoint) always() string  { return "fully_played resume_position_ms" }

func (*Device) always() string {
	return "id name type is_active is_private_session is_restricted supports_volume volume_percent"
}

func (*CurrentlyPlaying) always() string {
	return "item currently_playing_type is_playing progress_ms timestamp context"
}

func (*Playback) always() string {
	return new(CurrentlyPlaying).always() + " device repeat_state shuffle_state"
}

func (*AudioFeatures) always() string {
	return "id uri duration_ms acousticness danceability energy instrumentalness key liveness loudness mode speechiness tempo time_signature valence"
}
