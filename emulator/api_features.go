package emulator

import (
	"math"
	"math/rand/v2"
	"net/http"
)

// features are what Spotify measures of a recording. Ours are made of its ISRC, so that both
// issues of it have the same.
type features struct {
	acousticness, danceability, energy, instrumentalness, liveness float64
	loudness, speechiness, tempo, valence                          float64
	key, mode, timeSignature                                       int
}

func (t *track) random() *rand.Rand { return rand.New(rand.NewPCG(hash(t.ISRC), 3)) }

func (t *track) features() features {
	r := t.random()
	return features{
		acousticness: r.Float64(), danceability: 0.2 + 0.7*r.Float64(), energy: r.Float64(), instrumentalness: r.Float64() * r.Float64(),
		liveness: 0.05 + 0.4*r.Float64(), loudness: -24 + 20*r.Float64(), speechiness: 0.03 + 0.3*r.Float64()*r.Float64(),
		tempo: 62 + 118*r.Float64(), valence: r.Float64(), key: r.IntN(12), mode: r.IntN(2), timeSignature: []int{4, 4, 4, 4, 3, 5}[r.IntN(6)],
	}
}

func (c *call) getAudioFeatures() *apiError {
	return found(c, c.e.cat.trackByID, sure(c.audioFeatures))
}

func (c *call) getSeveralAudioFeatures() *apiError {
	return several(c, "audio_features", c.e.cat.trackByID, c.audioFeatures)
}

func (c *call) audioFeatures(t *track) {
	f := t.features()
	c.begin("")
	c.float("acousticness", f.acousticness, 5)
	c.str("analysis_url", c.origin+"/v1/audio-analysis/"+t.ID)
	c.float("danceability", f.danceability, 3)
	c.millis("duration_ms", t.Duration)
	c.float("energy", f.energy, 3)
	c.str("id", t.ID)
	c.float("instrumentalness", f.instrumentalness, 5)
	c.int("key", int64(f.key))
	c.float("liveness", f.liveness, 4)
	c.float("loudness", f.loudness, 3)
	c.int("mode", int64(f.mode))
	c.float("speechiness", f.speechiness, 4)
	c.float("tempo", f.tempo, 3)
	c.int("time_signature", int64(f.timeSignature))
	c.str("track_href", c.origin+"/v1/tracks/"+t.ID)
	c.str("type", "audio_features")
	c.str("uri", "spotify:track:"+t.ID)
	c.float("valence", f.valence, 3)
	c.end()
}

// getAudioAnalysis answers with the whole structure of a recording, which goes together with
// its features: the beats have its tempo, the bars its time signature.
func (c *call) getAudioAnalysis() *apiError {
	id, problem := c.id()
	if problem != nil {
		return problem
	}
	t := c.e.cat.trackByID[id]
	if t == nil {
		return &apiError{Status: http.StatusNotFound, Message: "analysis not found"}
	}
	c.public = true
	r, f, length := t.random(), t.features(), t.Duration.Seconds()
	c.begin("")
	c.analysisMeta(t)
	c.analysisTrack(f, length)
	beat := 60 / f.tempo
	c.intervals("bars", length, beat*float64(f.timeSignature), r)
	c.intervals("beats", length, beat, r)
	c.sections(f, length, r)
	c.segments(length, r)
	c.intervals("tatums", length, beat/2, r)
	c.end()
	return nil
}

func (c *call) analysisMeta(t *track) {
	c.begin("meta")
	c.str("analyzer_version", "4.0.0")
	c.str("platform", "Linux")
	c.str("detailed_status", "OK")
	c.int("status_code", 0)
	c.int("timestamp", 1_700_000_000)
	c.float("analysis_time", t.Duration.Minutes(), 5)
	c.str("input_process", "libvorbisfile L+R 44100->22050")
	c.end()
}

func (c *call) analysisTrack(f features, length float64) {
	c.begin("track")
	c.int("num_samples", int64(length*22050))
	c.float("duration", length, 5)
	c.str("sample_md5", "")
	c.int("offset_seconds", 0)
	c.int("window_seconds", 0)
	c.int("analysis_sample_rate", 22050)
	c.int("analysis_channels", 1)
	c.float("end_of_fade_in", 0.2, 5)
	c.float("start_of_fade_out", length-3, 5)
	c.float("loudness", f.loudness, 3)
	c.float("tempo", f.tempo, 3)
	c.float("tempo_confidence", 0.8, 3)
	c.int("time_signature", int64(f.timeSignature))
	c.float("time_signature_confidence", 0.9, 3)
	c.int("key", int64(f.key))
	c.float("key_confidence", 0.6, 3)
	c.int("mode", int64(f.mode))
	c.float("mode_confidence", 0.6, 3)
	for _, name := range []string{"code", "echoprint", "synch", "rhythm"} {
		c.str(name+"string", "")
		c.float(name+"_version", 1, 2)
	}
	c.end()
}

// intervals writes stretches of equal length from the beginning to the end.
func (c *call) intervals(key string, length, step float64, r *rand.Rand) {
	c.list(key)
	for at := 0.0; at < length; at += step {
		c.begin("")
		c.interval(at, math.Min(step, length-at), r)
		c.end()
	}
	c.endList()
}

func (c *call) interval(start, duration float64, r *rand.Rand) {
	c.float("start", start, 5)
	c.float("duration", duration, 5)
	c.float("confidence", r.Float64(), 3)
}

func (c *call) sections(f features, length float64, r *rand.Rand) {
	c.list("sections")
	var step float64
	for at := 0.0; at < length; at += step {
		step = math.Min(18+20*r.Float64(), length-at)
		c.begin("")
		c.interval(at, step, r)
		c.float("loudness", f.loudness+4*r.Float64()-2, 3)
		c.float("tempo", f.tempo+r.Float64()-0.5, 3)
		c.float("tempo_confidence", r.Float64(), 3)
		c.int("key", int64(f.key))
		c.float("key_confidence", r.Float64(), 3)
		c.int("mode", int64(f.mode))
		c.float("mode_confidence", r.Float64(), 3)
		c.int("time_signature", int64(f.timeSignature))
		c.float("time_signature_confidence", 1, 3)
		c.end()
	}
	c.endList()
}

func (c *call) segments(length float64, r *rand.Rand) {
	c.list("segments")
	var step float64
	for at := 0.0; at < length; at += step {
		step = math.Min(0.15+0.4*r.Float64(), length-at)
		c.begin("")
		c.interval(at, step, r)
		c.float("loudness_start", -40+20*r.Float64(), 3)
		c.float("loudness_max", -20*r.Float64(), 3)
		c.float("loudness_max_time", step*r.Float64(), 5)
		c.float("loudness_end", 0, 3)
		c.list("pitches")
		for range 12 {
			c.float("", r.Float64(), 3)
		}
		c.endList()
		c.list("timbre")
		for range 12 {
			c.float("", 100*r.Float64()-50, 3)
		}
		c.endList()
		c.end()
	}
	c.endList()
}
