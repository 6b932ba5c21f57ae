package emulator

import (
	"math/rand/v2"
	"slices"
	"time"
)

// player is what a person plays. Nothing ticks: it holds where playback was at some moment,
// and settle works out from the emulator's clock where it has got to since.
type player struct {
	Device   string   `json:",omitempty"` // the active one; "": none, and nothing plays
	Playing  bool     `json:",omitempty"`
	Context  string   `json:",omitempty"` // URI of the album, artist, playlist or show; "": a bare list
	List     []string `json:",omitempty"` // what it holds, in its order
	Order    []int    `json:",omitempty"` // the order of play while shuffled
	Index    int      // in the order of play
	Item     string   `json:",omitempty"` // what plays: the list's Index, or what came from the queue
	Queued   bool     `json:",omitempty"` // Item came from the queue
	Queue    []string `json:",omitempty"`
	Repeat   string   `json:",omitempty"` // repeatOff, repeatContext, repeatTrack; "" is off
	Shuffle  bool     `json:",omitempty"`
	Shuffles uint64   `json:",omitempty"` // how often, so that each is another
	At       time.Duration
	Since    time.Time // when Item was At
	Changed  time.Time // the last command or change of track
}

const (
	repeatOff     = "off"
	repeatContext = "context"
	repeatTrack   = "track"

	maxHistory = 50
)

// device is where a person can play.
type device struct {
	ID, Name, Type string
	Volume         int
	Dial           bool `json:",omitempty"` // its volume can be set from afar
	Restricted     bool `json:",omitempty"` // takes no commands from the Web API
}

func (p *player) length(cat *catalogue) time.Duration { return lengthOf(cat, p.Item) }

// lengthOf is how long an item plays: at least a moment, also what is gone or has no length, so that time is never
// filled with more of them than can be counted.
func lengthOf(cat *catalogue, uri string) time.Duration {
	return max(cat.find(uri).duration(), time.Second)
}

// progress is how far into Item playback is; settle first.
func (p *player) progress(now time.Time) time.Duration {
	if !p.Playing {
		return p.At
	}
	return p.At + max(0, now.Sub(p.Since))
}

// settle plays on until now: tracks end, the queue and the list move up, the list begins
// again or playback stops.
func (m *music) settle(cat *catalogue, now time.Time) {
	p := &m.Player
	m.skipRounds(cat, now)
	for p.Playing {
		left := p.length(cat) - p.At
		if now.Sub(p.Since) < left {
			return
		}
		m.finish(cat, p.Since.Add(left))
	}
}

// finish ends the current item at the given moment, when it has been played to its end.
func (m *music) finish(cat *catalogue, end time.Time) {
	p := &m.Player
	m.remember(cat, end)
	p.At, p.Since, p.Changed = 0, end, end
	if p.Repeat == repeatTrack {
		return
	}
	p.advance()
}

// skipRounds leaves out whole rounds through a repeated list, so that years cost nothing. It
// keeps enough of them to fill the history.
func (m *music) skipRounds(cat *catalogue, now time.Time) {
	p := &m.Player
	if !p.Playing || now.Sub(p.Since) < 48*time.Hour || len(p.Queue) > 0 {
		return
	}
	var round time.Duration
	switch p.Repeat {
	case repeatTrack:
		round = p.length(cat)
	case repeatContext:
		for _, uri := range p.List {
			round += lengthOf(cat, uri)
		}
	}
	if round <= 0 {
		return
	}
	keep := time.Duration(maxHistory+1) * round
	if left := now.Sub(p.Since) - keep; left > 0 {
		p.Since = p.Since.Add(left - left%round)
	}
}

// remember notes a track as listened to, and how far into an episode the person is.
func (m *music) remember(cat *catalogue, now time.Time) {
	p := &m.Player
	heard := p.progress(now)
	switch item := cat.find(p.Item); {
	case item.track != nil && heard >= min(30*time.Second, item.track.Duration):
		m.History = append(m.History, play{p.Item, p.Context, now})
		if extra := len(m.History) - maxHistory; extra > 0 {
			m.History = slices.Delete(m.History, 0, extra)
		}
	case item.episode != nil, item.chapter != nil:
		if m.Heard == nil {
			m.Heard = map[string]millis{}
		}
		_, id := splitURI(p.Item)
		m.Heard[id] = millis(heard.Milliseconds())
	}
}

// advance moves to what comes next: of the queue, then of the list. At the list's end it
// begins again, playing or not as repeat says.
func (p *player) advance() {
	if len(p.Queue) > 0 {
		p.Item, p.Queued = p.Queue[0], true
		p.Queue = slices.Delete(p.Queue, 0, 1)
		return
	}
	p.Queued = false
	if len(p.List) == 0 {
		p.Playing = false
		return
	}
	p.Index++
	if p.Index >= len(p.List) {
		p.Index = 0
		p.Playing = p.Playing && p.Repeat == repeatContext
	}
	p.Item = p.List[p.at(p.Index)]
}

// at is the place in the list of the index'th to be played.
func (p *player) at(index int) int {
	if len(p.Order) == len(p.List) && len(p.Order) > 0 {
		return p.Order[index]
	}
	return index
}

// hasPrevious reports whether there is an item before the current one.
func (p *player) hasPrevious() bool {
	return len(p.List) > 0 && (p.Queued || p.Index > 0 || p.Repeat == repeatContext)
}

// back moves to the item before, which hasPrevious has found to be there. From an item of the
// queue that is where the queue came in.
func (p *player) back() {
	if !p.Queued {
		p.Index = (p.Index - 1 + len(p.List)) % len(p.List)
	}
	p.Queued, p.Item = false, p.List[p.at(p.Index)]
}

// setShuffle mixes what is still to come, or puts the list back in order.
func (p *player) setShuffle(on bool, seed uint64) {
	if on == p.Shuffle {
		return
	}
	p.Shuffle = on
	p.mix(seed)
}

func (p *player) mix(seed uint64) {
	if len(p.List) == 0 {
		p.Order = nil
		return
	}
	current := p.at(p.Index)
	if !p.Shuffle {
		p.Order, p.Index = nil, current
		return
	}
	p.Shuffles++
	p.Order = rand.New(rand.NewPCG(seed, p.Shuffles)).Perm(len(p.List))
	first := slices.Index(p.Order, current)
	p.Order[0], p.Order[first] = p.Order[first], p.Order[0]
	p.Index = 0
}

// upcoming lists what plays after the current item, at most n.
func (p *player) upcoming(n int) []string {
	next := slices.Clone(p.Queue[:min(n, len(p.Queue))])
	for i := p.Index + 1; len(next) < n && len(p.List) > 0; i++ {
		if i >= len(p.List) && p.Repeat != repeatContext {
			break
		}
		next = append(next, p.List[p.at(i%len(p.List))])
	}
	return next
}

// start plays list from index on.
func (p *player) start(context string, list []string, index int, position time.Duration, now time.Time, seed uint64) {
	p.Context, p.List, p.Index, p.Order, p.Queued = context, list, index, nil, false
	p.mix(seed)
	p.Item = list[index]
	p.resume(position, now)
}

func (p *player) resume(position time.Duration, now time.Time) {
	p.Playing, p.At, p.Since, p.Changed = true, position, now, now
}

func (p *player) pause(now time.Time) {
	p.At = p.progress(now)
	p.Playing, p.Changed = false, now
}
