package emulator

type journal struct{}

// keep returns once all changes so far are kept for good.
func (e *Emulator) keep() error { return nil }
