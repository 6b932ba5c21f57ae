package emulator

import (
	"fmt"
	"strings"
	"time"
)

// shows makes podcasts, each with enough episodes to page through.
func (m *maker) shows(n int) {
	start := time.Date(2026, time.October, 30, 0, 0, 0, 0, time.UTC)
	for i := range n {
		subject := showSubjects[i%len(showSubjects)]
		host := pick(m, forenames) + " " + pick(m, surnames)
		s := &show{ID: randomID(m.Rand), Publisher: host, Languages: []string{pick(m, []string{"en", "en", "en", "de", "sv", "es"})},
			Explicit: m.IntN(8) == 0, Markets: everywhere, Description: fmt.Sprintf("%s talks about %s with people who know.", host, strings.ToLower(subject))}
		switch i % 3 {
		case 0:
			s.Name = "All About " + subject
		case 1:
			s.Name = "The " + subject + " Hour"
		case 2:
			s.Name = subject + ", Slowly"
		}
		if i%9 == 8 {
			s.Markets = exceptGermany
		}
		s.lower = fold(s.Name)
		m.episodes(s, 12+m.IntN(60), start.AddDate(0, 0, -m.IntN(14)))
		m.cat.shows = append(m.cat.shows, s)
		m.cat.showByID[s.ID] = s
	}
}

// episodes fills a show with weekly episodes, the last one on day.
func (m *maker) episodes(s *show, n int, day time.Time) {
	for i := range n {
		guest := pick(m, forenames) + " " + pick(m, surnames)
		e := &episode{ID: randomID(m.Rand), Show: s, Name: fmt.Sprintf("#%d: %s of %s, with %s", n-i, pick(m, songSecond), pick(m, songPlaces), guest),
			Description: guest + " is our guest, and brings a story.", Duration: m.length(18*60, 75*60), Explicit: s.Explicit,
			Released: day.AddDate(0, 0, -7*i).Format(time.DateOnly)}
		e.lower = fold(e.Name)
		s.Episodes = append(s.Episodes, e)
		m.cat.episodes = append(m.cat.episodes, e)
		m.cat.episodeByID[e.ID] = e
	}
}

func (m *maker) audiobooks(n int) {
	for i := range n {
		author := pick(m, forenames) + " " + pick(m, surnames)
		b := &audiobook{ID: randomID(m.Rand), Authors: []string{author}, Narrators: []string{pick(m, forenames) + " " + pick(m, surnames)},
			Publisher: pick(m, labels), Edition: "Unabridged", Explicit: m.IntN(10) == 0,
			Name: "The " + bookNouns[i%len(bookNouns)] + " of " + pick(m, songPlaces), Released: fmt.Sprintf("%d-%02d-%02d", 2005+m.IntN(21), 1+m.IntN(12), 1+m.IntN(28))}
		b.Description, b.lower = "A novel by "+author+".", fold(b.Name)
		for number := range 12 + m.IntN(25) {
			ch := &chapter{ID: randomID(m.Rand), Book: b, Number: number, Name: fmt.Sprintf("Chapter %d", number+1),
				Description: fmt.Sprintf("Chapter %d of %s.", number+1, b.Name), Duration: m.length(8*60, 45*60)}
			if number == 0 {
				ch.Name = "Opening Credits"
				ch.Duration = m.length(20, 60)
			}
			b.Chapters = append(b.Chapters, ch)
			m.cat.chapters = append(m.cat.chapters, ch)
			m.cat.chapterByID[ch.ID] = ch
		}
		m.cat.audiobooks = append(m.cat.audiobooks, b)
		m.cat.audiobookByID[b.ID] = b
	}
}
