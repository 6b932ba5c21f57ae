package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"

	"github.com/cli/browser"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

type demoFlags struct {
	addr, emulatorAddr string
	dataDir            string
	noBrowser          bool
	logFormat          string
}

func (p *program) demo() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "The whole story with no Spotify account: emulator, server and a browser",
		Long: `Starts an emulated Spotify and the authenticating server in one process, and opens a browser. Both
keep what they know in the data directory: a login outlives a restart.`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runDemo(cmd.Context(), &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:5000", "the `ADDRESS` of the server, on this machine")
	flags.StringVar(&f.emulatorAddr, "emulator-addr", "127.0.0.1:5010", "the `ADDRESS` of the emulated Spotify, on this machine")
	flags.StringVar(&f.dataDir, "data-dir", "", "the `DIRECTORY` where both keep what they know (default a directory of your own for programs' state)")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "only print the address to open")
	flags.StringVar(&f.logFormat, "log", "text", "the `FORMAT` of the log: text or json")
	return cmd
}

// stage is a demo before the curtain: all that can fail has been opened.
type stage struct {
	public     net.Listener
	world      *emulator.Emulator
	worldPorts []net.Listener
	server     *server.Server
	dir        string
	close      func()
}

func (p *program) runDemo(ctx context.Context, f *demoFlags) error {
	d, err := p.setStage(ctx, f)
	if err != nil {
		return err
	}
	defer d.close()
	address := "http://" + d.public.Addr().String()
	fmt.Fprintf(p.out, `Everything here is emulated: no Spotify account is involved.

  %-24s  the server: open this, and log in as alice or bob
  %-24s  plays Spotify's part
  %s  is where both keep what they know

Stop it with Ctrl-C, start it again, and whoever was logged in still is.
`, address, d.world.AccountsURL(), d.dir)
	if !f.noBrowser {
		go p.openBrowser(address) // some only return when they are closed
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return serveHTTP(ctx, d.world, d.worldPorts...) })
	group.Go(func() error { return d.server.Serve(ctx, d.public, nil) })
	return group.Wait()
}

func (p *program) openBrowser(address string) {
	if err := p.keepSecrets(); err != nil {
		p.note(err.Error())
	}
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	if err := browser.OpenURL(address); err != nil {
		p.note("no browser could be opened: open " + address + " yourself")
	}
}

// setStage opens what the demo needs, or nothing.
func (p *program) setStage(ctx context.Context, f *demoFlags) (d *stage, err error) {
	var opened []io.Closer
	last := func() {}
	closeAll := func() {
		for _, c := range opened {
			c.Close()
		}
		last()
	}
	defer func() {
		if err != nil {
			closeAll()
		}
	}()
	d = &stage{close: closeAll}
	log, flush, err := p.logger(f.logFormat)
	if err != nil {
		return nil, err
	}
	last = flush
	if err := f.checkAddresses(); err != nil {
		return nil, err
	}
	if d.public, err = listen(ctx, "addr", f.addr); err != nil {
		return nil, err
	}
	opened = append(opened, d.public)
	if d.worldPorts, err = listenLoopback(ctx, "emulator-addr", f.emulatorAddr); err != nil {
		return nil, err
	}
	for _, l := range d.worldPorts {
		opened = append(opened, l)
	}
	if d.dir, err = p.dataDir(f.dataDir, "demo"); err != nil {
		return nil, err
	}
	db, err := openVault(ctx, d.dir, nil)
	if err != nil {
		return nil, err
	}
	opened = append(opened, db)
	if err := keepDeletions(ctx, db, d.dir, log); err != nil {
		return nil, err
	}
	rescue, err := openRescue(db, d.dir)
	if err != nil {
		return nil, err
	}
	opened = append(opened, rescue)
	base := "http://" + d.public.Addr().String()
	if d.world, err = emulator.Open(filepath.Join(d.dir, "emulator.state"), emulator.Config{}); err != nil {
		return nil, fmt.Errorf("the emulated Spotify: %w", err)
	}
	opened = append(opened, d.world)
	d.world.URL = browserURL(d.worldPorts[0])
	app := d.world.App()
	app.RedirectURIs = []string{base + "/callback"}
	app = d.world.AddApp(app)
	d.server, err = server.New(server.Config{
		App:     &auth.Config{ClientID: app.ClientID, ClientSecret: app.ClientSecret, AccountsURL: d.world.AccountsURL()},
		BaseURL: base, DB: db, Rescue: rescue, APIURL: d.world.APIURL(), Log: log,
	})
	if err == nil {
		opened = append([]io.Closer{p.serveOperator(ctx, d.dir, db, d.server)}, opened...) // the first to go
	}
	return d, err
}

// checkAddresses keeps the demo on this machine: whoever reaches it can log in as anybody.
func (f *demoFlags) checkAddresses() error {
	for flag, addr := range map[string]string{"addr": f.addr, "emulator-addr": f.emulatorAddr} {
		host, _, err := net.SplitHostPort(addr)
		if err != nil || !isLoopback(host) {
			return usage("write it like 127.0.0.1:5000", "--%s: %q is no address and port of this machine", flag, addr)
		}
	}
	return nil
}
