package postgres

import "time"

// WithPatience sets how long calls wait for a database that is away.
func WithPatience(d time.Duration) Option { return func(o *options) { o.patience = &d } }
