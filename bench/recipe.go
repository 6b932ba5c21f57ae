package main

import (
	"context"
	_ "embed"
	"fmt"
	"os/exec"
)

//go:embed recipe.py
var recipe string

// recipePython is a Python that has what the recipe needs (Debian: python3-flask, python3-httpx).
const recipePython = "/usr/bin/python3"

// recipeFigure is the page of the well-known recipe against ours, in CPU.
func recipeFigure(ctx context.Context, s settings) ([]row, error) {
	r := row{what: "CPU of Flask and httpx alone, the Python recipe without its client library, against our logged-in page"}
	if err := exec.CommandContext(ctx, recipePython, "-c", "import flask, httpx").Run(); err != nil {
		r.ratio, r.detail = "not measured", "needs a Python with flask and httpx (Debian: python3-flask, python3-httpx)"
		return []row{r}, nil
	}
	at, err := newScene(playing(true))
	if err != nil {
		return nil, err
	}
	defer at.close()
	theirs, err := startCommand(exec.CommandContext(ctx, recipePython, "-c", recipe, at.url))
	if err != nil {
		return nil, err
	}
	defer theirs.stop()
	ours, err := start(ctx, "tenuto", at.dir, at.url)
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	browser, err := signIn(ours.addr)
	if err != nil {
		return nil, err
	}
	n := 500
	if s.quick {
		n = 50
	}
	a, b, err := compare(s.rounds, n, side{theirs, browser, theirs.addr + "/"}, side{ours, browser, ours.addr + "/"})
	if err != nil {
		return nil, err
	}
	_, r.ratio = ratio(a, b)
	r.detail = fmt.Sprintf("%.0f µs and %.0f µs a page", median(a), median(b))
	return []row{r}, nil
}
