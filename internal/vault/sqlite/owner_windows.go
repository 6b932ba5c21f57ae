package sqlite

// handOver does nothing: on Windows a file is as accessible as its directory says.
func handOver(string) error { return nil }
