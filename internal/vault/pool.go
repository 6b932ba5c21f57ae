package vault

import "time"

// PoolTables tell from memory how busy the connections to the database are: nobody is asked, and nobody waits.
type PoolTables interface {
	Pools() []Pool
}

// Names of pools: a closed set.
const (
	PoolAll    = "all"    // of PostgreSQL
	PoolReads  = "reads"  // of SQLite, whose
	PoolWrites = "writes" // writes queue for the one that writes
)

// Pool is some connections to the database, and how busy they are.
type Pool struct {
	Name    string
	Most    int // connections at a time
	InUse   int
	Idle    int
	Opening int

	Waits   int64         // for a connection that was free, since the start
	Waited  time.Duration // all in all
	Refused int64         // connections that could not be opened
}

// Pools are the connections of this process to the database.
func (db *DB) Pools() []Pool { return db.tables.Pools() }
