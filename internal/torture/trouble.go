package torture

import (
	"slices"
	"time"
)

// trouble is one thing that can happen to a World, with how often it does.
type trouble struct {
	often int
	run   func(*World) error
}

// troubles of a round. Kills are most of them.
var troubles = []trouble{
	{55, (*World).killAtRandom},
	{30, (*World).killSomewhere},
	{2, (*World).pauseServer},
	{2, (*World).spotifyDown},
	{2, (*World).spotifyBreaks},
	{2, (*World).spotifyDeaf},
	{2, (*World).spotifySlow},
	{2, (*World).turnClock},
}

// databaseTroubles are added where servers share a database.
var databaseTroubles = []trouble{
	{5, (*World).partition},
	{2, (*World).slowDatabase},
	{1, (*World).restartDatabase},
}

// Round lets one trouble happen, drawn by the seed, and afterwards holds the servers to all that they have said.
func (w *World) Round() error {
	possible := slices.Clone(troubles)
	if w.Database != nil {
		possible = append(possible, databaseTroubles...)
	}
	sum := 0
	for _, t := range possible {
		sum += t.often
	}
	drawn := w.random.IntN(sum)
	for _, t := range possible {
		if drawn -= t.often; drawn < 0 {
			return w.Trouble(t.run)
		}
	}
	return nil
}

// Trouble is a round with a trouble of your choice.
func (w *World) Trouble(run func(*World) error) error {
	began := time.Now()
	if err := run(w); err != nil {
		return err
	}
	w.CheckAll()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally.Rounds++
	w.tally.Took += time.Since(began)
	return nil
}

func (w *World) someReplica() (int, *replica) {
	i := w.random.IntN(len(w.replicas))
	return i, w.replicas[i]
}

func (w *World) between(least, most time.Duration) time.Duration {
	return least + time.Duration(w.random.Int64N(int64(most-least)))
}
