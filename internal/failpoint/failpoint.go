// Package failpoint lets a test stop a real process at a chosen place: between the claim of a lease
// and the request, between Spotify's answer and its commit. Without the build tag failpoint, Enabled
// is false, Hit, Trace and the like do nothing, and nothing of it is in the program.
//
// A process is told what to do by Setup, in words:
//
//	point=after-answer action=kill after=3 trace=/dir/trace
//
// ends it, as kill -9 does, when it passes after-answer for the third time. With action=ask it says so
// to whoever listens on the Unix socket named by ask=, and goes on when that one answers a line, or
// is gone: time to pause it, to cut it off, or to turn its clock.
package failpoint

import (
	"crypto/sha256"
	"encoding/hex"
)

// Point is a place where a process can be stopped. "Before" a write means that nothing of it has
// happened; "after", that it is on disk and nobody has been told.
type Point string

// The places, in the order in which a login and then a refresh meet them.
const (
	BeforeMigration Point = "before-migration"
	AfterMigration  Point = "after-migration"

	AfterSpent     Point = "after-spent"       // a login's state is spent
	BeforeExchange Point = "before-exchange"   // its code goes to Spotify
	AfterExchange  Point = "after-exchange"    // its tokens have come
	BeforePerson   Point = "before-person"     // the person's row
	AfterPerson    Point = "after-person"      //
	BeforeLogin    Point = "before-login"      // the grant of the login
	AfterLogin     Point = "after-login"       //
	BeforeSession  Point = "before-session"    // and its session
	AfterSession   Point = "after-session"     //
	BeforeClaim    Point = "before-claim"      // the lease of a refresh
	AfterClaim     Point = "after-claim"       //
	BeforeSend     Point = "before-send"       // the request
	AfterSend      Point = "after-send"        // it is on its way, and Spotify may have rotated
	AfterAnswer    Point = "after-answer"      // it was answered: what came is in memory only
	AfterJournal   Point = "after-journal"     // what came is in the rescue journal
	BeforeSave     Point = "before-save"       // what came goes to the store
	AfterSave      Point = "after-save"        //
	BeforeRelease  Point = "before-release"    // the lease is given back without a token
	BeforeVerdict  Point = "before-verdict"    // a grant is declared dead
	AfterVerdict   Point = "after-verdict"     //
	BeforeCommit   Point = "before-commit"     // a transaction's statements have run
	AfterCommit    Point = "after-commit"      // it is on disk
	BeforeLogout   Point = "before-logout"     // a session ends
	AfterLogout    Point = "after-logout"      //
	BeforeForget   Point = "before-disconnect" // a person and everything of them goes
	AfterForget    Point = "after-disconnect"  //
	BeforeReseal   Point = "before-reseal"     // a row goes from an old key to the newest
	AfterReseal    Point = "after-reseal"      //
	BeforeKeyWrite Point = "before-key"        // a data key is made
	AfterKeyWrite  Point = "after-key"         //
)

// What a trace tells: which access token was saved and which refresh token or code sent, by Name, and where a process
// stopped.
const (
	Saved  = "saved"
	Sent   = "sent"
	Killed = "killed"
	Asked  = "asked"
)

// Points are all of them, in order.
func Points() []Point {
	return []Point{
		BeforeMigration, AfterMigration,
		AfterSpent, BeforeExchange, AfterExchange, BeforePerson, AfterPerson, BeforeLogin, AfterLogin, BeforeSession, AfterSession,
		BeforeClaim, AfterClaim, BeforeSend, AfterSend, AfterAnswer, AfterJournal, BeforeSave, AfterSave, BeforeRelease,
		BeforeVerdict, AfterVerdict, BeforeCommit, AfterCommit,
		BeforeLogout, AfterLogout, BeforeForget, AfterForget, BeforeReseal, AfterReseal, BeforeKeyWrite, AfterKeyWrite,
	}
}

// Name stands for a secret in a trace.
func Name(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:8])
}
