// Command bench measures Tenuto against a peer or a physical limit in the same run and prints ratios.
//
//	go run .                      every figure
//	go run . page session         some of them
//	go run . -write FILE          also into FILE, between its two marks
//
// Runs of the two sides are interleaved and the median is quoted; nothing here is ever asserted
// in a test. Servers run as children of this process, so that only their own CPU is counted.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
)

// A figure is one question with its answers.
type figure struct {
	name    string
	measure func(ctx context.Context, s settings) ([]row, error)
}

// settings scale a run.
type settings struct {
	rounds int  // interleaved rounds, of which the median is quoted
	quick  bool // a tenth of the work: does it run at all?
}

// row is one line of the table.
type row struct {
	what   string
	ratio  string // ours / theirs, or the count that was promised
	target string // what the issue asks for; "" where it asks only to know
	detail string
}

var figures = []figure{
	{"page", pageFigure},
	{"recipe", recipeFigure},
	{"session", sessionFigure},
	{"token", tokenFigure},
	{"flight", flightFigure},
	{"people", peopleFigure},
	{"logins", loginsFigure},
	{"million", millionFigure},
	{"expiry", expiryFigure},
	{"rolling", rollingFigure},
	{"decode", decodeFigure},
	{"paging", pagingFigure},
	{"call", callFigure},
	{"emulator", emulatorFigure},
}

func main() {
	log.SetFlags(0)
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "child:") {
		child(strings.TrimPrefix(os.Args[1], "child:"), os.Args[2:])
		return
	}
	var s settings
	flag.IntVar(&s.rounds, "rounds", 7, "interleaved rounds per figure")
	flag.BoolVar(&s.quick, "quick", false, "a tenth of the work, to see that everything runs")
	write := flag.String("write", "", "write the table into this file, between its marks")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	var rows []row
	for _, f := range chosen(flag.Args()) {
		log.Printf("measuring %s", f.name)
		got, err := f.measure(ctx, s)
		if err != nil {
			log.Fatalf("bench: %s: %v", f.name, err)
		}
		rows = append(rows, got...)
	}
	text := table(rows)
	fmt.Print(text)
	if *write != "" {
		if err := writeBetweenMarks(*write, text); err != nil {
			log.Fatal("bench: ", err)
		}
	}
}

// chosen are the figures called names, or all.
func chosen(names []string) []figure {
	if len(names) == 0 {
		return figures
	}
	var some []figure
	for _, name := range names {
		found := false
		for _, f := range figures {
			if f.name == name {
				some, found = append(some, f), true
			}
		}
		if !found {
			var known []string
			for _, f := range figures {
				known = append(known, f.name)
			}
			log.Fatalf("bench: there is no figure %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return some
}
