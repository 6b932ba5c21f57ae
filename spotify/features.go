package spotify

import "time"

// AudioFeatures is how a track sounds. Shares go from 0 to 1.
// https://developer.spotify.com/documentation/web-api/reference/get-audio-features
type AudioFeatures struct {
	ID               TrackID
	URI              URI
	Duration         time.Duration
	Acousticness     float64 // how sure it is that it is acoustic
	Danceability     float64
	Energy           float64
	Instrumentalness float64 // how sure it is that nobody sings
	Liveness         float64 // how sure it is that an audience was there
	Speechiness      float64 // share of spoken words
	Valence          float64 // 1: cheerful
	Loudness         float64 // decibels, mostly -60 to 0
	Tempo            float64 // beats per minute
	Key              int     // 0: C, 1: C sharp, … 11: B; -1: none was found
	Mode             int     // 1: major, 0: minor
	TimeSignature    int     // beats in a bar, 3 to 7
}

func (f *AudioFeatures) read(d *decoder) {
	f.Key = -1
	for name := range d.members() {
		switch string(name) {
		case "id":
			f.ID = TrackID(d.text())
		case "uri":
			f.URI = URI(d.text())
		case "duration_ms":
			f.Duration = d.milliseconds()
		case "acousticness":
			f.Acousticness = d.float()
		case "danceability":
			f.Danceability = d.float()
		case "energy":
			f.Energy = d.float()
		case "instrumentalness":
			f.Instrumentalness = d.float()
		case "liveness":
			f.Liveness = d.float()
		case "speechiness":
			f.Speechiness = d.float()
		case "valence":
			f.Valence = d.float()
		case "loudness":
			f.Loudness = d.float()
		case "tempo":
			f.Tempo = d.float()
		case "key":
			f.Key = d.integer()
		case "mode":
			f.Mode = d.integer()
		case "time_signature":
			f.TimeSignature = d.integer()
		}
	}
}
