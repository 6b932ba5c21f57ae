package spotify

import "time"

// AudioAnalysis is the structure of a track: ever shorter stretches of it, one behind the
// other. Confidences go from 0 to 1.
// https://developer.spotify.com/documentation/web-api/reference/get-audio-analysis
type AudioAnalysis struct {
	Meta     AnalysisMeta
	Track    AnalysisTrack
	Bars     []Stretch
	Beats    []Stretch
	Tatums   []Stretch // the shortest beat that one feels
	Sections []Section // verse, refrain, solo
	Segments []Segment // single sounds
}

func (a *AudioAnalysis) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "meta":
			a.Meta.read(d)
		case "track":
			a.Track.read(d)
		case "bars":
			a.Bars, _ = readList[Stretch](d)
		case "beats":
			a.Beats, _ = readList[Stretch](d)
		case "tatums":
			a.Tatums, _ = readList[Stretch](d)
		case "sections":
			a.Sections, _ = readList[Section](d)
		case "segments":
			a.Segments, _ = readList[Segment](d)
		}
	}
}

// AnalysisMeta is how the analysis was made.
type AnalysisMeta struct {
	AnalyzerVersion string
	Platform        string
	Status          string // "OK", or what went wrong
	StatusCode      int    // 0: success
	Input           string // how the recording was read
	At              time.Time
	Took            time.Duration
}

func (m *AnalysisMeta) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "analyzer_version":
			m.AnalyzerVersion = d.text()
		case "platform":
			m.Platform = d.text()
		case "detailed_status":
			m.Status = d.text()
		case "status_code":
			m.StatusCode = d.integer()
		case "input_process":
			m.Input = d.text()
		case "timestamp":
			if seconds, _ := d.whole(); seconds > 0 {
				m.At = time.Unix(seconds, 0).UTC()
			}
		case "analysis_time":
			m.Took = d.seconds()
		}
	}
}

// AnalysisTrack is the track as a whole.
type AnalysisTrack struct {
	Samples      int // how many were analysed
	SampleRate   int // per second
	Channels     int // 1: all mixed together
	SampleMD5    string
	Duration     time.Duration
	Offset       time.Duration // where the analysed part begins
	Window       time.Duration // its length; 0: the whole track
	EndOfFadeIn  time.Duration
	StartFadeOut time.Duration
	Sound        Sound

	Codestring    string // fingerprints, by the schemes of Spotify's analysers
	Echoprint     string
	Synchstring   string
	Rhythmstring  string
	CodeVersion   float64
	EchoVersion   float64
	SynchVersion  float64
	RhythmVersion float64
}

func (t *AnalysisTrack) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "num_samples":
			t.Samples = d.integer()
		case "analysis_sample_rate":
			t.SampleRate = d.integer()
		case "analysis_channels":
			t.Channels = d.integer()
		case "sample_md5":
			t.SampleMD5 = d.text()
		case "duration":
			t.Duration = d.seconds()
		case "offset_seconds":
			t.Offset = d.seconds()
		case "window_seconds":
			t.Window = d.seconds()
		case "end_of_fade_in":
			t.EndOfFadeIn = d.seconds()
		case "start_of_fade_out":
			t.StartFadeOut = d.seconds()
		default:
			if !t.readFingerprint(name, d) {
				t.Sound.readMember(name, d)
			}
		}
	}
}

func (t *AnalysisTrack) readFingerprint(name []byte, d *decoder) bool {
	switch string(name) {
	case "codestring":
		t.Codestring = d.text()
	case "echoprintstring":
		t.Echoprint = d.text()
	case "synchstring":
		t.Synchstring = d.text()
	case "rhythmstring":
		t.Rhythmstring = d.text()
	case "code_version":
		t.CodeVersion = d.float()
	case "echoprint_version":
		t.EchoVersion = d.float()
	case "synch_version":
		t.SynchVersion = d.float()
	case "rhythm_version":
		t.RhythmVersion = d.float()
	default:
		return false
	}
	return true
}

// Sound is loudness, tempo and harmony, each with how sure it is.
type Sound struct {
	Loudness                float64 // decibels
	Tempo                   float64 // beats per minute
	TempoConfidence         float64
	Key                     int // 0: C, … 11: B; -1: none was found
	KeyConfidence           float64
	Mode                    int // 1: major, 0: minor, -1: none was found
	ModeConfidence          float64
	TimeSignature           int // beats in a bar, 3 to 7
	TimeSignatureConfidence float64
}

func (s *Sound) readMember(name []byte, d *decoder) {
	switch string(name) {
	case "loudness":
		s.Loudness = d.float()
	case "tempo":
		s.Tempo = d.float()
	case "tempo_confidence":
		s.TempoConfidence = d.float()
	case "key":
		s.Key = d.integer()
	case "key_confidence":
		s.KeyConfidence = d.float()
	case "mode":
		s.Mode = d.integer()
	case "mode_confidence":
		s.ModeConfidence = d.float()
	case "time_signature":
		s.TimeSignature = d.integer()
	case "time_signature_confidence":
		s.TimeSignatureConfidence = d.float()
	}
}

// Stretch is a part of a track.
type Stretch struct {
	Start, Duration time.Duration
	Confidence      float64
}

func (s *Stretch) read(d *decoder) {
	for name := range d.members() {
		s.readMember(name, d)
	}
}

func (s *Stretch) readMember(name []byte, d *decoder) bool {
	switch string(name) {
	case "start":
		s.Start = d.seconds()
	case "duration":
		s.Duration = d.seconds()
	case "confidence":
		s.Confidence = d.float()
	default:
		return false
	}
	return true
}

// Section is a part that sounds much the same all through.
type Section struct {
	Stretch
	Sound
}

func (s *Section) read(d *decoder) {
	for name := range d.members() {
		if !s.Stretch.readMember(name, d) {
			s.Sound.readMember(name, d)
		}
	}
}

// Segment is a single sound.
type Segment struct {
	Stretch
	LoudnessStart float64       // decibels, as are the next two
	LoudnessMax   float64       //
	LoudnessEnd   float64       //
	LoudestAt     time.Duration // after Start
	Pitches       []float64     // how strong each of the twelve notes is, from C on, 0 to 1
	Timbre        []float64     // the colour of the sound in twelve numbers
}

func (s *Segment) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "loudness_start":
			s.LoudnessStart = d.float()
		case "loudness_max":
			s.LoudnessMax = d.float()
		case "loudness_end":
			s.LoudnessEnd = d.float()
		case "loudness_max_time":
			s.LoudestAt = d.seconds()
		case "pitches":
			s.Pitches = d.floats()
		case "timbre":
			s.Timbre = d.floats()
		default:
			s.Stretch.readMember(name, d)
		}
	}
}
