package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// Journal keeps answers of Spotify that are not in the store yet, so that neither a crash nor a
// store that is down loses a refresh token which may be the only valid one. Safe for concurrent
// use. Contexts end after 10 s.
type Journal interface {
	// Keep puts a safely aside: once it returns nil, a outlives this process, and counts as saved.
	// done says that a is no longer needed; forgetting it need not be durable, for Recover knows
	// what is old. An error stops nothing: the store is tried all the same.
	Keep(ctx context.Context, key string, a *Answer) (done func(), err error)

	// Forget erases all that is kept under key, for the login has ended or begun anew.
	Forget(ctx context.Context, key string) error
}

// Rescue keeps each answer that brought another refresh token in j before the store is written.
// Where the store then fails, the token is served, and goes to the store as soon as that works.
// What a process left in j when it died goes through Recover in the next one.
func Rescue(j Journal) GrantsOption {
	return grantsOption(func(g *Grants) { g.journal = j })
}

// Answer is a token that has come for a login, and what was sent for it: all it takes to store it
// later by the same rules. Like a Record it holds secrets and does not print.
type Answer struct {
	sent  sent
	token *Token
}

// Recover stores an answer that an earlier process kept in its Journal, as it would have done
// itself: as the login's token, as a spare if somebody was faster, and not at all if the login
// was deleted or begun anew. Nil: it is settled, and the journal may forget it. Doing it twice
// does nothing. Call it before logins are used, and again until it works.
func (g *Grants) Recover(ctx context.Context, key string, a *Answer) error {
	if a == nil || a.token == nil || a.sent.token == nil {
		return errors.New("auth: recover: there is no answer")
	}
	if _, _, err := g.settle(ctx, key, nil, a); err != nil {
		return fmt.Errorf("auth: recover: %w", err)
	}
	g.tell(RefreshEvent{Outcome: OutcomeRecovered, Rotated: a.rotated()})
	return nil
}

// rotated reports whether the answer brought another refresh token. If not there is nothing to
// rescue: the store has all of it but an hour of access.
func (a *Answer) rotated() bool { return a.token.RefreshToken != a.sent.token.RefreshToken }

// answerFormat grows only when an older program would misread the bytes.
const answerFormat = 1

type answerFile struct {
	Format     int             `json:"format"`
	Epoch      string          `json:"epoch"`
	Generation int64           `json:"generation"`
	Owner      string          `json:"owner"`
	Seq        int64           `json:"seq"`
	Consumed   string          `json:"consumed"` // the refresh token that was sent
	Token      json.RawMessage `json:"token"`    // as Token.MarshalBinary writes it
}

// MarshalBinary is the whole answer. The bytes are versioned, stable for ever, and secret: seal
// them or keep them in a 0600 file.
func (a *Answer) MarshalBinary() ([]byte, error) {
	if a.token == nil || a.sent.token == nil {
		return nil, errors.New("auth: write answer: there is none")
	}
	token, err := a.token.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("auth: write answer: %w", err)
	}
	data, err := json.Marshal(answerFile{
		Format: answerFormat, Epoch: a.sent.epoch, Generation: a.sent.generation,
		Owner: a.sent.owner, Seq: a.sent.seq, Consumed: a.sent.token.RefreshToken, Token: token,
	})
	if err != nil {
		return nil, fmt.Errorf("auth: write answer: %w", err)
	}
	return data, nil
}

// UnmarshalBinary reads what MarshalBinary wrote. Errors never quote the data.
func (a *Answer) UnmarshalBinary(data []byte) error {
	var f answerFile
	if json.Unmarshal(data, &f) != nil {
		return errors.New("auth: read answer: it is damaged")
	}
	if f.Format < 1 || f.Format > answerFormat {
		return fmt.Errorf("auth: read answer: it has format %d, this program knows 1 to %d: use a newer one", f.Format, answerFormat)
	}
	token := new(Token)
	if err := token.UnmarshalBinary(f.Token); err != nil {
		return fmt.Errorf("auth: read answer: %w", err)
	}
	*a = Answer{
		sent:  sent{f.Epoch, f.Generation, f.Owner, f.Seq, &Token{RefreshToken: f.Consumed}},
		token: token,
	}
	return nil
}

// MarshalJSON always fails, and says to use MarshalBinary.
func (a Answer) MarshalJSON() ([]byte, error) { return nil, ErrSecret }

// String says which generation was answered, and redacts the rest.
func (a Answer) String() string {
	return fmt.Sprintf("auth.Answer{to generation %d, redacted}", a.sent.generation)
}

// GoString is String: %#v redacts too.
func (a Answer) GoString() string { return a.String() }

// Format is String whatever the verb: %d and %x redact too.
func (a Answer) Format(f fmt.State, _ rune) { redact(f, a) }

// LogValue is String.
func (a Answer) LogValue() slog.Value { return slog.StringValue(a.String()) }
