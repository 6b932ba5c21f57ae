package emulator

// Quirks lists all, with a sentence each.
func Quirks() map[Quirk]string { return nil }
