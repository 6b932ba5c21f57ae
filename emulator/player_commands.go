package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// command does what every command to a player has in common: Premium, and a device that is
// there and listens. do changes the player; it may refuse.
func (c *call) command(do func(p *player, on *device) *apiError) *apiError {
	if c.person.Free {
		return errPremium
	}
	p := &c.m.Player
	on, problem := c.target()
	if problem != nil {
		return problem
	}
	if on.Restricted {
		return errRestricted
	}
	if problem := do(p, on); problem != nil {
		return problem
	}
	c.done()
	return nil
}

// target is the device that device_id names, or else the active one.
func (c *call) target() (*device, *apiError) {
	id := c.query.Get("device_id")
	if id == "" {
		if on := c.m.deviceNamed(c.m.Player.Device); on != nil {
			return on, nil
		}
		return nil, errNoDevice
	}
	if on := c.m.deviceNamed(id); on != nil {
		return on, nil
	}
	return nil, errNotADevice
}

// done answers a command: with nothing, or with a line of text nobody can explain.
func (c *call) done() {
	if c.quirks.textBodies {
		c.buf = append(c.buf, "Command accepted"...)
		return
	}
	c.status = http.StatusNoContent
}

// active lets a command pass only on the device that plays.
func active(do func(p *player) *apiError) func(*player, *device) *apiError {
	return func(p *player, on *device) *apiError {
		if p.Device != on.ID || p.Item == "" {
			return errNoDevice
		}
		return do(p)
	}
}

// transfer answers PUT /me/player.
func (c *call) transfer() *apiError {
	var body struct {
		Devices []string `json:"device_ids"`
		Play    *bool    `json:"play"`
	}
	if problem := c.decode(&body); problem != nil {
		return problem
	}
	if c.person.Free {
		return errPremium
	}
	if len(body.Devices) != 1 {
		return badRequest("Bad request")
	}
	to := c.m.deviceNamed(body.Devices[0])
	switch {
	case to == nil:
		return errNotADevice
	case to.Restricted:
		return errRestricted
	}
	p := &c.m.Player
	p.Device = to.ID
	if body.Play != nil && *body.Play && !p.Playing && p.Item != "" {
		p.resume(p.At, c.at)
	}
	c.done()
	return nil
}

func (c *call) pausePlayback() *apiError {
	return c.command(active(func(p *player) *apiError {
		if !p.Playing {
			return errRestricted
		}
		p.pause(c.at)
		return nil
	}))
}

func (c *call) skipNext() *apiError {
	return c.command(active(func(p *player) *apiError {
		if c.e.cat.find(p.Item).ad {
			return errRestricted
		}
		c.m.remember(c.e.cat, c.at)
		p.resume(0, c.at)
		p.advance()
		return nil
	}))
}

func (c *call) skipPrevious() *apiError {
	return c.command(active(func(p *player) *apiError {
		if c.e.cat.find(p.Item).ad || !p.hasPrevious() {
			return errRestricted
		}
		c.m.remember(c.e.cat, c.at)
		p.back()
		p.resume(0, c.at)
		return nil
	}))
}

// seek answers PUT /me/player/seek. Beyond the end the next item plays.
func (c *call) seek() *apiError {
	position, err := strconv.ParseInt(c.query.Get("position_ms"), 10, 64)
	if err != nil || position < 0 || position > maxPosition {
		return badRequest("Bad request")
	}
	return c.command(active(func(p *player) *apiError {
		to, item := time.Duration(position)*time.Millisecond, c.e.cat.find(p.Item)
		switch {
		case item.ad:
			return errRestricted
		case to >= item.duration():
			c.m.finish(c.e.cat, c.at)
		default:
			p.At, p.Since, p.Changed = to, c.at, c.at
		}
		return nil
	}))
}

// maxPosition bounds positions in milliseconds: nothing is longer than a week.
const maxPosition = 7 * 24 * 60 * 60 * 1000

func (c *call) setRepeat() *apiError {
	state := c.query.Get("state")
	if !slices.Contains([]string{repeatOff, repeatContext, repeatTrack}, state) {
		return badRequest("Bad request")
	}
	return c.command(active(func(p *player) *apiError {
		p.Repeat, p.Changed = state, c.at
		return nil
	}))
}

func (c *call) setShuffling() *apiError {
	on, err := strconv.ParseBool(c.query.Get("state"))
	if err != nil {
		return badRequest("Bad request")
	}
	return c.command(active(func(p *player) *apiError {
		p.setShuffle(on, c.m.Seed)
		p.Changed = c.at
		return nil
	}))
}

func (c *call) setVolume() *apiError {
	percent, err := strconv.Atoi(c.query.Get("volume_percent"))
	if err != nil || percent < 0 || percent > 100 {
		return badRequest("Bad request")
	}
	return c.command(func(_ *player, on *device) *apiError {
		if !on.Dial {
			return errNoVolume
		}
		on.Volume = percent
		return nil
	})
}

// addToQueue answers POST /me/player/queue.
func (c *call) addToQueue() *apiError {
	uri := c.query.Get("uri")
	item := c.e.cat.find(uri)
	if item.track == nil && item.episode == nil {
		return badRequest("Invalid track uri: " + uri)
	}
	return c.command(active(func(p *player) *apiError {
		if !c.m.canPlay(item) {
			return errRestricted
		}
		p.Queue = append(p.Queue, uri)
		return nil
	}))
}
